/** What a capture has of one MN, as the part that a home agent plays: its requests in order, each with its reply. */
import type { AttachWish, Identity } from '../tester/mpa-control.js';
import { decodeRrq } from '../wire/mobileip.js';
import { macText } from '../wire/text.js';
import type { Dialect } from '../wire/extensions.js';
import { RequestHistory, type Side } from './compare-requests.js';
import type { RequestStep } from './plan.js';

export class Script {
  readonly identity: Identity;
  readonly wish: AttachWish;
  /** What was asked and granted in the capture, and what is now. */
  readonly captured: RequestHistory;
  readonly now: RequestHistory;
  readonly #steps: RequestStep[] = [];
  readonly #isEnd: (step: RequestStep) => boolean;
  readonly #done = new Set<RequestStep>();
  readonly #waiting = new Map<RequestStep, () => void>();
  #next = 0;
  /** The last step that was no deregistration: what is answered where the capture has no further request. */
  latest: RequestStep | undefined;

  constructor(identity: Identity, wish: AttachWish, captured: Side, now: Side) {
    this.identity = identity;
    this.wish = wish;
    this.captured = new RequestHistory(captured);
    this.now = new RequestHistory(now);
    this.#isEnd = (step) => isDeregistration(step.message.bytes, captured.dialect);
  }

  add(step: RequestStep): void {
    this.#steps.push(step);
  }

  isFirst(step: RequestStep): boolean {
    return this.#steps[0] === step;
  }

  /** Whether the MPA has to be told to send it: the first one, the end, and the first one after an end. */
  begins(step: RequestStep): 'attach' | 'detach' | undefined {
    const before = this.#steps[this.#steps.indexOf(step) - 1];
    if (this.#isEnd(step)) return before && this.#isEnd(before) ? undefined : 'detach';
    return !before || this.#isEnd(before) ? 'attach' : undefined;
  }

  /** Milliseconds from the request before it. */
  gap(step: RequestStep): number {
    const before = this.#steps[this.#steps.indexOf(step) - 1];
    return before ? Math.max(0, step.message.at - before.message.at) : 0;
  }

  isDone(step: RequestStep): boolean {
    return this.#done.has(step);
  }

  /** The step that a new request stands for; undefined for one that the capture does not have at this place. */
  take(isEnd: boolean): RequestStep | undefined {
    const next = this.#steps[this.#next];
    // an end may come before its time: then what is left until the captured one did not come
    const place =
      next && this.#isEnd(next) === isEnd
        ? this.#next
        : isEnd
          ? this.#steps.findIndex((s, i) => i > this.#next && this.#isEnd(s))
          : -1;
    const step = this.#steps[place];
    if (!step) return undefined;
    this.#next = place + 1;
    this.#done.add(step);
    if (!isEnd) this.latest = step;
    this.#waiting.get(step)?.();
    return step;
  }

  /** Gives a step up that did not come. */
  skip(step: RequestStep): void {
    const place = this.#steps.indexOf(step);
    if (place === this.#next) this.#next++;
  }

  /** Calls back once the step has been taken. */
  onDone(step: RequestStep, then: () => void): void {
    this.#waiting.set(step, then);
  }
}

export function isDeregistration(request: Uint8Array, dialect: Dialect): boolean {
  const decoded = decodeRrq(request, dialect);
  return decoded.ok && decoded.value.lifetime === 0;
}

/** NAI, else the home address; undefined for what cannot be read or names nobody. */
export function nameOf(request: Uint8Array, dialect: Dialect): string | undefined {
  const decoded = decodeRrq(request, dialect);
  if (!decoded.ok) return undefined;
  const { extensions, homeAddress } = decoded.value;
  return extensions.find((e) => e.name === 'nai')?.nai ?? (homeAddress === '0.0.0.0' ? undefined : homeAddress);
}

/** How the MN of a first request is to be attached. */
export function wishOf(request: Uint8Array, dialect: Dialect): AttachWish {
  const decoded = decodeRrq(request, dialect);
  const asked = decoded.ok ? decoded.value.extensions.find((e) => e.name === 'greKey') : undefined;
  return { l2: asked?.a === true, key: asked === undefined || asked.key === 0 ? 'zero' : 'own' };
}

/** One of our own for the MN of that number: locally administered. */
export const madeUpMac = (number: number): string => macText(0x02_67_00_02_00_00 + number);
