/** draft-tsirtsis-l2gre-pmipv4-00 §6.2: renewals that reflect the agreed key, and those that do not. */
import { bridgedPair, frameFrom } from '../../src/tester/bridged.js';
import { hexKey } from '../../src/oracle/exchange.js';
import type { PicsItem } from '../../src/spec/config.js';
import { section } from '../../src/tester/case.js';
import { expectForwardKey } from '../../src/tester/checks.js';
import type { CaseContext } from '../../src/tester/context.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Probe } from '../../src/tester/probe.js';
import { connected, sendBetween } from '../../src/tester/reach.js';
import { draftModes as modes, type Mode, modes as packets } from '../../src/tester/request.js';

/** Renews with the agreed key and demands that the reply copies the extension. */
async function demandCopied(t: CaseContext, mn: MobileNode, mode: Mode): Promise<void> {
  const before = mn.binding;
  const agreed = mn.agreedKey ?? 0;
  const { granted } = t.accepted(await t.ask(mn, mn.request({ ...mode, key: agreed })), 'TS-31');
  t.demand('TS-31', granted !== undefined, 'the extension of the request', 'none');
  t.demand('TS-31', granted?.a === mode.a, `A=${mode.a ? 1 : 0}`, `A=${granted?.a ? 1 : 0}`);
  // with two keys, §6.2 copies the MPA's and §5.3 names the HA's
  const allowed = before?.bidirectional ? [agreed] : [before?.reverseKey, before?.forwardKey];
  const words = [...new Set(allowed)].map((key) => hexKey(key ?? 0)).join(' or ');
  t.demand('TS-31', allowed.includes(granted?.key), `key ${words}`, `key ${hexKey(granted?.key ?? 0)}`);
}

/** The same several times: each copies what was agreed at first. */
async function renewed(t: CaseContext, mode: Mode, times: number): Promise<void> {
  const mn = await t.registered(mode);
  for (let i = 0; i < times; i++) await demandCopied(t, mn, mode);
}

/** After a renewal with the agreed key, traffic still uses the keys of before in both directions. */
async function trafficUnchanged(t: CaseContext, mode: Mode): Promise<void> {
  const mn = await t.registered(mode);
  await t.carries(mn);
  for (let i = 0; i < 2; i++) {
    await t.register(mn, { ...mode, key: mn.agreedKey ?? 0 });
    expectForwardKey(t, mn, await t.passes(mn, 'TS-31'), 'TS-31');
  }
}

/** Renews without reflecting the key, and demands an answer as to an initial request. */
async function rekeyed(t: CaseContext, mn: MobileNode, wish: Mode): Promise<void> {
  if (wish.key === 'own') mn.ownKey = t.session.random.uint32() || 1;
  await t.register(t.mn(), wish); // the initial request that it must be treated as: TS-08 lets an HA refuse its key
  const { granted } = t.accepted(await t.ask(mn, mn.request(wish)), 'TS-32');
  t.demand('TS-33', granted !== undefined, 'the extension in the reply', 'none');
  t.demand('TS-33', granted?.key !== 0, 'an allocated key', 'key 0');
  t.demand('TS-33', granted?.a === wish.a, `A=${wish.a ? 1 : 0}`, `A=${granted?.a ? 1 : 0}`);
}

const modeNames = [
  ['an allocated key in normal mode', modes.bidirectional],
  ['two keys in normal mode', modes.unidirectional],
  ['an allocated key in L2 mode', modes.l2Bidirectional],
  ['two keys in L2 mode', modes.l2Unidirectional],
] as const;
const number = (first: number, i: number): string => String(first + i).padStart(2, '0');
const needsOf = (mode: Mode) => (mode.a ? (['greKeys', 'l2'] as const) : (['greKeys'] as const));

