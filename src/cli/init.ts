/** `grespec init`: writes a configuration file from flags, from answers, and from what the device shows. */
import { createInterface } from 'node:readline/promises';
import { freshLoopback, localAddressFor } from '../net/local-address.js';
import { isLoopback } from './config/resolve.js';
import { CliError, exitCodes } from './cli-error.js';
import type { ConfigInput } from './config/input.js';
import { templateText } from './config/template.js';
import { type ConfigLine, linesOf } from './config/write.js';
import { type ConfigFlags, flagSource } from './config/flags.js';
import { readSettings } from './config/settings.js';
import { askAll, type Ask, type Answers } from './init-questions.js';
import { catchInterrupts } from './interrupt.js';
import { surveyOf, tryToSurvey } from './probe.js';
import { mergeLines } from './probe-text.js';
import { tell } from './tell.js';
import { checkFree, writeConfig } from './write-config.js';

export interface InitFlags extends ConfigFlags {
  readonly force?: boolean;
  readonly probe?: boolean;
  /** Nothing is asked, not even on a terminal. */
  readonly yes?: boolean;
}

const usualFile = 'grespec.yaml';

export async function init(file: string = usualFile, flags: InitFlags = {}): Promise<number> {
  const { force = false } = flags;
  checkFree(file, force);
  const source = flagSource(flags);
  readSettings(source);
  const told = source.value as ConfigInput;
  const isPersonThere = process.stdin.isTTY && process.stdout.isTTY && !flags.yes;
  const answers: Answers = isPersonThere ? await asked(told) : { given: told, probe: false };
  const heading =
    'Configuration of grespec; docs/configuration.md tells of each setting. What begins with # has its default, or no value. ' +
    'pics is what the device claims: false skips the cases of a feature.';
  const write = (lines: readonly ConfigLine[], next: string): void => {
    writeConfig(file, templateText(heading, answers.given, lines, file), force);
    process.stdout.write(`${file} is written; ${next} --config ${file}\n`);
  };
  let seen: Seen = { code: exitCodes.internal };
  try {
    seen = answers.probe || flags.probe ? await probed(answers.given) : { lines: [], code: exitCodes.ok };
  } finally {
    const { lines, code } = seen;
    if (lines) write(lines, 'look through it, and: grespec run');
    // what somebody has answered is not lost for a device that cannot be reached
    else if (answers.probe && code !== exitCodes.interrupted) write([], 'once the device answers: grespec probe');
  }
  return seen.code;
}

interface Seen {
  /** What a survey found; none when the device gave no answer, which has then been told. */
  readonly lines?: readonly ConfigLine[];
  readonly code: number;
}

async function asked(told: ConfigInput): Promise<Answers> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const gone = new AbortController();
  terminal.once('close', () => gone.abort());
  const ask: Ask = (question, initial) =>
    terminal.question(`${question}${initial === '' ? '' : ` [${initial}]`}: `, { signal: gone.signal });
  try {
    return await askAll(told, ask, (message) => void process.stdout.write(`  ${message}\n`), localFor);
  } catch (error) {
    if (gone.signal.aborted) {
      const what = 'nothing is written: the questions were not answered to the end';
      throw new CliError(exitCodes.interrupted, what);
    }
    throw error;
  } finally {
    terminal.close();
  }
}

/** On loopback there are addresses enough; two let handover cases run. */
async function localFor(target: string): Promise<string> {
  return isLoopback(target) ? freshLoopback(2).join(',') : localAddressFor(target);
}

async function probed(given: ConfigInput): Promise<Seen> {
  const settings = readSettings({ value: given, locate: (path) => path.join('.') });
  const interrupts = catchInterrupts(tell, 'taking back what was registered');
  try {
    const outcome = await tryToSurvey(() => surveyOf(settings, interrupts.signal, tell), interrupts.signal, tell);
    if (typeof outcome === 'number') return { code: outcome };
    return { lines: mergeLines(linesOf(given), outcome.survey.observations), code: exitCodes.ok };
  } finally {
    interrupts.stop();
  }
}
