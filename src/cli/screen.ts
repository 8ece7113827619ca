/** Standard output: whole lines, and below them one line of progress where it is a terminal. */
import type { Look } from '../report/look.js';

export interface OutputStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const eraseLine = '\r\u001b[K';

/** Width of reports that go to a file or a pipe. */
const defaultWidth = 110;

/** How to print, by what the output is and what the environment asks for (https://no-color.org, FORCE_COLOR). */
export function lookOf(output: OutputStream, environment: NodeJS.ProcessEnv): Look {
  const { NO_COLOR, FORCE_COLOR, TERM } = environment;
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const isTerminal = output.isTTY === true && TERM !== 'dumb';
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || 'UTF-8';
  return {
    colour: NO_COLOR ? false : isForced || isTerminal,
    unicode: /utf-?8/i.test(locale),
    width: output.columns ?? defaultWidth,
  };
}

export class Screen {
  readonly look: Look;
  readonly #output: OutputStream;
  readonly #hasProgress: boolean;
  #progress = '';

  constructor(output: OutputStream, environment: NodeJS.ProcessEnv) {
    this.look = lookOf(output, environment);
    this.#output = output;
    this.#hasProgress = output.isTTY === true && environment['TERM'] !== 'dumb' && !environment['CI'];
  }

  write(text: string): void {
    this.#output.write(this.#progress === '' ? text : `${eraseLine}${text}${this.#progress}`);
  }

  /** Replaces the line of progress; an empty one removes it. */
  progress(line: string): void {
    if (!this.#hasProgress || line === this.#progress) return;
    this.#progress = line;
    this.#output.write(eraseLine + line);
  }
}
