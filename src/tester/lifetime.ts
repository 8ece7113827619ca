/** Whether a tunnel stands as long as was granted, and not longer. */
import type { Exchange } from '../oracle/exchange.js';
import type { RequirementId } from '../spec/catalogue.js';
import type { CaseContext } from './context.js';
import { isEchoReply } from './inner.js';
import type { MobileNode } from './mobile-node.js';
import type { Arrival } from './probe.js';

/** Lawful devices may count whole seconds; in milliseconds. */
const clockTick = 1000;
/** Least time before the end at which the tunnel is looked at, in milliseconds; and packets sent at once, for one may be lost. */
const leastMargin = 150;
const volley = 3;

/** When a granted lifetime ends at the earliest, in milliseconds since the Unix epoch: it runs from the request on. */
export const earliestEnd = ({ request, rrp }: Exchange): number => request.at + rrp.lifetime * 1000 - clockTick;

/**
 * Waits until shortly before `end`, and demands that the MN's tunnel still carries packets. The tunnel of `witness`, which
 * lives on, tells an early end from a bad moment.
 */
export async function carriesUntil(
  t: CaseContext,
  id: RequirementId,
  end: number,
  mn: MobileNode,
  witness: MobileNode,
): Promise<void> {
  const { clock, roundTrip, patience } = t.session;
  const margin = Math.max(leastMargin, 2 * roundTrip);
  await t.forcedWait(Math.max(0, end - margin - clock.now()));
  if (clock.now() > end - margin / 2) return t.note('the lifetime is too short to look at the tunnel before its end');
  const pairs = [mn, witness].map((from) => ({ from, probe: t.probe() }));
  for (let sent = 0; sent < volley; sent++) for (const { from, probe } of pairs) t.sendEcho(from, probe);
  const answers = pairs.map(({ from, probe }) => {
    const mac = from.binding?.l2 ? from.mac : undefined;
    return probe.arrivals.first(patience, ({ frame }: Arrival) => isEchoReply(frame, from.ip ?? '', mac));
  });
  const [own, other] = await Promise.all(answers);
  if (!own && !other) return t.note('shortly before the end of the lifetime no tunnel carried anything');
  t.demand(id, own !== undefined, 'an echo reply in the tunnel shortly before the lifetime is over', 'none came back');
}
