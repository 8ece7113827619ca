/** What the HA must not take out of its tunnels: RFC 3024 §4.3.2. */
import type { RequirementId } from '../../src/spec/catalogue.js';
import { bridgedPair, frameFrom } from '../../src/tester/bridged.js';
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Probe } from '../../src/tester/probe.js';
import { connected, dropsSilently, packetMode, packetTunnels, sendBetween } from '../../src/tester/reach.js';
import { type Mode, modes } from '../../src/tester/request.js';
import { broadcastMac } from '../../src/wire/ethernet.js';

type Binding = NonNullable<MobileNode['binding']>;

const greTunnels = { needs: packetTunnels.gre.needs, tunnel: true } as const;
const ipInIpTunnels = { needs: packetTunnels.ipInIp.needs, tunnel: true } as const;
/** where frames have the protocol type of packets, the one cannot be told from the other. */
const l2Tunnels = { needs: ['greKeys', 'l2'], tunnel: true, knobs: { l2_ptype: '0x6558' } } as const;
/** what the HA checks of the inner source may be a matter of its configuration. */
const innerSource = { knobs: { reverse_check: 'coa+key+hoa' } } as const;

/** A reverse packet whose parts may belong to different MNs. */
interface Mixture {
  readonly careOf: MobileNode;
  readonly key: MobileNode;
  readonly homeAddress: MobileNode;
}

const isKeyed = (mn: MobileNode): boolean => mn.binding?.reverseKey !== undefined;

/** Whether one of the MNs may send exactly this: MNs may share a care-of address, and then a key. */
const isLegitimate = ({ careOf, key, homeAddress }: Mixture, mns: readonly MobileNode[]): boolean =>
  mns.some(
    (mn) =>
      mn === homeAddress &&
      mn.binding?.careOf === careOf.binding?.careOf &&
      mn.binding?.reverseKey === key.binding?.reverseKey,
  );

/** Every mixture of the parts of two MNs that neither of them may send. */
function* mixtures(mns: readonly MobileNode[]): Generator<Mixture> {
  for (const careOf of mns) {
    for (const key of mns) {
      for (const homeAddress of mns) {
        const mixture = { careOf, key, homeAddress };
        if ((isKeyed(key) || key === careOf) && !isLegitimate(mixture, mns)) yield mixture;
      }
    }
  }
}

/** With the right care-of address and HoA it is the key that is wrong. */
const violatedBy = ({ careOf, homeAddress }: Mixture): RequirementId => (careOf === homeAddress ? 'GR-11' : 'TN-06');

async function unmixed(t: CaseContext, mode: Mode): Promise<void> {
  const mns = [await t.registered(mode, 0), await t.registered(mode, t.config.local.length > 1 ? 1 : 0)];
  for (const mn of mns) await t.carries(mn);
  const name = (mn: MobileNode): string => (mn === mns[0] ? 'the first' : 'the second');
  let judged = 0;
  for (const mixture of mixtures(mns)) {
    const { careOf, key, homeAddress } = mixture;
    const parts = [
      `the care-of address of ${name(careOf)}`,
      ...(isKeyed(key) ? [`the key of ${name(key)}`] : []),
      `the HoA of ${name(homeAddress)} MN`,
    ];
    const options = {
      from: careOf.station,
      inner: { source: homeAddress.ip ?? '0.0.0.0' },
      ...(key.binding && { binding: key.binding }),
    };
    const send = (probe: Probe): void => t.sendEcho(key, probe, options);
    await dropsSilently(t, violatedBy(mixture), `a packet with ${parts.join(', ')}`, send, careOf);
    judged++;
  }
  if (judged === 0) t.note('both MNs have the same care-of address and key, so their packets cannot be mixed up');
}

/** An inner source that is nobody's, or an address far away. */
async function strangers(t: CaseContext, mode: Mode): Promise<void> {
  const [mn, other] = [await t.registered(mode), await t.registered(mode)];
  await connected(t, mn, other);
  const { bindings } = t.session.oracle;
  for (const source of [t.spareAddress(), '203.0.113.7', '0.0.0.0', mn.station.address]) {
    if (bindings.atHome(source, t.session.clock.now()).length > 0) continue;
    const send = (probe: Probe): void => sendBetween(mn, other, probe, { inner: { source } });
    await dropsSilently(t, 'TN-06', `a packet with inner source ${source}`, send, mn);
  }
}

async function otherSource(t: CaseContext, mode: Mode): Promise<void> {
  const mn = await t.registered(mode, 0);
  await t.carries(mn);
  const from = t.session.stations.at(1);
  const send = (probe: Probe): void => t.sendEcho(mn, probe, { from });
  await dropsSilently(t, 'TN-06', `a packet from ${from.address}`, send, mn);
}

/** Another encapsulation than the agreed one; `as` makes a binding look as if it had been agreed on. */
async function unagreed(t: CaseContext, mode: Mode, what: string, as: (binding: Binding) => Binding): Promise<void> {
  const mn = await t.registered(mode);
  await t.carries(mn);
  const { binding } = mn;
  if (!binding) return;
  const send = (probe: Probe): void => t.sendEcho(mn, probe, { binding: as(binding) });
  await dropsSilently(t, 'TN-07', what, send, mn, await twinOf(t, mode));
}

/** An MN that has agreed on the other encapsulation, where the device claims to have it. */
async function twinOf(t: CaseContext, mode: Mode): Promise<MobileNode | undefined> {
  const { greKeys, ipInIp } = t.config.pics;
  const other = mode.key === undefined ? greKeys && modes.unidirectional : ipInIp && modes.ipInIp;
  return other ? t.registered(other) : undefined;
}