export const reregistration = section('ha/6.2', { document: 'tsirtsis', section: '6.2' }, (test) => {
  for (const [i, [name, mode]] of modeNames.entries()) {
    test(
      number(1, i),
      `MUST copy the extension of a renewal that reflects ${name}`,
      { needs: needsOf(mode), covers: ['TS-31'] },
      (t) => renewed(t, mode, 1),
    );
  }
  test(
    '05',
    'MUST copy the extension of the second and third renewal too',
    { needs: ['greKeys'], covers: ['TS-31'] },
    (t) => t.eachMode((mode) => renewed(t, mode, 3)),
  );
  for (const [i, [name, mode]] of modeNames.entries()) {
    test(
      number(6, i),
      `MUST leave the tunnel as it is when a renewal reflects ${name}`,
      { needs: needsOf(mode), tunnel: true, covers: ['TS-31'] },
      (t) => trafficUnchanged(t, mode),
    );
  }

  // --- renewals that do not reflect the key: the previous mode changes to the named one ---
  for (const [i, [name, before, wish]] of (
    [
      ['key 0 after two keys in normal mode', modes.unidirectional, modes.bidirectional],
      ['another key after two keys in normal mode', modes.unidirectional, modes.unidirectional],
      ['another key after an allocated key in normal mode', modes.bidirectional, modes.unidirectional],
      ['key 0 after an allocated key in normal mode', modes.bidirectional, modes.bidirectional],
      ['key 0 after two keys in L2 mode', modes.l2Unidirectional, modes.l2Bidirectional],
      ['another key after two keys in L2 mode', modes.l2Unidirectional, modes.l2Unidirectional],
      ['another key after an allocated key in L2 mode', modes.l2Bidirectional, modes.l2Unidirectional],
      ['key 0 after an allocated key in L2 mode', modes.l2Bidirectional, modes.l2Bidirectional],
    ] as const
  ).entries()) {
    test(
      number(10, i),
      `MUST treat a renewal with ${name} as an initial request`,
      { needs: needsOf(wish), covers: ['TS-32', 'TS-33'] },
      async (t) => {
        const mn = await t.registered(before);
        await rekeyed(t, mn, wish);
      },
    );
    test(
      number(18, i),
      `MUST move the traffic to the new keys after a renewal with ${name}`,
      { needs: needsOf(wish), tunnel: true, covers: ['TS-32'] },
      async (t) => {
        const mn = await t.registered(before);
        await t.carries(mn);
        if (wish.key === 'own') mn.ownKey = t.session.random.uint32() || 1;
        await t.register(mn, wish);
        expectForwardKey(t, mn, await t.passes(mn, 'TS-32'), 'TS-32');
      },
    );
  }

  test(
    '26',
    'MUST build an L2 tunnel when a normal-mode MN asks for one',
    { needs: ['greKeys', 'l2'], tunnel: true, covers: ['TS-32'] },
    async (t) => {
      const mn = await t.registered(modes.bidirectional);
      await t.register(mn, modes.l2Bidirectional); // another A is another request
      expectForwardKey(t, mn, await t.passes(mn, 'TS-32'), 'TS-32');
    },
  );

  // --- handover to another care-of address ---
  for (const [i, [name, mode, reflects]] of (
    [
      ['naming the agreed key in normal mode', modes.bidirectional, true],
      ['with key 0 in normal mode', modes.bidirectional, false],
      ['naming the agreed key in L2 mode', modes.l2Bidirectional, true],
      ['with key 0 in L2 mode', modes.l2Bidirectional, false],
    ] as const
  ).entries()) {
    const options = {
      needs: needsOf(mode),
      tunnel: true,
      careOfAddresses: 2,
      covers: [reflects ? 'TS-31' : 'TS-32', 'LG-10'],
    } as const;
    test(number(27, i), `MUST move the tunnel on a handover ${name}`, options, async (t) => {
      const mn = await t.registered(mode, 0);
      await t.carries(mn);
      const key = reflects ? (mn.agreedKey ?? 0) : 0;
      mn.station = t.session.stations.at(1);
      const id = reflects ? 'TS-31' : 'TS-32';
      const { granted } = t.accepted(await t.ask(mn, mn.request({ ...mode, key })), id);
      if (reflects)
        t.demand(id, granted?.key === key, `key ${hexKey(key)}, as agreed`, `key ${hexKey(granted?.key ?? 0)}`);
      expectForwardKey(t, mn, await t.passes(mn, 'LG-10'), 'LG-10');
    });
  }
  for (const [i, [name, mode]] of (
    [
      ['normal mode', modes.unidirectional],
      ['L2 mode', modes.l2Unidirectional],
    ] as const
  ).entries()) {
    test(
      number(40, i),
      `MUST move the tunnel on a handover with another key in ${name}`,
      { needs: needsOf(mode), tunnel: true, careOfAddresses: 2, covers: ['TS-32'] },
      async (t) => {
        const mn = await t.registered(mode, 0);
        await t.carries(mn);
        mn.station = t.session.stations.at(1);
        mn.ownKey = t.session.random.uint32() || 1;
        await t.register(mn, mode);
        expectForwardKey(t, mn, await t.passes(mn, 'TS-32'), 'TS-32');
      },
    );
  }

  test(
    '31',
    'SHOULD drop packets from the earlier care-of address after a handover',
    { needs: ['greKeys', 'l2'], tunnel: true, careOfAddresses: 2, covers: ['TN-15'], waits: true },
    async (t) => {
      const mn = await t.registered(modes.l2Bidirectional, 0);
      await t.carries(mn);
      const before = mn.binding;
      const [old, now] = [mn.station, t.session.stations.at(1)];
      mn.station = now;
      await t.register(mn, modes.l2Bidirectional);
      await t.carries(mn);
      await t.forcedWait(1000 * t.knobNumber('old_key_grace_s'));
      if (before)
        await t.drops(
          'TN-15',
          'a packet from the earlier care-of address',
          (probe) => t.sendEcho(mn, probe, { from: old, binding: before }),
          mn,
        );
    },
  );

  test(
    '32',
    'SHOULD drop packets with the earlier key after a renewal with another one',
    { needs: ['greKeys', 'l2'], tunnel: true, covers: ['TN-15'], waits: true },
    async (t) => {
      const mn = await t.registered(modes.l2Unidirectional);
      await t.carries(mn);
      const before = mn.binding;
      mn.ownKey = t.session.random.uint32() || 1;
      await t.register(mn, modes.l2Unidirectional);
      await t.carries(mn);
      await t.forcedWait(1000 * t.knobNumber('old_key_grace_s'));
      if (before)
        await t.drops(
          'TN-15',
          'a packet with the earlier key',
          (probe) => t.sendEcho(mn, probe, { binding: before }),
          mn,
        );
    },
  );

  // --- renewals for a tunnel of another kind ---
  for (const [i, [name, before, wish, needs]] of (
    [
      ['GRE after IP-in-IP', packets.ipInIp, modes.bidirectional, ['greKeys', 'ipInIp']],
      ['normal mode after L2 mode', modes.l2Bidirectional, modes.bidirectional, ['greKeys', 'l2']],
    ] as readonly (readonly [string, Mode, Mode, readonly PicsItem[]])[]
  ).entries()) {
    const options = { needs, tunnel: true, covers: ['TS-32'] } as const;
    test(number(34, i), `MUST build the tunnel that a renewal asks for: ${name}`, options, async (t) => {
      const mn = await t.registered(before);
      await t.carries(mn);
      await t.register(mn, wish);
      expectForwardKey(t, mn, await t.passes(mn, 'TS-32'), 'TS-32');
    });
  }

  test(
    '36',
    'MUST move the traffic to the new keys of a second such renewal too, and then copy its extension',
    { needs: ['greKeys'], tunnel: true, covers: ['TS-31', 'TS-32'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        await t.carries(mn);
        for (let i = 0; i < 2; i++) {
          if (mode.key === 'own') mn.ownKey = t.session.random.uint32() || 1;
          await t.register(mn, mode);
          expectForwardKey(t, mn, await t.passes(mn, 'TS-32'), 'TS-32');
        }
        await demandCopied(t, mn, mode);
      }),
  );

  for (const [number, name, before, wish, needs] of [
    ['37', 'L2 mode', modes.bidirectional, modes.l2Bidirectional, ['greKeys', 'l2']],
    ['38', 'GRE', packets.ipInIp, modes.bidirectional, ['greKeys', 'ipInIp']],
  ] as const) {
    test(
      number,
      `SHOULD drop packets of the tunnel of before when a renewal has changed it for ${name}`,
      { needs, tunnel: true, covers: ['TN-15'], waits: true },
      async (t) => {
        const [witness, mn] = [await t.registered(before), await t.registered(before)];
        await connected(t, mn, witness);
        const { binding } = mn;
        await t.register(mn, wish);
        await t.carries(mn);
        await t.forcedWait(1000 * t.knobNumber('old_key_grace_s'));
        if (!binding) return;
        const inner = { source: binding.homeAddress };
        const send = (probe: Probe): void => sendBetween(mn, witness, probe, { binding, inner });
        await t.drops('TN-15', 'a packet of the earlier tunnel', send, witness);
      },
    );
  }

  test(
    '39',
    'SHOULD drop frames of the L2 tunnel of before when a renewal has changed it for normal mode',
    { needs: ['greKeys', 'l2', 'l2NodeToNode'], tunnel: true, covers: ['TN-15'], waits: true },
    async (t) => {
      const [mn, witness] = await bridgedPair(t);
      const { binding } = mn;
      await t.register(mn, modes.bidirectional);
      await t.carries(mn);
      await t.forcedWait(1000 * t.knobNumber('old_key_grace_s'));
      if (!binding) return;
      const send = (probe: Probe): void => mn.tunnelFrame(frameFrom(mn, witness.mac, probe), { binding });
      await t.drops('TN-15', 'a frame of the earlier tunnel', send, witness);
    },
  );

  test.wholeRun('33', 'MUST have copied the extension of every renewal of the run that reflects the key', {
    needs: ['greKeys'],
    covers: ['TS-31'],
  });
});
