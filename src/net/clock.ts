import type { Clock, Timer } from './port.js';

/** setTimeout takes no more than a signed 32-bit number and fires at once above it. */
const longestTimeout = 0x7fffffff;

const { timeOrigin } = performance;

/** Wall clock at start plus monotonic time since: steps of the system's clock do not show. */
function now(): number {
  return timeOrigin + performance.now();
}

function setTimer(ms: number, fire: () => void): Timer {
  const due = now() + ms;
  // a process that stood still may find the time over at once: then there is nothing to cancel
  let cancel = (): void => undefined;
  // setTimeout may fire a fraction early; a state machine that finds its deadline in the future would spin.
  const arm = (): void => {
    const left = due - now();
    if (left > 0) {
      const timeout = setTimeout(arm, Math.min(Math.ceil(left), longestTimeout));
      cancel = () => clearTimeout(timeout);
    } else fire();
  };
  if (ms > 0) arm();
  else {
    const immediate = setImmediate(fire);
    cancel = () => clearImmediate(immediate);
  }
  return { cancel: () => cancel() };
}

/** Milliseconds between two looks at the event loop, the delay worth noting, and how many delays are remembered. */
const [interval, worthNoting, remembered] = [5, 2, 4096];
interface Delay {
  readonly at: number;
  readonly by: number;
}
let late: Delay[] | undefined;

function lag(since: number): number {
  if (!late) {
    const seen: Delay[] = [];
    late = seen;
    let due = now() + interval;
    setInterval(() => {
      const by = now() - due;
      if (by > worthNoting) seen.push({ at: now(), by });
      if (seen.length > remembered) seen.splice(0, remembered / 2);
      due = now() + interval;
    }, interval).unref();
  }
  return late.reduce((most, { at, by }) => (at >= since ? Math.max(most, by) : most), 0);
}

export const systemClock: Clock = { now, setTimer, lag };
