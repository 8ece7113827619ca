/** Something that happens at a moment of virtual time. */
export interface Event {
  readonly at: number;
  readonly order: number;
  /** Happens when time passes it, but time does not move on for its sake. */
  readonly passive: boolean;
  /** Undefined once cancelled. */
  run: (() => void) | undefined;
}

/** Events by time, and in order of arrival at the same time: a binary heap. */
export class EventQueue {
  #heap: Event[] = [];
  #order = 0;
  #cancelled = 0;
  #active = 0;

  /** Live events that time moves on for; without any, nothing happens. */
  get active(): number {
    return this.#active;
  }

  add(at: number, run: () => void, passive = false): Event {
    const event: Event = { at, order: this.#order++, passive, run };
    if (!passive) this.#active++;
    this.#heap.push(event);
    this.#rise(this.#heap.length - 1);
    return event;
  }

  cancel(event: Event): void {
    if (event.run === undefined) return;
    event.run = undefined;
    if (!event.passive) this.#active--;
    this.#cancelled += 1;
    // Timers are mostly cancelled, and long ones would pile up until their time comes.
    if (this.#cancelled > 64 && this.#cancelled > this.#heap.length / 2) this.#sweep();
  }

  /** Removes the earliest live event and gives its time and action. */
  take(): { at: number; run: () => void } | undefined {
    for (;;) {
      const event = this.#removeFirst();
      if (event === undefined) return undefined;
      const { at, run } = event;
      if (run !== undefined) {
        // Cancelling it from now on changes nothing.
        event.run = undefined;
        if (!event.passive) this.#active--;
        return { at, run };
      }
      this.#cancelled -= 1;
    }
  }

  #removeFirst(): Event | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last === undefined || last === first) return first;
    this.#heap[0] = last;
    this.#sink(0);
    return first;
  }

  #sweep(): void {
    this.#heap = this.#heap.filter(({ run }) => run !== undefined).sort((a, b) => (before(a, b) ? -1 : 1));
    this.#cancelled = 0;
  }

  #rise(index: number): void {
    for (let at = index; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#swapIfBefore(at, parent)) return;
      at = parent;
    }
  }

  #sink(index: number): void {
    for (let at = index; ;) {
      const left = 2 * at + 1;
      const child = this.#isBefore(left + 1, left) ? left + 1 : left;
      if (!this.#swapIfBefore(child, at)) return;
      at = child;
    }
  }

  #isBefore(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i], this.#heap[j]];
    return a !== undefined && b !== undefined && before(a, b);
  }

  #swapIfBefore(i: number, j: number): boolean {
    const [a, b] = [this.#heap[i], this.#heap[j]];
    if (a === undefined || b === undefined || !before(a, b)) return false;
    this.#heap[i] = b;
    this.#heap[j] = a;
    return true;
  }
}

function before(a: Event, b: Event): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
