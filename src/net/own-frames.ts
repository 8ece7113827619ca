const mostFrames = 512;

/** Recently injected frames, told apart by content, so that each is dropped once when the link gives it back. */
export class OwnFrames {
  #pending = new Map<string, number>();
  #count = 0;

  injected(frame: Uint8Array): void {
    const key = content(frame);
    this.#pending.set(key, (this.#pending.get(key) ?? 0) + 1);
    this.#count += 1;
    if (this.#count > mostFrames) {
      const [oldest] = this.#pending.keys();
      if (oldest !== undefined) this.#remove(oldest);
    }
  }

  /** True when this arrival is one of our own frames coming back; each injected frame counts once. */
  cameBack(frame: Uint8Array): boolean {
    if (this.#count === 0) return false;
    const key = content(frame);
    if (!this.#pending.has(key)) return false;
    this.#remove(key);
    return true;
  }

  #remove(key: string): void {
    const times = this.#pending.get(key) ?? 0;
    if (times > 1) this.#pending.set(key, times - 1);
    else this.#pending.delete(key);
    this.#count -= 1;
  }
}

function content(frame: Uint8Array): string {
  return Buffer.from(frame.buffer, frame.byteOffset, frame.length).toString('latin1');
}
