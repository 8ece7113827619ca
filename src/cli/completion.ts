/** `grespec completion`: what a shell needs to complete commands, flags and what follows them. */
import type { Command, Option } from 'commander';
import { sections } from '../../suites/index.js';
import { haFaults } from '../dut/faults/ha.js';
import { mpaFaults } from '../dut/faults/mpa.js';
import { haVariants } from '../dut/variants.js';
import { mpaVariants } from '../dut/variants-mpa.js';
import { reportKinds } from '../report/kinds.js';
import { catalogue } from '../spec/catalogue.js';
import { knobs } from '../spec/knobs.js';
import { defaultPics, profiles } from '../spec/config.js';
import { exitCodes, quoted, usageError } from './cli-error.js';
import { linesOf } from './config/write.js';
import { bash } from './completion/bash.js';
import { fish } from './completion/fish.js';
import type { CommandWords, FlagWords } from './completion/words.js';
import { zsh } from './completion/zsh.js';

const shells = { bash, zsh, fish } as const;

export function completion(shell: string, program: Command): number {
  if (!Object.hasOwn(shells, shell)) {
    throw usageError(`there is no completion for ${quoted(shell)}; there are ${Object.keys(shells).join(', ')}`);
  }
  process.stdout.write(shells[shell as keyof typeof shells](wordsOf(program)));
  return exitCodes.ok;
}

/** Arguments that are cases; those of decode and others are files. */
const takesCases: ReadonlySet<string> = new Set(['selector', 'id']);

/** What may follow some flags, whichever command they belong to. */
const valuesOf: Readonly<Record<string, readonly string[]>> = {
  '--as': ['mpa', 'ha'],
  '--profile': profiles,
  '--form': profiles,
  '--knob': knobs.flatMap(({ name, values }) =>
    'min' in values ? [`${name}=`] : values.map((value) => `${name}=${value}`),
  ),
  '--fault': [...new Set([...haFaults, ...mpaFaults].map(({ id }) => id))],
  '--variant': [...new Set([...haVariants, ...mpaVariants].map(({ id }) => id))],
  '--pics': linesOf({ pics: { ...defaultPics } }).flatMap(({ setting }) => {
    const item = setting.replace(/^pics\./, '');
    return [`${item}=true`, `${item}=false`];
  }),
  '--report': reportKinds.map((kind) => `${kind}=`),
};

/** Arguments with few values. */
const argumentsOf: Readonly<Record<string, readonly string[]>> = { device: ['ha', 'mpa'], shell: Object.keys(shells) };

export function wordsOf(program: Command): readonly CommandWords[] {
  const cases = [
    ...sections.flatMap(({ key, cases: own }) => [key, ...own.map(({ id }) => id)]),
    ...catalogue.map(({ id }) => id),
  ];
  return program.commands.map((command) => {
    const names = command.registeredArguments.map((argument) => argument.name());
    return {
      name: command.name(),
      summary: command.summary(),
      flags: [...command.options.map(flagWords), { long: '--help', summary: 'print help' }],
      values: names.flatMap((name) => [
        ...(takesCases.has(name) ? cases : (argumentsOf[name] ?? [])),
        ...(command.name() === 'explain' ? knobs.map((knob) => knob.name) : []),
      ]),
      takesFiles: names.some((name) => !takesCases.has(name) && argumentsOf[name] === undefined),
    };
  });
}

function flagWords({ long, short, flags, description }: Option): FlagWords {
  const name = long ?? short ?? flags;
  const [, value] = /[<[]([^>\]]+)/.exec(flags) ?? [];
  return {
    long: name,
    summary: description,
    ...(value !== undefined && { value, values: valuesOf[name] ?? [] }),
  };
}
