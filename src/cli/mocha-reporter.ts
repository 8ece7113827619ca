/**
 * Any reporter of mocha for a run of grespec. A second mocha runs one test for each case, in the order of the run; a test
 * does nothing but wait for the verdict of its case. What could not be decided is a failure there, since mocha knows no
 * other word for it; a warning passes unless the run is strict, and a known deviation is pending.
 */
import path from 'node:path';
import Mocha from 'mocha';
import type { CaseResult } from '../report/result.js';
import type { SectionListing } from '../report/sections.js';
import { counts } from '../report/totals.js';
import { messageOf, quoted, usageError } from './cli-error.js';
import { didYouMean } from './nearest.js';

/** `base` prints nothing, and `html` needs the page of a browser. */
const unusable: ReadonlySet<string> = new Set(['base', 'html']);

const builtIn = (): readonly string[] =>
  Object.keys(Mocha.reporters).filter((name) => name === name.toLowerCase() && !unusable.has(name));

/** Throws a usage error that says what is wrong with the reporter. */
export function mochaWith(reporter: string): Mocha {
  if (reporter === 'html') throw usageError("mocha's html is for browsers; a page of the run: --report html=FILE.html");
  const mocha = new Mocha({ timeout: 0 });
  const isFile = /[/\\]|\.[cm]?js$/.test(reporter);
  try {
    mocha.reporter(isFile ? path.resolve(reporter) : reporter);
    // mocha itself looks only when the run begins
    if (typeof Reflect.get(mocha, '_reporter') !== 'function') throw new TypeError('it exports no class or function');
    return mocha;
  } catch (error) {
    const why = messageOf(error).split('\n')[0] ?? '';
    const names = builtIn();
    throw usageError(
      isFile
        ? `the reporter ${reporter} cannot be loaded: ${why}`
        : `there is no reporter ${quoted(reporter)}; ${didYouMean(reporter, names, `mocha has ${names.join(', ')}; of your own: ./FILE.cjs`)}`,
    );
  }
}

/** Mocha makes the reporter now; that of a user may be anything. */
function begun(mocha: Mocha, reporter: string, done: () => void): void {
  try {
    mocha.run(done);
  } catch (error) {
    throw usageError(`the reporter ${reporter} cannot begin: ${messageOf(error).split('\n')[0] ?? ''}`);
  }
}

interface Awaited {
  readonly result: Promise<CaseResult | undefined>;
  readonly decide: (result: CaseResult | undefined) => void;
}

export class MochaReport {
  readonly #awaited = new Map<string, Awaited>();
  readonly #strict: boolean;
  #ended: Promise<void> = Promise.resolve();

  /** Throws a usage error where the reporter cannot begin. */
  constructor(
    reporter: string,
    listing: readonly SectionListing[],
    titles: ReadonlyMap<string, string>,
    strict: boolean,
  ) {
    const mocha = mochaWith(reporter);
    this.#strict = strict;
    for (const { document, section, title, heading, cases } of listing) {
      const name = [document, section, title].filter((part) => part !== '').join(' ');
      const suite = Mocha.Suite.create(mocha.suite, heading ?? name);
      for (const id of cases) suite.addTest(this.#test(id, `${id} ${titles.get(id) ?? ''}`.trimEnd()));
    }
    this.#ended = new Promise((resolve) => {
      begun(mocha, reporter, () => {
        mocha.dispose();
        resolve();
      });
    });
  }

  caseDone(result: CaseResult): void {
    this.#awaited.get(result.id)?.decide(result);
  }

  /** Cases that were not run are pending. Resolves when the reporter has had its say. */
  async finish(): Promise<void> {
    for (const { decide } of this.#awaited.values()) decide(undefined);
    await this.#ended;
  }

  #test(id: string, title: string): Mocha.Test {
    let decide: (result: CaseResult | undefined) => void = () => {};
    const result = new Promise<CaseResult | undefined>((resolve) => (decide = resolve));
    this.#awaited.set(id, { result, decide });
    const fail = (one: CaseResult): void => this.#fail(one);
    const test: Mocha.Test = new Mocha.Test(title, async function (this: Mocha.Context) {
      const decided = await result;
      // the time of the case, not the time that this test has waited
      Object.defineProperty(test, 'duration', { get: () => decided?.durationMs ?? 0, set: () => {} });
      if (!decided || decided.verdict === 'skip' || !counts(decided)) return this.skip();
      fail(decided);
    });
    return test;
  }

  #fail({ verdict, reason, expected, actual, repeat }: CaseResult): void {
    if (verdict === 'pass' || (verdict === 'warn' && !this.#strict)) return;
    const text = verdict === 'fail' || verdict === 'warn' ? reason : `${verdict}: ${reason}`;
    const error = new Error(`${text}\nrepeat: ${repeat}`);
    error.stack = error.message; // where grespec threw it is of no use
    const compared = expected === '' && actual === '' ? {} : { expected, actual, showDiff: true };
    throw Object.assign(error, compared);
  }
}
