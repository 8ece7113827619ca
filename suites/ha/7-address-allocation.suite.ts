/** draft-tsirtsis-l2gre-pmipv4-00 §7: an MN gets its addresses through the L2 tunnel, and may register them afterwards. */
import { frameFrom, outOf } from '../../src/tester/bridged.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import type { CaseContext } from '../../src/tester/context.js';
import { isOfTester, type MobileNode } from '../../src/tester/mobile-node.js';
import { draftModes as modes, type Mode } from '../../src/tester/request.js';
import type { TunnelHost } from '../../src/tester/tunnel-host.js';
import { broadcastMac } from '../../src/wire/ethernet.js';

const isL2 = (mode: Mode): boolean => mode.a === true;

/** The draft lets MNs use these mechanisms, but wants no server of anybody: without one, nothing is decided. */
const noServer = (t: CaseContext, what: string, item: string): never =>
  t.undecided(`${what} through the tunnel; if the home link has none, say: --pics homeLink.${item}=false`);

/** Demands that one of those who have just spoken to the MN, or were named to it, answers its query for their address. */
async function expectNeighbour(t: CaseContext, host: TunnelHost, ...named: (string | undefined)[]): Promise<void> {
  const addresses = [...new Set(named.filter((address) => address !== undefined))];
  for (const address of addresses) if ((await host.resolve(address)) !== undefined) return;
  t.demand('TS-13', false, `an answer to the MN's query for the hardware address of ${addresses.join(' or ')}`, 'none');
}

/** Sends an echo request from the address that the MN has now, and demands the right key on the answer. */
async function expectTraffic(t: CaseContext, mn: MobileNode): Promise<void> {
  expectForwardKey(t, mn, await t.carries(mn), 'TS-13');
}

/** Whether echo requests are answered is the home link's affair. */
async function notePing(t: CaseContext, host: TunnelHost, ...addresses: (string | undefined)[]): Promise<void> {
  if (!t.config.pics.homeLink.icmpEcho) return;
  for (const address of addresses) {
    if (address !== undefined) t.note(`${address} ${(await host.ping(address)) ? 'answers' : 'does not answer'} echo`);
  }
}

/** A new L2 MN as a host, with a DHCPv4 lease. */
async function leased(t: CaseContext, mode: Mode): Promise<{ mn: MobileNode; host: TunnelHost; address: string }> {
  const mn = await t.registered(mode);
  const host = t.host(mn);
  const lease = await host.dhcpv4();
  if (!lease) return noServer(t, 'no DHCPv4 server gave a lease', 'dhcpv4');
  return { mn, host, address: lease.address };
}

/** Demands that broadcasts neither leave nor enter a tunnel that has ended. `witness` is an MN that lives on. */
async function expectNoBroadcast(
  t: CaseContext,
  mn: MobileNode,
  witness: MobileNode,
  binding: NonNullable<MobileNode['binding']>,
): Promise<void> {
  const heard = outOf(witness);
  const entered = outOf(mn, binding);
  const ended = t.session.oracle.bindings;
  const isOld = (key: number | undefined): boolean => key !== undefined && !ended.usesKey(key, t.session.clock.now());
  await t.drops(
    'TN-04',
    'a broadcast of the MN',
    (probe) => mn.tunnelFrame(frameFrom(mn, broadcastMac, probe), { binding }),
    witness,
    heard,
  );
  await t.drops(
    'TN-04',
    'a broadcast of another MN',
    (probe) => witness.tunnelFrame(frameFrom(witness, broadcastMac, probe)),
    witness,
    (arrival) => entered(arrival) && isOld(arrival.frame.gre?.key),
  );
}

