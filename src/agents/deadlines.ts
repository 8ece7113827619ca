/** A binary heap of things that fall due, each in it at most once, so that no amount of renewals makes it grow. */

export interface Due {
  /** When, in milliseconds since the Unix epoch; kept by the heap. */
  due: number;
  /** Place in the heap, -1 outside; kept by the heap. */
  slot: number;
}

export class Deadlines<T extends Due> {
  private readonly heap: T[] = [];

  /** When the earliest falls due. */
  next(): number | undefined {
    return this.heap[0]?.due;
  }

  /** Sets or moves a deadline; one that never comes (Infinity) is not kept. */
  set(item: T, due: number): void {
    item.due = due;
    if (due === Infinity) return this.remove(item);
    if (item.slot < 0) item.slot = this.heap.push(item) - 1;
    this.settle(item);
  }

  remove(item: T): void {
    if (item.slot < 0) return;
    const hole = item.slot;
    const last = this.heap.pop();
    item.slot = -1;
    if (last === undefined || last === item) return;
    this.place(last, hole);
    this.settle(last);
  }

  /** Takes out the earliest that is due at `now`. */
  take(now: number): T | undefined {
    const first = this.heap[0];
    if (first === undefined || first.due > now) return undefined;
    this.remove(first);
    return first;
  }

  private place(item: T, slot: number): void {
    this.heap[slot] = item;
    item.slot = slot;
  }

  private settle(item: T): void {
    for (;;) {
      const parent = this.heap[(item.slot - 1) >> 1];
      if (item.slot === 0 || parent === undefined || parent.due <= item.due) break;
      this.swap(item, parent);
    }
    for (;;) {
      const left = this.heap[2 * item.slot + 1];
      const right = this.heap[2 * item.slot + 2];
      const child = right !== undefined && left !== undefined && right.due < left.due ? right : left;
      if (child === undefined || child.due >= item.due) break;
      this.swap(item, child);
    }
  }

  private swap(a: T, b: T): void {
    const slot = a.slot;
    this.place(a, b.slot);
    this.place(b, slot);
  }
}
