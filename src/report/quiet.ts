/** A run in few lines: the cases that did not pass as soon as they are decided, and what the whole came to. */
import { knownNotes } from './known.js';
import { type Look, paint, signs, verdictInk } from './look.js';
import type { CaseResult, RunResult } from './result.js';
import { oneLine } from './text.js';
import { counts, headline } from './totals.js';

export class QuietPrinter {
  readonly #look: Look;
  readonly #write: (text: string) => void;

  /** `write` receives whole lines, each with its line feed. */
  constructor(look: Look, write: (text: string) => void) {
    this.#look = look;
    this.#write = write;
  }

  notice(text: string): void {
    this.#line(paint(this.#look, this.#safe(text), 'yellow'));
  }

  caseDone(result: CaseResult): void {
    const { id, title, verdict, reason, expected, actual } = result;
    if (verdict === 'pass' || verdict === 'skip' || !counts(result)) return;
    const mark = paint(this.#look, signs(this.#look).marks[verdict], verdictInk[verdict]);
    this.#line(`${mark} ${this.#safe(`${id}  ${title}`)}`);
    const rows: readonly (readonly [string, string])[] =
      expected === '' && actual === ''
        ? [['', reason]]
        : [
            ['expected  ', expected],
            ['actual    ', actual],
          ];
    for (const [name, text] of rows) if (text !== '') this.#line(`    ${name}${this.#safe(text)}`);
  }

  /** What the baseline has to say is said here too: a known deviation that passes is news. */
  finish(run: RunResult): void {
    for (const { state, text } of knownNotes(run)) if (state !== 'known') this.#line(this.#safe(text));
    this.#line(this.#safe(headline(run)));
  }

  #safe(text: string): string {
    return oneLine(text, this.#look.unicode);
  }

  #line(text: string): void {
    this.#write(`${text}\n`);
  }
}