export const addressAllocation = section('ha/7', { document: 'tsirtsis', section: '7' }, (test) => {
  const l2 = { needs: ['greKeys', 'l2'], tunnel: true } as const;
  const dhcpv4 = { needs: ['greKeys', 'l2', 'homeLink.dhcpv4'], tunnel: true } as const;
  const dhcpv6 = { needs: ['greKeys', 'l2', 'homeLink.dhcpv6'], tunnel: true } as const;
  const slaac = { needs: ['greKeys', 'l2', 'homeLink.slaac'], tunnel: true } as const;

  test(
    '20',
    'MUST carry the traffic of an MN that gets its address by DHCPv4 in the L2 tunnel',
    { ...dhcpv4, covers: ['TS-36', 'TS-13'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        const host = t.host(mn);
        const lease = await host.dhcpv4();
        if (!lease) return noServer(t, 'no DHCPv4 server gave a lease', 'dhcpv4');
        t.note(`${lease.server} leases ${lease.address} for ${lease.seconds} s`);
        await expectNeighbour(t, host, lease.router, lease.server, lease.from);
        await expectTraffic(t, mn);
      }, isL2),
  );

  test(
    '21',
    'MUST carry broadcasts to the MN when a DHCPv4 server answers so',
    { ...dhcpv4, covers: ['TS-13', 'TS-36'] },
    async (t) => {
      const mn = await t.registered({ ...modes.l2Bidirectional, broadcast: true });
      const host = t.host(mn);
      const lease = await host.dhcpv4();
      if (!lease) return noServer(t, 'no DHCPv4 server gave a lease', 'dhcpv4');
      host.release4();
      if (await host.dhcpv4({ broadcast: true })) return;
      // the twin once more: a server may be tired of the client
      if (!(await host.dhcpv4())) return t.undecided(`${lease.server} does not answer a second time`);
      t.demand('TS-13', false, `the broadcast answers of ${lease.server} in the tunnel`, 'none');
    },
  );

  test(
    '22',
    'MUST carry the renewal of a lease, by unicast, when DHCPv4 is used in the L2 tunnel',
    { ...dhcpv4, covers: ['TS-13', 'TS-36'] },
    async (t) => {
      const { mn, host } = await leased(t, modes.l2Unidirectional);
      await expectTraffic(t, mn);
      const renewed = await host.renew4();
      // it may be the server that is at fault
      if (!renewed) t.warn('TS-13', 'the server that gave the lease to answer its renewal', 'no answer');
    },
  );

  for (const [number, rapidCommit, how] of [
    ['23', false, 'by DHCPv6'],
    ['24', true, 'by DHCPv6 with rapid commit'],
  ] as const) {
    test(
      number,
      `MUST carry the traffic of an MN that gets its address ${how} in the L2 tunnel`,
      { ...dhcpv6, covers: ['TS-36', 'TS-13'], waits: true }, // duplicate address detection, RFC 4862 §5.4
      (t) =>
        t.eachMode(async (mode) => {
          const mn = await t.registered(mode);
          const host = t.host(mn);
          const event = await host.dhcpv6({ rapidCommit });
          if (!event) return noServer(t, 'no DHCPv6 server answered', 'dhcpv6');
          if (event.kind === 'refused6') return noServer(t, `a DHCPv6 server refused with ${event.status}`, 'dhcpv6');
          const { address, from, rapid } = event.lease;
          t.note(`${from} gives ${address}${rapid ? ' with two messages' : ''}`);
          await expectNeighbour(t, host, from);
          await notePing(t, host, t.config.pixit.gateway?.ipv6);
        }, isL2),
    );
  }

  test(
    '25',
    'MUST carry the traffic of an MN that configures its IPv6 address by itself in the L2 tunnel',
    { ...slaac, covers: ['TS-36', 'TS-13'], waits: true },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        const host = t.host(mn);
        const found = await host.slaac();
        if (!found) return noServer(t, 'no address could be made of the prefix of a router', 'slaac');
        t.note(`${found.address} by ${found.router}`);
        await expectNeighbour(t, host, found.router);
        await notePing(t, host, found.router, t.config.pixit.gateway?.ipv6);
      }, isL2),
  );

  test(
    '26',
    'MUST keep two MNs with leases of one server apart when both use DHCPv4 in L2 tunnels',
    { ...dhcpv4, covers: ['TS-26', 'TS-13', 'TS-36'] },
    async (t) => {
      const one = await leased(t, modes.l2Bidirectional);
      await t.carries(one.mn);
      const two = await leased(t, modes.l2Unidirectional);
      await t.carries(two.mn);
      if (one.address === two.address) t.warn('TS-36', 'two different addresses', `${one.address} for both MNs`);
      for (const { mn } of [one, two]) expectForwardKey(t, mn, await t.passes(mn, 'TS-26'), 'TS-26');
      const mac = await one.host.resolve(two.address);
      if (mac === undefined) return t.note('the MNs do not find each other by ARP');
      // a lease that was given twice is the server's affair
      if (isOfTester(mac) && t.mns.every((mn) => mn.mac !== mac)) return t.note(`${mac} has ${two.address} too`);
      t.demand('TS-13', mac === two.mn.mac, `${two.mn.mac} for ${two.address}`, mac);
      t.note(`the MNs ${(await one.host.ping(two.address)) ? '' : 'do not '}reach each other`);
    },
  );

  test(
    '27',
    'MAY take a leased address as HoA, and MUST then copy it and keep the key',
    { ...dhcpv4, covers: ['TS-37', 'TS-31', 'HA-36'] },
    (t) =>
      t.eachMode(async (mode) => {
        const { mn, address } = await leased(t, mode);
        await expectTraffic(t, mn);
        const key = mn.binding?.reverseKey ?? 0;
        const answer = await t.ask(mn, mn.request({ key, a: true, homeAddress: address }));
        if (answer.kind === 'silence' || !answer.exchange.accepted) return t.note(`does not take the HoA ${address}`);
        const { rrp } = answer.exchange;
        t.demand('HA-36', rrp.homeAddress === address, `Home Address ${address}`, rrp.homeAddress);
        expectForwardKey(t, mn, await t.passes(mn, 'TS-31'), 'TS-31');
      }, isL2),
  );

  test(
    '28',
    'MUST pass no broadcast of or to an L2 MN after its deregistration',
    { ...l2, covers: ['TN-04'] },
    async (t) => {
      const mode = { ...modes.l2Bidirectional, broadcast: true };
      const [mn, witness] = [await t.registered(mode), await t.registered(mode)];
      for (const each of [mn, witness]) await t.carries(each);
      const { binding } = await t.deregister(mn);
      await expectNoBroadcast(t, mn, witness, binding);
    },
  );

  test(
    '29',
    'MUST pass no broadcast of or to an L2 MN after the end of its lifetime',
    { ...l2, covers: ['TN-04'], waits: true },
    async (t) => {
      const mode = { ...modes.l2Bidirectional, broadcast: true };
      const mn = await t.registered({ ...mode, lifetime: 2 });
      const { binding } = mn;
      if (!binding) return t.undecided('the binding ended before it could be used');
      await t.carries(mn);
      const witness = await t.registered(mode);
      await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
      await expectNoBroadcast(t, mn, witness, binding);
    },
  );
});
