/** Sequence numbers at the proxy agent, RFC 2890 §2.2. Nobody agrees on them beforehand: a sender may simply use them. */
import { mpaSection } from '../../src/tester/case.js';
import type { MpaContext } from '../../src/tester/mpa-context.js';
import type { ProxiedNode } from '../../src/tester/proxied-node.js';
import type { Mode } from '../../src/tester/request.js';

/** A device that says it does not look at sequence numbers is not judged by them. */
const numbered = { needs: ['greKeys'], tunnel: true, knobs: { gre_sequence: 'checked' } } as const;

const oneOfEach = ({ key, a }: Mode): boolean => (a ? key === 0 : key === 'own');

/** How long a packet may be held back for an earlier one, in milliseconds: far above any OUTOFORDER_TIMER. */
const soon = 2000;
const attempts = 3;

async function carrying(t: MpaContext, mode: Mode): Promise<ProxiedNode> {
  t.needAccess();
  const node = await t.attached(mode);
  await t.carriesDown(node);
  return node;
}

/** Sends a packet once, with that sequence number: whether it comes out within the time. */
async function arrives(t: MpaContext, node: ProxiedNode, sequence: number): Promise<boolean> {
  const probe = t.probe();
  t.sendDown(node, probe, { gre: { sequence } });
  return (await probe.emerged.first(soon)) !== undefined;
}

/** The first of the numbers from `start` on whose packet comes out: any of them may get lost on its way. */
async function delivered(t: MpaContext, node: ProxiedNode, start: number): Promise<number | undefined> {
  for (let n = start; n < start + attempts; n++) if (await arrives(t, node, n)) return n;
  return undefined;
}

/** Begins a numbered flow; a device that takes none leaves the case open. */
async function begun(t: MpaContext, node: ProxiedNode, start = 0): Promise<number> {
  return (await delivered(t, node, start)) ?? t.undecided('the device takes no packets with a sequence number');
}

export const proxyGreSequence = mpaSection('mpa/gre', { document: 'rfc2890', section: '2.2' }, (test) => {
  test('25', 'SHOULD deliver packets in the order of their sequence numbers', { ...numbered, covers: ['GR-13'] }, (t) =>
    t.eachMode(async (mode) => {
      const node = await carrying(t, mode);
      const first = await delivered(t, node, 0);
      const next = first === undefined ? undefined : await delivered(t, node, first + 1);
      t.demand('GR-13', next !== undefined, 'packets with rising sequence numbers delivered', 'they are lost');
    }, oneOfEach),
  );

  test(
    '26',
    'SHOULD drop packets whose sequence number is not above the last one',
    { ...numbered, covers: ['GR-13'] },
    (t) =>
      t.eachMode(async (mode) => {
        const node = await carrying(t, mode);
        const first = await begun(t, node);
        const last = await delivered(t, node, first + 1);
        if (last === undefined) return t.undecided('the second packet of the flow is lost');
        for (const [what, sequence] of [
          ['repeated', last],
          ['earlier', first],
        ] as const) {
          await t.nothingDown(
            'GR-13',
            `a packet with the ${what} sequence number ${sequence} after ${last}`,
            (probe) => t.sendDown(node, probe, { gre: { sequence } }),
            node,
          );
        }
      }, oneOfEach),
  );

  test('27', 'SHOULD treat packets without a sequence number as in order', { ...numbered, covers: ['GR-13'] }, (t) =>
    t.eachMode(async (mode) => {
      const node = await carrying(t, mode);
      await begun(t, node);
      await t.down(node, 'GR-13');
    }, oneOfEach),
  );

  test(
    '28',
    'MUST NOT hold a packet back for long when an earlier one is missing',
    { ...numbered, covers: ['GR-14'] },
    (t) =>
      t.eachMode(async (mode) => {
        const node = await carrying(t, mode);
        const late = await delivered(t, node, (await begun(t, node)) + 10);
        t.demand('GR-14', late !== undefined, `a packet 10 numbers ahead delivered within ${soon} ms`, 'it is lost');
      }, oneOfEach),
  );

  test('32', 'MUST look for the payload behind all fields of the header', { ...numbered, covers: ['GR-12'] }, (t) =>
    t.eachMode(async (mode) => {
      const node = await carrying(t, mode);
      await t.carriesDown(node, { gre: { hasChecksum: true } });
      let next = await begun(t, node);
      const arrival = async (): Promise<boolean> => {
        const probe = t.probe();
        t.sendDown(node, probe, { gre: { hasChecksum: true, sequence: ++next } });
        return (await probe.emerged.first(soon)) !== undefined;
      };
      const isThere = (await arrival()) || (await arrival()) || (await arrival());
      t.demand('GR-12', isThere, 'a packet with checksum, key and sequence number delivered', 'it is lost');
    }, oneOfEach),
  );

  test('33', 'SHOULD begin with 0 again after the highest sequence number', { ...numbered, covers: ['GR-13'] }, (t) =>
    t.eachMode(async (mode) => {
      const node = await carrying(t, mode);
      // RFC 2890 §2.2: the counter is modulo 2^32, and what is less than half of that ahead is later
      await begun(t, node);
      for (const stop of [0x60000000, 0xc0000000, 0x100000000 - attempts]) {
        if ((await delivered(t, node, stop)) === undefined) return t.undecided('a packet far ahead is lost');
      }
      const next = await delivered(t, node, 0);
      t.demand('GR-13', next !== undefined, 'sequence number 0 after 0xffffffff delivered', 'it is lost');
    }, oneOfEach),
  );

  test('29', 'MUST count the sequence numbers of each key on their own', { ...numbered, covers: ['GR-14'] }, (t) =>
    t.eachMode(async (mode) => {
      const [ahead, node] = [await carrying(t, mode), await carrying(t, mode)];
      // above what any run before has sent, should the device count all keys together
      await begun(t, ahead, Math.floor(t.session.clock.now() / 1000) & 0x3fffffff);
      const own = await delivered(t, node, 0);
      t.demand('GR-14', own !== undefined, 'sequence number 0 under another key delivered', 'it is lost');
    }, oneOfEach),
  );
});
