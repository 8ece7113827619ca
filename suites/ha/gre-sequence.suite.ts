/** Sequence numbers, RFC 2890 §2.2. Nobody agrees on them beforehand: a sender may simply use them. */
import { section } from '../../src/tester/case.js';
import type { CaseContext } from '../../src/tester/context.js';
import { isEchoReply } from '../../src/tester/inner.js';
import type { MobileNode } from '../../src/tester/mobile-node.js';
import type { Mode } from '../../src/tester/request.js';

/** A device that says it does not look at sequence numbers is not judged by them. */
const numbered = { needs: ['greKeys'], tunnel: true, knobs: { gre_sequence: 'checked' } } as const;

const oneOfEach = ({ key, a }: Mode): boolean => (a ? key === 0 : key === 'own');

/** How long a packet may be held back for an earlier one, in milliseconds: far above any OUTOFORDER_TIMER. */
const soon = 2000;
const attempts = 3;

/** Sends an echo request once, with that sequence number: whether it is answered within `ms`. */
async function answered(t: CaseContext, mn: MobileNode, sequence: number, ms: number): Promise<boolean> {
  const probe = t.probe();
  t.sendEcho(mn, probe, { gre: { sequence } });
  return (await probe.arrivals.first(ms, ({ frame }) => isEchoReply(frame, mn.ip ?? ''))) !== undefined;
}

/** The first of the numbers from `start` on whose packet is answered: any of them may get lost on its way. */
async function delivered(t: CaseContext, mn: MobileNode, start: number, ms: number): Promise<number | undefined> {
  for (let n = start; n < start + attempts; n++) if (await answered(t, mn, n, ms)) return n;
  return undefined;
}

/** Begins a numbered flow; a device that takes none leaves the case open. */
async function begun(t: CaseContext, mn: MobileNode, start = 0): Promise<number> {
  await t.carries(mn);
  const first = await delivered(t, mn, start, start === 0 ? t.session.patience : soon);
  return first ?? t.undecided('the device takes no packets with a sequence number');
}

export const greSequence = section('ha/gre', { document: 'rfc2890', section: '2.2' }, (test) => {
  test('25', 'SHOULD deliver packets in the order of their sequence numbers', { ...numbered, covers: ['GR-13'] }, (t) =>
    t.eachMode(async (mode) => {
      const mn = await t.registered(mode);
      await t.carries(mn);
      const first = await delivered(t, mn, 0, t.session.patience);
      const next = first === undefined ? undefined : await delivered(t, mn, first + 1, t.session.patience);
      t.demand('GR-13', next !== undefined, 'packets with rising sequence numbers delivered', 'they are lost');
    }, oneOfEach),
  );

  test(
    '26',
    'SHOULD drop packets whose sequence number is not above the last one',
    { ...numbered, covers: ['GR-13'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        const first = await begun(t, mn);
        const last = await delivered(t, mn, first + 1, t.session.patience);
        if (last === undefined) return t.undecided('the second packet of the flow is lost');
        for (const [what, sequence] of [
          ['repeated', last],
          ['earlier', first],
        ] as const) {
          const send = (probe: Parameters<typeof t.sendEcho>[1]): void => t.sendEcho(mn, probe, { gre: { sequence } });
          await t.drops('GR-13', `a packet with the ${what} sequence number ${sequence} after ${last}`, send, mn);
        }
      }, oneOfEach),
  );

  test('27', 'SHOULD treat packets without a sequence number as in order', { ...numbered, covers: ['GR-13'] }, (t) =>
    t.eachMode(async (mode) => {
      const mn = await t.registered(mode);
      await begun(t, mn);
      await t.passes(mn, 'GR-13');
    }, oneOfEach),
  );

  test(
    '28',
    'MUST NOT hold a packet back for long when an earlier one is missing',
    { ...numbered, covers: ['GR-14'] },
    (t) =>
      t.eachMode(async (mode) => {
        const mn = await t.registered(mode);
        const last = await begun(t, mn);
        const late = await delivered(t, mn, last + 10, soon);
        t.demand('GR-14', late !== undefined, `a packet ${10} numbers ahead delivered within ${soon} ms`, 'it is lost');
      }, oneOfEach),
  );

  test('29', 'MUST count the sequence numbers of each key on their own', { ...numbered, covers: ['GR-14'] }, (t) =>
    t.eachMode(async (mode) => {
      const [ahead, mn] = [await t.registered(mode), await t.registered(mode)];
      if (ahead.binding?.reverseKey === mn.binding?.reverseKey) return t.note('both MNs have one key');
      // above what any run before has sent, should the device count all keys together
      await begun(t, ahead, Math.floor(t.session.clock.now() / 1000) & 0x3fffffff);
      await t.carries(mn);
      const own = await delivered(t, mn, 0, soon);
      t.demand('GR-14', own !== undefined, 'sequence number 0 under another key delivered', 'it is lost');
    }, oneOfEach),
  );
});
