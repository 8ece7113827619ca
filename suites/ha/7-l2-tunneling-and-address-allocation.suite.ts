/** draft-tsirtsis-l2gre-pmipv4-00 §7: an L2 tunnel binds keys, not home addresses, to the care-of address. */
import { wrongAuthenticator } from '../../src/tester/bend.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import { carriesUntil, earliestEnd } from '../../src/tester/lifetime.js';
import { draftModes as modes } from '../../src/tester/request.js';

const l2 = { needs: ['greKeys', 'l2'] } as const;
const tunnel = { ...l2, tunnel: true } as const;

export const l2Tunneling = section('ha/7', { document: 'tsirtsis', section: '7' }, (test) => {
  test(
    '01',
    'MUST accept an L2 registration with HoA 0, and MAY leave the HoA 0',
    { ...l2, covers: ['TS-35', 'TS-11', 'TS-14'] },
    (t) =>
      t.eachMode(
        async (mode) => {
          const mn = t.mn();
          const { rrp } = t.accepted(await t.ask(mn, mn.request(mode)), mode.key === 0 ? 'TS-11' : 'TS-14');
          t.note(rrp.homeAddress === '0.0.0.0' ? 'the HoA stays 0' : 'the HA assigns a HoA');
        },
        (mode) => mode.a === true,
      ),
  );

  test(
    '02',
    'MUST forward L2 packets whose inner source is not the HoA',
    { ...tunnel, covers: ['TS-34'] },
    async (t) => {
      const mn = await t.registered(modes.l2Bidirectional);
      await t.carries(mn);
      mn.ip = t.spareAddress();
      expectForwardKey(t, mn, await t.passes(mn, 'TS-34'), 'TS-34');
    },
  );

  test('03', 'MUST forward packets of two addresses in one L2 tunnel', { ...tunnel, covers: ['TS-34'] }, async (t) => {
    const mn = await t.registered(modes.l2Unidirectional);
    for (let i = 0; i < 2; i++) {
      mn.ip = t.spareAddress();
      expectForwardKey(t, mn, await t.passes(mn, 'TS-34'), 'TS-34');
    }
  });

  test(
    '04',
    'MUST let broadcasts through the L2 tunnel, so that address configuration can work',
    { needs: ['greKeys', 'l2', 'homeLink.arp'], tunnel: true, covers: ['TS-13', 'TS-36'] },
    (t) =>
      t.eachMode(
        async (mode) => {
          const mn = await t.registered(mode);
          const { ip } = t.correspondent(mn);
          const mac = await t.resolves(mn, ip);
          t.demand('TS-13', mac !== undefined, `an ARP reply from ${ip} in the tunnel`, 'none');
        },
        (mode) => mode.a === true,
      ),
  );

  test(
    '05',
    'MAY take a HoA learned later, and MUST then copy it',
    { ...tunnel, covers: ['TS-37', 'HA-36'] },
    async (t) => {
      const mn = await t.registered(modes.l2Bidirectional);
      const homeAddress = mn.ip ?? t.spareAddress();
      const answer = await t.ask(mn, mn.request({ key: mn.binding?.reverseKey ?? 0, a: true, homeAddress }));
      if (answer.kind === 'silence' || !answer.exchange.accepted) return t.note(`does not take the HoA ${homeAddress}`);
      const { rrp } = answer.exchange;
      t.demand('HA-36', rrp.homeAddress === homeAddress, `Home Address ${homeAddress}`, rrp.homeAddress);
      expectForwardKey(t, mn, await t.carries(mn), 'TS-37');
    },
  );

  test(
    '06',
    'MUST pass nothing of an L2 MN after its deregistration',
    { ...tunnel, covers: ['TN-04', 'TS-13'] },
    async (t) => {
      const [mn, witness] = [await t.registered(modes.l2Bidirectional), await t.registered(modes.l2Bidirectional)];
      await t.carries(mn);
      await t.carries(witness);
      const { binding } = await t.deregister(mn);
      await t.drops('TS-13', 'a frame of the MN', (probe) => t.sendEcho(mn, probe, { binding }), witness);
      await t.unreachable('TN-04', 'a frame to the MN', mn, binding, witness);
    },
  );

  test(
    '07',
    'MUST pass what is of an L2 MN until the end of its lifetime, and nothing after it',
    { ...tunnel, covers: ['TN-04', 'TS-13', 'HA-49'], waits: true },
    async (t) => {
      // under a key of its own, for an allocated one may have been given to another MN by then
      const mn = t.mn();
      const granted = await t.register(mn, { ...modes.l2Unidirectional, lifetime: 6 });
      const binding = mn.binding;
      if (!binding) return t.undecided('the binding ended before it could be used');
      await t.carries(mn);
      const witness = await t.registered(modes.l2Bidirectional);
      await carriesUntil(t, 'TS-13', earliestEnd(granted), mn, witness);
      await t.forcedWait(binding.until - t.session.clock.now() + t.expiryTolerance);
      await t.drops('HA-49', 'a frame of the MN', (probe) => t.sendEcho(mn, probe, { binding }), witness);
      await t.unreachable('TN-04', 'a frame to the MN', mn, binding, witness);
    },
  );

  test('08', 'MUST NOT let frames through a tunnel that was denied', { ...tunnel, covers: ['TN-04'] }, async (t) => {
    const witness = await t.registered(modes.l2Unidirectional);
    await t.carries(witness);
    const mn = t.mn();
    mn.ip = t.spareAddress();
    const answer = await t.askBent(mn, mn.request(modes.l2Unidirectional), wrongAuthenticator(t.session));
    if (answer.kind === 'reply' && answer.exchange.accepted) return t.undecided('a forged registration was accepted');
    const binding = witness.binding;
    if (!binding) return;
    const forged = { ...binding, mn: mn.nai, reverseKey: mn.ownKey };
    await t.drops(
      'TN-04',
      'a frame of an MN that was never registered',
      (probe) => t.sendEcho(mn, probe, { binding: forged }),
      witness,
    );
  });
});