const asIpInIp = (binding: Binding): Binding => ({ ...binding, l2: false, gre: false });
const asGre = (binding: Binding): Binding => ({ ...binding, gre: true });

export const tunnelChecks = section('ha/tunnel', { document: 'rfc3024', section: '4.3.2' }, (test) => {
  test(
    '41',
    'MUST silently drop packets in which parts of two MNs are mixed in GRE',
    { ...greTunnels, ...innerSource, covers: ['TN-06', 'GR-11'] },
    (t) => t.inModes(packetTunnels.gre.modes, (mode) => unmixed(t, mode)),
  );
  test(
    '42',
    'MUST silently drop packets in which parts of two MNs are mixed in IP-in-IP',
    { ...ipInIpTunnels, ...innerSource, careOfAddresses: 2, covers: ['TN-06'] },
    (t) => t.inModes(packetTunnels.ipInIp.modes, (mode) => unmixed(t, mode)),
  );
  test(
    '43',
    'MUST silently drop packets whose inner source has no binding in GRE',
    { ...greTunnels, ...innerSource, covers: ['TN-06'] },
    (t) => t.inModes(packetTunnels.gre.modes, (mode) => strangers(t, mode)),
  );
  test(
    '44',
    'MUST silently drop packets whose inner source has no binding in IP-in-IP',
    { ...ipInIpTunnels, ...innerSource, covers: ['TN-06'] },
    (t) => t.inModes(packetTunnels.ipInIp.modes, (mode) => strangers(t, mode)),
  );
  test(
    '45',
    'MUST silently drop packets from another outer source than the care-of address in IP-in-IP',
    { ...ipInIpTunnels, careOfAddresses: 2, covers: ['TN-06'] },
    (t) => otherSource(t, modes.ipInIp),
  );
  test(
    '46',
    'MUST silently drop packets from another outer source than the care-of address in GRE',
    { ...greTunnels, careOfAddresses: 2, covers: ['TN-06'] },
    (t) => t.inModes(packetTunnels.gre.modes, (mode) => otherSource(t, mode)),
  );

  test('47', 'MUST silently drop IP-in-IP in a GRE session', { ...greTunnels, covers: ['TN-07'] }, (t) =>
    t.inModes(packetTunnels.gre.modes, (mode) => unagreed(t, mode, 'an IP-in-IP packet', asIpInIp)),
  );
  test('48', 'MUST silently drop GRE in an IP-in-IP session', { ...ipInIpTunnels, covers: ['TN-07'] }, async (t) => {
    for (const [what, reverseKey] of [
      ['a GRE packet without a key', undefined],
      ['a GRE packet with a key', t.session.random.uint32() || 1],
    ] as const) {
      const as = (b: Binding): Binding => ({ ...asGre(b), ...(reverseKey !== undefined && { reverseKey }) });
      await unagreed(t, modes.ipInIp, what, as);
    }
  });
  test(
    '49',
    'MUST silently drop GRE without a key in a session with keys',
    { ...greTunnels, covers: ['TN-07', 'GR-11'] },
    (t) =>
      t.inModes(packetTunnels.gre.modes, async (mode) => {
        const mn = await t.registered(mode);
        await t.carries(mn);
        const send = (probe: Probe): void => t.sendEcho(mn, probe, { gre: { key: undefined, hasKey: false } });
        await dropsSilently(t, 'GR-11', 'a packet without a key', send, mn);
      }),
  );
  test(
    '50',
    'MUST silently drop IP-in-IP in an L2 session',
    { needs: ['greKeys', 'l2'], tunnel: true, covers: ['TN-07'] },
    async (t) => {
      const peer = await t.registered(packetMode(t));
      const mn = await t.registered(modes.l2Bidirectional);
      await t.carries(mn);
      await t.carries(peer);
      const { binding } = mn;
      if (!binding) return;
      const send = (probe: Probe): void => sendBetween(mn, peer, probe, { binding: asIpInIp(binding) });
      await dropsSilently(t, 'TN-07', 'an IP-in-IP packet', send, mn, await twinOf(t, modes.l2Bidirectional));
    },
  );

  test('51', 'MUST silently drop bare IPv4 in an L2 session', { ...l2Tunnels, covers: ['TN-07'] }, async (t) => {
    const peer = await t.registered(packetMode(t));
    const mn = await t.registered(modes.l2Bidirectional);
    await t.carries(mn);
    await t.carries(peer);
    const { binding } = mn;
    if (!binding) return;
    const options = { binding: { ...binding, l2: false }, inner: { source: t.spareAddress() } };
    await dropsSilently(t, 'TN-07', 'IPv4 under the key', (probe) => sendBetween(mn, peer, probe, options), mn);
  });
  test(
    '52',
    'MUST silently drop Ethernet frames in a session for packets',
    { ...l2Tunnels, needs: [...l2Tunnels.needs, 'l2NodeToNode'], covers: ['TN-07'] },
    async (t) => {
      const [, station] = await bridgedPair(t);
      const mn = await t.registered(modes.unidirectional);
      await t.carries(mn);
      const { binding } = mn;
      if (!binding) return;
      for (const destination of [station.mac, broadcastMac]) {
        const send = (probe: Probe): void =>
          mn.tunnelFrame(frameFrom(mn, destination, probe), { binding: { ...binding, l2: true } });
        await dropsSilently(t, 'TN-07', `a frame to ${destination}`, send, mn);
      }
    },
  );
});
