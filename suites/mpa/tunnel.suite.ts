/** Tunnel rules at the proxy agent's end: RFC 3024, RFC 3344 §4.2, draft-leung-mip4-proxy-mode §4.2. */
import { mpaSection } from '../../src/tester/case.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { Grant, Policy, ProxiedNode } from '../../src/tester/proxied-node.js';
import { draftModes as modes, type Mode } from '../../src/tester/request.js';
import { onesComplement } from '../../src/wire/checksum.js';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { replyCodes } from '../../src/wire/mobileip.js';
import type { Probe } from '../../src/tester/probe.js';

const tunnel = { needs: ['greKeys'], tunnel: true } as const;
const gre = { needs: ['greKeys'], tunnel: true } as const;
/** Granted where the end of a registration is waited for. */
const lifetimeInSeconds = 3;

/** Octets added to the packets of a node: odd and even, below and above what fits into small buffers. */
const sizes = [1, 300, 1301];

/** Waits for the end of a registration that is not renewed any more, but for a request that crossed an answer. */
async function ended(t: MpaContext, node: ProxiedNode): Promise<Grant> {
  for (let round = 0; round < 3; round++) {
    const grant = t.granted(node);
    const over = grant.at + 1000 * lifetimeInSeconds + t.expiryTolerance;
    await t.forcedWait(Math.max(0, over - t.session.clock.now()));
    if (t.granted(node) === grant) return grant;
  }
  return t.undecided('the tester was busy, and answered renewals late');
}

/** Demands that a node whose renewals come to nothing is tunnelled for in neither direction once its registration ends. */
async function nothingOnceEnded(
  t: MpaContext,
  mode: Mode,
  renewals: Policy,
  [up, down]: readonly [string, string],
): Promise<void> {
  t.needAccess();
  const witness = await t.attached(mode);
  const node = t.node(mode, { policy: () => ({ lifetime: lifetimeInSeconds }) });
  await t.attach(node);
  await t.request(node);
  for (const each of [witness, node]) await t.carriesUp(each);
  node.policy = renewals;
  const before = await ended(t, node);
  await t.nothingUp('TN-14', up, node, witness);
  await t.nothingDown('TN-14', down, (probe) => t.sendDown(node, probe, { grant: before }), witness);
}

