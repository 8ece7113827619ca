/** `grespec probe`: finds out what a device supports and proposes a configuration file for it. */
import type { Net } from '../net/port.js';
import { systemNet } from '../net/system.js';
import { surveyHomeAgent } from '../tester/survey/home-agent.js';
import { surveyProxyAgent } from '../tester/survey/proxy-agent.js';
import { type Survey, SurveyEnd } from '../tester/survey/observation.js';
import { environmentError, exitCodes, usageError } from './cli-error.js';
import { type ConfigFlags, flagSource } from './config/flags.js';
import { readConfigFile } from './config/document.js';
import type { ConfigInput } from './config/input.js';
import { shownKey } from './config/key.js';
import { type ResolvedConfig, resolveProxy, resolveTarget, roleOf } from './config/resolve.js';
import { mergeSettings, readSettings, type Settings } from './config/settings.js';
import { catchInterrupts } from './interrupt.js';
import { machine } from './machine.js';
import { probeText } from './probe-text.js';
import { rawAbsence } from './raw-sockets.js';
import { tell } from './tell.js';
import { proxyAccess } from './trigger.js';
import { checkFree, writeConfig } from './write-config.js';

export interface ProbeFlags extends ConfigFlags {
  readonly config?: string;
  readonly write?: string;
  readonly force?: boolean;
}

export async function probe(flags: ProbeFlags): Promise<number> {
  const { write, force = false } = flags;
  if (write !== undefined) checkFree(write, force);
  const { settings, given } = toldBy(flags);
  const interrupts = catchInterrupts(tell, 'taking back what was registered');
  try {
    const outcome = await tryToSurvey(() => surveyOf(settings, interrupts.signal, tell), interrupts.signal, tell);
    if (typeof outcome === 'number') return outcome;
    const { survey, what } = outcome;
    const text = probeText(given, survey, what, new Date(), write ?? 'grespec.yaml');
    if (write === undefined) process.stdout.write(text);
    else writeConfig(write, text, force);
    tell(closing(survey, write));
    return exitCodes.ok;
  } finally {
    interrupts.stop();
  }
}

/**
 * What a survey gives. Where a device gave no answer, so that nothing can be proposed, or it came to no end, that is told,
 * and the exit code is given.
 */
export async function tryToSurvey<T>(
  survey: () => Promise<T>,
  signal: AbortSignal,
  tell: (message: string) => void,
): Promise<T | number> {
  try {
    return await survey();
  } catch (error) {
    if (!(error instanceof SurveyEnd)) throw error;
    tell(error.message);
    return signal.aborted ? exitCodes.interrupted : exitCodes.undecided;
  }
}

/** The settings, and the same as they were written, so that keys go into a file only as the user gave them. */
function toldBy(flags: ProbeFlags): { readonly settings: Settings; readonly given: ConfigInput } {
  const sources = [...(flags.config === undefined ? [] : [readConfigFile(flags.config)]), flagSource(flags)];
  const settings = sources.map(readSettings).reduce(mergeSettings);
  const given = sources.map(({ value }) => value as ConfigInput).reduce(overlaid);
  return { settings, given: withoutKeys(given) };
}

function overlaid<T extends object>(lower: T, upper: T): T {
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(lower));
  for (const [name, value] of Object.entries(upper)) {
    const below = merged[name];
    const both = isGroup(below) && isGroup(value);
    merged[name] = both ? overlaid(below, value) : value;
  }
  return merged as T;
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What is printed never holds a key in hex: the file then names a variable. */
function withoutKeys(given: ConfigInput): ConfigInput {
  const associations = given.securityAssociations;
  if (!associations) return given;
  const hidden = Object.entries(associations).map(([name, association]) => {
    const { key } = association;
    const which = name === 'mnHa' ? 'mnHa' : 'faHa';
    return [name, key === undefined ? association : { ...association, key: shownKey(which, key) }];
  });
  return { ...given, securityAssociations: Object.fromEntries(hidden) as NonNullable<typeof associations> };
}

export async function surveyOf(
  settings: Settings,
  signal: AbortSignal,
  tell: (message: string) => void,
): Promise<{ readonly survey: Survey; readonly what: string }> {
  const net = systemNet();
  if (roleOf(settings) === 'ha') {
    const config = await withRaw(await resolveProxy(settings, machine), net);
    const access = proxyAccess(config.pixit, net, signal, tell);
    const what = `the mobility proxy agent that registered at ${config.local.join(' and ')}`;
    return { survey: await surveyProxyAgent(config, net, access, signal, tell), what };
  }
  const { target } = settings;
  if (!target) throw usageError('probe needs the device: --target ADDR (or target in the --config file)');
  const config = await withRaw(await resolveTarget(settings, target, machine), net);
  return {
    survey: await surveyHomeAgent(config, net, signal, tell),
    what: `the home agent at ${target.address}:${target.port}`,
  };
}

async function withRaw(config: ResolvedConfig, net: Net): Promise<ResolvedConfig> {
  if (!config.gre) return config;
  const absence = await rawAbsence(net);
  if (!absence) return config;
  if (absence.issue !== 'no-privilege') throw environmentError(absence.reason);
  return { ...config, gre: false, noGreReason: absence.reason };
}

function closing({ requests, left }: Survey, file: string | undefined): string {
  const sent = `${requests} registration requests`;
  const remains =
    left.length === 0
      ? 'all that was registered is deregistered'
      : `${left.length} bindings may be left, which end by themselves: ${left.join(', ')}`;
  const next = file === undefined ? '' : `; ${file} is written, look through it and: grespec run --config ${file}`;
  return `${sent}, ${remains}${next}`;
}
