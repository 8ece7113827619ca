/** Broadcasts of the home network, RFC 3344 §4.3: for those who asked, in the form that they can take. */
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Arrival, Probe } from '../../src/tester/probe.js';
import { broadcastAddresses, packetMode } from '../../src/tester/reach.js';
import { modes, type RequestOptions } from '../../src/tester/request.js';
import { broadcastMac } from '../../src/wire/ethernet.js';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { udp } from '../../src/wire/udp.js';

const discard = 9;

/**
 * Whether broadcasts in the tunnel of this MN can be told from those for MNs that want them, whichever case they are of:
 * draft §5.2 lets a device give several the same key, so that it takes another care-of address.
 */
function isDistinct(t: CaseContext, { binding }: MobileNode): boolean {
  const { oracle, hosts, clock } = t.session;
  const key = binding?.forwardKey;
  const live = [...hosts.values()].flatMap((mn) => mn.binding ?? []);
  const others = key === undefined ? live : oracle.bindings.withForwardKey(key, clock.now());
  return others.every((b) => b.broadcast !== true || b.careOf !== binding?.careOf || b.forwardKey !== key);
}
const indistinct = 'an MN with B has the same care-of address and key';

const inTunnelOf =
  (mn: MobileNode) =>
  ({ frame, careOf }: Arrival): boolean =>
    careOf === mn.binding?.careOf && frame.gre?.key === mn.binding.forwardKey;

/** Those who send to everybody on the home network: an MN, and where there is an L2 home link a station on it. */
async function broadcasters(t: CaseContext): Promise<readonly MobileNode[]> {
  const { l2, greKeys } = t.config.pics;
  const mn = await t.registered(packetMode(t));
  return l2 && greKeys ? [mn, await t.registered(modes.l2Bidirectional)] : [mn];
}

async function listener(t: CaseContext, careOf: number, options: RequestOptions): Promise<MobileNode> {
  return t.registered({ ...packetMode(t), ...options }, careOf);
}

/** A datagram to the discard service, which no station answers. */
function toAll(from: MobileNode, address: string, probe: Probe): Uint8Array {
  const datagram = { sourcePort: discard, destinationPort: discard, payload: probe.payload(), checksum: 0 };
  const payload = encode(udp, datagram);
  return encode(ipv4, { source: from.ip ?? '', destination: address, protocol: ipProtocols.udp, payload });
}

/** Sends to every broadcast address from everybody, and gives what entered the tunnel of each listener. */
async function broadcastTo(t: CaseContext, mns: readonly MobileNode[]): Promise<readonly Arrival[][]> {
  const heard = mns.map((): Arrival[] => []);
  for (const from of await broadcasters(t)) {
    for (const address of broadcastAddresses(t)) {
      const probe = t.probe();
      from.tunnel(toAll(from, address, probe), broadcastMac);
      await t.carries(from);
      for (const mn of mns) await t.carries(mn);
      mns.forEach((mn, i) => heard[i]?.push(...probe.arrivals.all.filter(inTunnelOf(mn))));
    }
  }
  return heard;
}

export const tunnelBroadcasts = section('ha/tunnel', { document: 'rfc3344', section: '4.3' }, (test) => {
  test('19', 'MUST NOT send broadcasts to an MN that did not set B', { tunnel: true, covers: ['TN-13'] }, async (t) => {
    const deaf = await listener(t, 0, {});
    const open = await listener(t, t.config.local.length > 1 ? 1 : 0, { broadcast: true });
    if (!isDistinct(t, deaf)) return t.undecided(indistinct);
    const [wrong = [], right = []] = await broadcastTo(t, [deaf, open]);
    const [first] = wrong;
    if (first && !isDistinct(t, deaf)) return t.undecided(indistinct);
    if (first) t.recorder.blame(first.frame.bytes);
    t.demand('TN-13', !first, 'no broadcast in the tunnel of an MN without B', `one to ${first?.careOf}`);
    t.note(`an MN with B was sent ${right.length} broadcasts`);
  });

  test(
    '60',
    'MUST NOT go on sending broadcasts to an MN that has renewed without B',
    { tunnel: true, covers: ['TN-13'] },
    async (t) => {
      const mn = await listener(t, 0, { broadcast: true });
      const open = await listener(t, t.config.local.length > 1 ? 1 : 0, { broadcast: true });
      await t.register(mn, { ...packetMode(t), homeAddress: mn.ip ?? '0.0.0.0' });
      if (!isDistinct(t, mn)) return t.undecided(indistinct);
      const [[wrong] = [], right = []] = await broadcastTo(t, [mn, open]);
      if (wrong && !isDistinct(t, mn)) return t.undecided(indistinct);
      if (wrong) t.recorder.blame(wrong.frame.bytes);
      t.demand('TN-13', !wrong, 'no broadcast in the tunnel of an MN without B', `one to ${wrong?.careOf}`);
      t.note(`an MN with B was sent ${right.length} broadcasts`);
    },
  );

  test(
    '20',
    'MUST wrap broadcasts in a packet to the HoA for an MN that set B without D',
    { tunnel: true, covers: ['TN-13'] },
    async (t) => {
      const mn = await listener(t, 0, { broadcast: true, decapsulation: false });
      const [heard = []] = await broadcastTo(t, [mn]);
      const direct = heard.find(({ frame }) => frame.inner?.destination !== mn.ip);
      if (direct) t.recorder.blame(direct.frame.bytes);
      t.demand('TN-13', !direct, `broadcasts inside packets to ${mn.ip}`, `one to ${direct?.frame.inner?.destination}`);
      t.note(`${heard.length} broadcasts came`);
    },
  );
});
