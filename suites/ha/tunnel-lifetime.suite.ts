/** Tunnels live as long as their bindings, RFC 3344 §4.2.3: not before, not after, and not at the place of before. */
import { Standing } from '../../src/oracle/doubts.js';
import { wrongAuthenticator } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import { carriesUntil, earliestEnd } from '../../src/tester/lifetime.js';
import { arrives, connected, packetMode, packetTunnels, sendBetween, takesNothing } from '../../src/tester/reach.js';
import type { Mode } from '../../src/tester/request.js';

const kinds = [
  ['GRE', packetTunnels.gre],
  ['IP-in-IP', packetTunnels.ipInIp],
] as const;
const numbered = (first: number, i: number): string => String(first + i);

/** Packets to an address that has no binding go nowhere; `ended` tells what an MN had that is gone. */
const nobody = (mn: MobileNode, homeAddress: string) => ({
  mn: mn.nai,
  homeAgent: '',
  careOf: mn.station.address,
  homeAddress,
  l2: false,
  gre: false,
  bidirectional: false,
  since: 0,
  until: 0,
  lifetime: 0,
  standing: new Standing(-Infinity),
});

async function before(t: CaseContext): Promise<void> {
  const mode = packetMode(t);
  const from = await t.registered(mode);
  const mn = t.mn();
  const homeAddress = t.spareAddress();
  mn.ip = homeAddress;
  await t.unreachable('TN-04', 'a packet to an address without binding', mn, nobody(mn, homeAddress), from);
  const answer = await t.ask(mn, mn.request({ ...mode, homeAddress }));
  if (answer.kind === 'silence' || !answer.exchange.accepted) return t.note(`${homeAddress} is no HoA here`);
  await connected(t, from, mn);
}

/** The tunnel is shown to work in both directions before it ends. */
async function used(t: CaseContext, mode: Mode): Promise<MobileNode> {
  const mn = await t.registered(mode);
  await t.carries(mn);
  return mn;
}

async function afterDeregistration(t: CaseContext, mode: Mode): Promise<void> {
  const [witness, mn] = [await used(t, mode), await used(t, mode)];
  await connected(t, witness, mn);
  await connected(t, mn, witness);
  const { binding } = await t.deregister(mn);
  await t.unreachable('TN-04', 'a packet to the HoA after deregistration', mn, binding, witness);
  await takesNothing(t, 'TN-06', 'a packet of the MN after deregistration', mn, binding, witness);
}

async function afterExpiry(t: CaseContext, mode: Mode): Promise<void> {
  const witness = await used(t, mode);
  const mn = t.mn();
  const granted = await t.register(mn, { ...mode, lifetime: 6 });
  await connected(t, witness, mn);
  await connected(t, mn, witness);
  const { binding } = mn;
  if (!binding) return t.undecided('the binding ended before it could be used');
  await carriesUntil(t, 'TN-01', earliestEnd(granted), mn, witness);
  await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
  await t.unreachable('TN-04', 'a packet to the HoA after the lifetime', mn, binding, witness);
  await takesNothing(t, 'HA-49', 'a packet of the MN after the lifetime', mn, binding, witness);
}

async function afterDenial(t: CaseContext): Promise<void> {
  const mode = packetMode(t);
  const [witness, other] = [await t.registered(mode), await t.registered(mode)];
  await connected(t, witness, other);
  const mn = t.mn();
  const homeAddress = t.spareAddress();
  mn.ip = homeAddress;
  const answer = await t.askBent(mn, mn.request({ ...mode, homeAddress }), wrongAuthenticator(t.session));
  if (answer.kind === 'reply' && answer.exchange.accepted) return t.undecided('a forged registration was accepted');
  await t.unreachable('TN-04', 'a packet to the HoA of a denied request', mn, nobody(mn, homeAddress), witness);
  const { binding } = witness;
  if (!binding) return;
  const wished = { ...binding, homeAddress, ...(binding.gre && { reverseKey: mn.ownKey }) };
  const send = t.sendEcho.bind(t);
  await t.drops('TN-04', 'a packet of an MN that was denied', (p) => send(mn, p, { binding: wished }), witness);
}

/** The MN goes to the second care-of address; packets sent to it by another MN come out there, and only there. */
async function handsOver(t: CaseContext, mode: Mode): Promise<void> {
  const [from, mn] = [await t.registered(mode, 0), await used(t, mode)];
  await connected(t, from, mn);
  const old = mn.station;
  mn.station = t.session.stations.at(1);
  await t.register(mn, mode);
  const probe = t.probe();
  const arrival = await arrives(t, mn, (p) => sendBetween(from, mn, p), probe);
  t.demand('LG-10', arrival !== undefined, `a packet for the HoA at ${mn.station.address}`, 'none there');
  await t.carries(mn);
  const stale = probe.arrivals.all.find(
    ({ frame, careOf }) => careOf === old.address && frame.inner?.destination === mn.ip,
  );
  if (stale) t.recorder.blame(stale.frame.bytes);
  t.demand('HA-34', !stale, `nothing for the HoA at ${old.address} after the handover`, 'the packet came there too');
}