export const proxyTunnel = mpaSection('mpa/tunnel', { document: 'rfc3024', section: '4.3' }, (test) => {
  test(
    '01',
    'MUST tunnel from the care-of address to the Home Agent of the reply',
    { ...tunnel, covers: ['TN-08'] },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const node = await t.attached(mode);
        const { outer } = (await t.up(node, 'TN-08')).frame;
        const { careOf, station } = t.granted(node);
        t.demand('TN-08', outer.source === careOf, `outer source ${careOf}`, outer.source);
        t.demand(
          'TN-08',
          outer.destination === station.address,
          `outer destination ${station.address}`,
          outer.destination,
        );
      }),
  );

  test(
    '02',
    'MUST tunnel to the Home Agent of the reply where that is another address',
    { ...tunnel, covers: ['TN-08'], careOfAddresses: 2 },
    async (t) => {
      t.needAccess();
      const other = t.session.stations.at(1).address;
      const node = t.node(modes.bidirectional, { policy: () => ({ homeAgent: other }) });
      await t.attach(node);
      await t.request(node);
      const { outer } = (await t.up(node, 'TN-08')).frame;
      t.demand('TN-08', outer.destination === other, `outer destination ${other}`, outer.destination);
    },
  );

  test(
    '17',
    'MUST tunnel to the Home Agent of the last reply, where a renewal has moved it',
    { ...tunnel, covers: ['TN-08'], careOfAddresses: 2, waits: true },
    async (t) => {
      t.needAccess();
      const node = t.node(modes.bidirectional);
      const key = node.nextKey();
      let moved = '';
      node.policy = ({ station, standing }) => {
        if (!standing) return { lifetime: 6 };
        moved ||= t.session.stations.otherThan(station.address) ?? '';
        return { homeAgent: moved, key };
      };
      await t.attach(node);
      await t.request(node);
      await t.carriesUp(node);
      await t.renewed(node, 6000);
      const there = t.session.stations.of(moved);
      if (!there) return t.skip('needs a second address');
      // the new key tells whether it has taken the reply; from which home agent it then takes packets is not asked here
      const stations = [there, t.granted(node).station];
      const taken = await Promise.all(
        stations.map((station) => t.comesDown(node, { grant: { ...t.granted(node), station } })),
      );
      if (!taken.some((frame) => frame)) return t.undecided('it does not take a reply that names another home agent');
      const { frame } = await t.up(node, 'TN-08');
      const { destination } = frame.outer;
      if (destination !== moved) t.recorder.blame(frame.bytes);
      t.demand('TN-08', destination === moved, `outer destination ${moved}`, destination);
    },
  );

  test('03', 'MUST use the same encapsulation in both directions', { ...tunnel, covers: ['TN-09'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      const { outer } = (await t.up(node, 'TN-09')).frame;
      t.demand('TN-09', outer.protocol === ipProtocols.gre, 'IP protocol 47', String(outer.protocol));
    }),
  );

  test(
    '04',
    'MUST NOT deliver packets for an address that no node has',
    { ...tunnel, covers: ['TN-10'] },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.bidirectional);
      await t.carriesDown(node);
      // elsewhere, and in the home network: nodes have .20 to .239 of it
      for (const ip of ['192.0.2.77', node.homeAddress.replace(/\d+$/, '251')]) {
        await t.nothingDown(
          'TN-10',
          `a packet for ${ip}, an address that no node has`,
          (probe) => t.sendDown(node, probe, { to: { ip } }),
          node,
        );
      }
    },
  );

  test('05', 'MUST NOT tunnel before the registration is granted', { ...gre, covers: ['TN-14', 'LG-13'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const witness = await t.attached(mode);
      await t.carriesUp(witness);
      const node = t.node(mode, { policy: () => 'withhold' });
      await t.attach(node);
      await t.request(node);
      await t.nothingUp('TN-14', 'a packet of a node whose request is unanswered', node, witness);
    }),
  );

  test('06', 'MUST NOT tunnel for a node after its deregistration', { ...gre, covers: ['TN-14'], waits: true }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const witness = await t.attached(mode);
      const node = await t.attached(mode);
      for (const each of [witness, node]) await t.carriesUp(each);
      const before = t.granted(node);
      await t.detach(node);
      await t.isOver(node);
      await t.nothingDown(
        'TN-14',
        'a packet under the key of a deregistered node',
        (probe) => t.sendDown(node, probe, { grant: before }),
        witness,
      );
      await t.nothingUp('TN-14', 'a packet of a deregistered node', node, witness);
    }),
  );

  test(
    '07',
    'MUST carry packets between two of its nodes through the tunnel',
    { ...gre, covers: ['LG-14', 'LG-15'] },
    (t) =>
      t.eachMode(async (mode) => {
        t.needAccess();
        const [one, two] = [await t.attached(mode), await t.attached(mode)];
        await t.carriesUp(one);
        const probe = t.probe();
        await t.sendUp(one, probe, { to: two.homeAddress, ...(mode.a && { mac: two.mac }) });
        const arrival = await probe.arrivals.first(1000);
        const isCut = probe.emerged.all.length > 0;
        t.demand('LG-15', !isCut, 'no shortcut on the access link', 'the agent sent it to the other node itself');
        if (isCut || arrival) return;
        await t.up(one, 'LG-14', { to: two.homeAddress, ...(mode.a && { mac: two.mac }) });
      }),
  );

  test(
    '08',
    'MUST NOT take tunnel packets from another sender than the HA',
    { ...gre, covers: ['LG-16'], careOfAddresses: 2 },
    async (t) => {
      t.needAccess();
      const node = await t.attached(modes.l2Bidirectional);
      await t.carriesDown(node);
      const grant = t.granted(node);
      const other = t.session.stations.otherThan(grant.station.address);
      const station = other === undefined ? undefined : t.session.stations.of(other);
      if (!station) return t.skip('needs a second address');
      await t.nothingDown(
        'LG-16', // the tunnel is the home agent and the key
        `a packet from ${station.address}`,
        (probe) => t.sendDown(node, probe, { grant: { ...grant, station } }),
        node,
      );
    },
  );

  test.wholeRun('09', 'MUST have addressed and encapsulated every packet of the run so', {
    ...tunnel,
    covers: ['TN-08', 'TN-09'],
  });

  test('10', 'MUST tunnel what a registered node sends, wherever it is bound', { ...tunnel, covers: ['LG-14'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      await t.up(node, 'LG-14');
      await t.up(node, 'LG-14', { to: '192.0.2.77' });
    }),
  );

  test(
    '11',
    'MUST NOT tunnel for a node whose registration has ended',
    { ...gre, covers: ['TN-14'], waits: true },
    (t) =>
      t.eachMode((mode) =>
        nothingOnceEnded(t, mode, () => 'withhold', [
          'a packet of a node whose registration has ended',
          'a packet under the key of a registration that has ended',
        ]),
      ),
  );

  test(
    '14',
    'MUST NOT tunnel for a node whose renewal was denied once the registration has ended',
    { ...gre, covers: ['TN-14'], waits: true },
    (t) =>
      t.eachMode(
        (mode) =>
          nothingOnceEnded(t, mode, () => ({ code: replyCodes.administrativelyProhibited }), [
            'a packet of a node whose renewal was denied',
            'a packet under the key of a registration that was denied and has ended',
          ]),
        ({ a, key }) => (a ? key === 0 : key === 'own'),
      ),
  );

  test('15', 'MUST tunnel packets as a node has sent them, with a right header', { ...gre, covers: ['LG-14'] }, (t) =>
    t.eachMode(
      async (mode) => {
        t.needAccess();
        const node = await t.attached(mode);
        const { frame } = await t.up(node, 'LG-14', { to: '203.0.113.77' });
        const { source, destination, headerLength } = frame.inner ?? {};
        const [expected, actual] = [`${node.homeAddress} to 203.0.113.77`, `${source ?? ''} to ${destination ?? ''}`];
        const packet = frame.gre?.payload ?? new Uint8Array(0);
        const isSummed = onesComplement(packet.subarray(0, 4 * (headerLength ?? 5))) === 0;
        if (actual !== expected || !isSummed) t.recorder.blame(frame.bytes);
        t.demand('LG-14', actual === expected, `a packet from ${expected} in the tunnel`, `one from ${actual}`);
        t.demand('LG-14', isSummed, 'a right header checksum of the packet inside', 'a wrong one');
      },
      ({ a }) => a !== true,
    ),
  );

  test('16', 'MUST tunnel packets of any protocol', { ...gre, covers: ['LG-14'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      await t.carriesUp(node);
      const ends = { source: node.homeAddress, destination: '203.0.113.9' };
      const { icmp } = ipProtocols;
      for (const [what, protocol, header] of [
        ['an ICMP echo request', icmp, [8, 0, 0, 0, 0, 1, 0, 1]],
        ['an IPsec ESP packet', 50, [0, 0, 1, 0, 0, 0, 0, 1]],
      ] as const) {
        const payload = (probe: Probe): Uint8Array => {
          const octets = Uint8Array.from([...header, ...probe.payload()]);
          // RFC 792: without its checksum an echo request is none
          if (protocol === icmp) new DataView(octets.buffer).setUint16(2, onesComplement(octets));
          return encode(ipv4, { ...ends, protocol, payload: octets });
        };
        await t.up(node, 'LG-14', { what, payload });
      }
    }),
  );

  test(
    '12',
    'MUST NOT deliver IP-in-IP packets to a node that has a keyed GRE tunnel',
    { ...tunnel, covers: ['LG-16'] },
    async (t) => {
      t.needAccess();
      for (const mode of [modes.bidirectional, modes.unidirectional]) {
        const node = await t.attached(mode);
        await t.carriesDown(node);
        const keyless = { ...t.granted(node), forwardKey: undefined };
        await t.nothingDown(
          'LG-16', // the tunnel is the home agent and the key
          'an IP-in-IP packet',
          (probe) => t.sendDown(node, probe, { grant: keyless }),
          node,
        );
      }
    },
  );

  test('13', 'MUST tunnel packets of a node whole, whatever their length', { ...tunnel, covers: ['LG-14'] }, (t) =>
    t.eachMode(async (mode) => {
      t.needAccess();
      const node = await t.attached(mode);
      for (const padding of sizes) {
        const { frame } = await t.up(node, 'LG-14', { padding, what: `a packet with ${padding} octets more` });
        const whole = t.isWhole(frame.bytes, padding);
        if (!whole) t.recorder.blame(frame.bytes);
        t.demand('LG-14', whole, `all octets of a packet with ${padding} octets more`, 'others, or fewer');
      }
    }),
  );
});
