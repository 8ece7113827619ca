/** The line of progress while a run goes on: redrawn at each case, and once a second for its times. */
import { paceText } from '../report/pace.js';
import { type Progress, progressLine } from '../report/tree.js';
import type { Screen } from './screen.js';

export class LiveProgress {
  readonly #screen: Screen;
  readonly #now: () => number;
  readonly #start: number;
  readonly #timer: NodeJS.Timeout;
  #latest: Progress | undefined;

  /** `now` in milliseconds since the Unix epoch. */
  constructor(screen: Screen, now: () => number) {
    this.#screen = screen;
    this.#now = now;
    this.#start = now();
    this.#timer = setInterval(() => this.#draw(), 1000);
    this.#timer.unref();
  }

  update(progress: Progress): void {
    this.#latest = progress;
    this.#draw();
  }

  /** Takes the line away. */
  stop(): void {
    clearInterval(this.#timer);
    this.#latest = undefined;
    this.#screen.progress('');
  }

  #draw(): void {
    if (!this.#latest) return;
    const { done, total } = this.#latest;
    const pace = paceText(this.#now() - this.#start, done, total);
    this.#screen.progress(progressLine(this.#latest, this.#screen.look, pace));
  }
}