/** After a handover, packets from the old care-of address with what was agreed there are no longer taken. */
async function oldPairIsDropped(t: CaseContext, mode: Mode): Promise<void> {
  const mn = await used(t, mode);
  const [old, binding] = [mn.station, mn.binding];
  mn.station = t.session.stations.at(1);
  await t.register(mn, mode);
  await t.carries(mn);
  await t.forcedWait(1000 * t.knobNumber('old_key_grace_s'));
  if (!binding) return;
  const what = 'a packet from the earlier care-of address';
  await t.drops('TN-15', what, (probe) => t.sendEcho(mn, probe, { from: old, binding }), mn);
}

/** By mode, since each of them waits: they wait together. */
const waiting = kinds.flatMap(([name, { needs, modes }]) =>
  modes.map((mode: Mode) => ({ name: mode.key === 0 ? `${name}, key 0,` : name, needs, mode })),
);

export const tunnelLifetime = section('ha/tunnel', { document: 'rfc3344', section: '4.2.3' }, (test) => {
  test(
    '21',
    'MUST NOT tunnel packets to an address before it is registered',
    { tunnel: true, covers: ['TN-04'] },
    before,
  );

  for (const [i, [name, { needs, modes }]] of kinds.entries()) {
    test(
      numbered(22, i),
      `MUST NOT tunnel packets in ${name} when the MN is deregistered`,
      { needs, tunnel: true, covers: ['TN-04', 'TN-06'] },
      (t) => t.inModes(modes, (mode) => afterDeregistration(t, mode)),
    );
  }
  for (const [i, { name, needs, mode }] of waiting.entries()) {
    test(
      numbered(24, i),
      `MUST tunnel packets in ${name} until the lifetime is over, and MUST NOT when it is`,
      { needs, tunnel: true, covers: ['TN-01', 'TN-04', 'HA-49'], waits: true },
      (t) => afterExpiry(t, mode),
    );
  }

  test(
    '27',
    'MUST NOT tunnel packets when the registration was denied',
    { tunnel: true, covers: ['TN-04'] },
    afterDenial,
  );

  for (const [i, [name, { needs, modes }]] of kinds.entries()) {
    test(
      numbered(28, i),
      `MUST tunnel to the new care-of address alone after a handover in ${name}`,
      { needs, tunnel: true, careOfAddresses: 2, covers: ['LG-10', 'HA-34'] },
      (t) => t.inModes(modes, (mode) => handsOver(t, mode)),
    );
  }
  for (const [i, { name, needs, mode }] of waiting.entries()) {
    test(
      numbered(30, i),
      `SHOULD drop packets from the earlier care-of address after a handover in ${name}`,
      { needs, tunnel: true, careOfAddresses: 2, covers: ['TN-15'], waits: true },
      (t) => oldPairIsDropped(t, mode),
    );
  }

  test(
    '33',
    'MUST go on tunnelling when a renewal has made the lifetime longer',
    { tunnel: true, covers: ['HA-32'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const mn = t.mn();
      await t.register(mn, { ...mode, lifetime: 3 });
      await t.carries(mn);
      const before = mn.binding;
      const renewed = await t.register(mn, { ...mode, lifetime: 8, homeAddress: mn.ip ?? '0.0.0.0' });
      const over = (before?.until ?? 0) + t.expiryTolerance;
      if (!before || over >= earliestEnd(renewed) - t.expiryTolerance) return t.undecided('it became no longer');
      await t.forcedWait(over - t.session.clock.now());
      await t.passes(mn, 'HA-32');
    },
  );

  test(
    '34',
    'MUST end the tunnel when a renewal has made the lifetime shorter and that is over',
    { tunnel: true, covers: ['HA-49'], waits: true },
    async (t) => {
      const mode = packetMode(t);
      const [witness, mn] = [await used(t, mode), await used(t, mode)];
      await connected(t, witness, mn);
      await connected(t, mn, witness);
      await t.register(mn, { ...mode, lifetime: 2, homeAddress: mn.ip ?? '0.0.0.0' });
      const { binding } = mn;
      if (!binding) return t.undecided('the binding ended at once');
      await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
      await t.unreachable('HA-49', 'a packet to the HoA after the shorter lifetime', mn, binding, witness);
      await takesNothing(t, 'HA-49', 'a packet of the MN after the shorter lifetime', mn, binding, witness);
    },
  );
});
