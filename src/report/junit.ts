/** JUnit XML as Jenkins reads it (and GitLab, GitHub actions, Azure): one suite per section, one test case per case. */
import { stripVTControlCharacters } from 'node:util';
import type { ReportContext } from './context.js';
import { evidence } from './evidence.js';
import { knownText } from './known.js';
import { plain } from './look.js';
import type { CaseResult, RunResult } from './result.js';
import { bySection, sectionName } from './sections.js';
import { loneSurrogates, oneLine } from './text.js';
import { counts as isCounted, countVerdicts, headline, isFailure, outcomeOfRun } from './totals.js';

export function toJUnit(result: RunResult, context: ReportContext = {}): string {
  const { run, cases } = result;
  const suites = Array.from(bySection(cases), ([key, group]) => suite(key, group, result, context));
  const name = run.complete ? 'grespec' : 'grespec (cut short)';
  const isNothing = cases.length === 0 && outcomeOfRun(result) === 'inconclusive';
  if (isNothing) suites.push(nothing(result));
  const { tests, failures, errors } = isNothing ? ofNothing : counts(cases, run.strict);
  const attributes = { name, time: seconds(run.durationMs), tests, failures, errors };
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element('testsuites', attributes, suites)}\n`;
}

const ofNothing = { tests: 1, failures: 0, errors: 1, skipped: 0 } as const;

/** What judged nothing still says what it was. It has one case, in error: a file without any is good to most readers. */
function nothing(result: RunResult): string {
  const message = headline(result);
  const time = seconds(0);
  const error = element('error', { message, type: 'inconclusive' }, [text(message)]);
  const one = element('testcase', { name: 'grespec', classname: 'grespec', time }, [error]);
  const attributes = { name: 'grespec', ...ofNothing, time, timestamp: timestamp(result.run.startedAt) };
  return element('testsuite', attributes, [properties(result), one]);
}

function suite(key: string, cases: readonly CaseResult[], result: RunResult, context: ReportContext): string {
  const { run } = result;
  const title = context.sectionTitle?.(key);
  const attributes = {
    name: title === undefined ? key : `${key} ${title}`,
    ...counts(cases, run.strict),
    time: seconds(cases.reduce((sum, { durationMs }) => sum + durationMs, 0)),
    timestamp: timestamp(run.startedAt),
    ...(cases[0] && { package: cases[0].document }),
  };
  const children = [properties(result), ...cases.map((one) => testcase(one, run.strict, context))];
  if (!run.complete) children.push(element('system-out', {}, [text(headline(result))]));
  return element('testsuite', attributes, children);
}

function counts(
  cases: readonly CaseResult[],
  strict: boolean,
): Record<'tests' | 'failures' | 'errors' | 'skipped', number> {
  const counted = cases.filter(isCounted);
  const totals = countVerdicts(counted);
  return {
    tests: cases.length,
    failures: counted.filter(({ verdict }) => isFailure(verdict, strict)).length,
    errors: totals.error + totals.inconclusive,
    skipped: totals.skip + cases.length - counted.length,
  };
}

function properties({ tool, run }: RunResult): string {
  const values: [string, string][] = [
    ['tool', `${tool.name} ${tool.version}`],
    ['as', run.as],
    ['target', run.target],
    ['profile', run.profile],
    ...(run.seed === undefined ? [] : [['seed', String(run.seed)] satisfies [string, string]]),
    ['strict', String(run.strict)],
    ['complete', String(run.complete)],
    ['selection', run.selection.join(' ')],
    ...(run.shard ? [['shard', `${run.shard.index}/${run.shard.total}`] satisfies [string, string]] : []),
    ...(run.baseline === undefined ? [] : [['baseline', run.baseline] satisfies [string, string]]),
    ...(run.fault === undefined ? [] : [['fault', run.fault] satisfies [string, string]]),
    ...(run.mismatch === undefined ? [] : [['mismatch', run.mismatch] satisfies [string, string]]),
    ...Object.entries(run.knobs).map(([name, value]): [string, string] => [`knob.${name}`, value]),
  ];
  return element(
    'properties',
    {},
    values.map(([name, value]) => element('property', { name, value }, [])),
  );
}

function testcase(result: CaseResult, strict: boolean, context: ReportContext): string {
  const file = context.junit?.fileOf(result);
  const attributes = {
    name: `${result.id} ${result.title}`,
    classname: `grespec.${result.dut}.${sectionName(result)}`,
    ...(file !== undefined && { file }),
    time: seconds(result.durationMs),
  };
  return element('testcase', attributes, outcome(result, strict, context));
}

function outcome(result: CaseResult, strict: boolean, context: ReportContext): string[] {
  const { verdict } = result;
  const known = strip(knownText(result));
  if (verdict === 'pass') return known === '' ? [] : [element('system-out', {}, [text(`BASELINE: ${known}`)])];
  const message = inShort(result);
  const body = (words: string): string[] => (context.junit ? [text(words)] : []);
  if (verdict === 'skip') return [element('skipped', { message }, body(message))];
  const details = evidence(result, plain, context).join('\n');
  // as the expected failures of other test frameworks: neither passed nor failed
  if (!isCounted(result)) {
    return [element('skipped', { message: oneLine(known) }, body(known)), element('system-out', {}, [text(details)])];
  }
  if (verdict === 'warn' && !strict) {
    const line = ['WARN', ...result.requirements, result.level].join(' ');
    return [element('system-out', {}, [text(`${line}: ${message}\n${details}`)])];
  }
  const name = isFailure(verdict, strict) ? 'failure' : 'error';
  return [element(name, { message, type: verdict }, [text(context.junit ? `${message}\n${details}` : details)])];
}

/** What went wrong, on one line. */
function inShort({ reason, expected, actual }: CaseResult): string {
  if (reason.trim() !== '') return oneLine(strip(reason));
  const parts = [expected === '' ? '' : `expected ${expected}`, actual === '' ? '' : `got ${actual}`];
  return oneLine(strip(parts.filter((part) => part !== '').join(', ')));
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(3);
}

/** Without fraction and zone, which older readers of the format refuse; the time is UTC. */
function timestamp(startedAt: string): string {
  const at = new Date(startedAt);
  return Number.isNaN(at.getTime()) ? startedAt : at.toISOString().slice(0, 19);
}

// Legal in XML 1.0 are tab, line feed, carriage return and 0x20 on without surrogates, FFFE and FFFF. The C1 controls
// are legal but mean nothing in a report.
// eslint-disable-next-line no-control-regex
const illegal = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]/g;

/** Takes out what XML 1.0 cannot hold, even escaped. ANSI goes first: without its ESC the rest would stay behind. */
function strip(value: string): string {
  return stripVTControlCharacters(value).replace(illegal, '').replace(loneSurrogates, '');
}

function text(value: string): string {
  return strip(value)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('\r', '&#13;');
}

/** Line feeds and tabs of an attribute would be read as blanks if they were not escaped. */
function attribute(value: string | number): string {
  return text(String(value)).replaceAll('"', '&quot;').replaceAll('\n', '&#10;').replaceAll('\t', '&#9;');
}

/** Children are XML already. Elements stand on lines of their own, text touches its tags. */
function element(
  name: string,
  attributes: Readonly<Record<string, string | number>>,
  children: readonly string[],
): string {
  const open = Object.entries(attributes).reduce((tag, [key, value]) => `${tag} ${key}="${attribute(value)}"`, name);
  if (children.length === 0) return `<${open}/>`;
  const nested = children.some((child) => child.startsWith('<'));
  return nested ? `<${open}>\n${children.join('\n')}\n</${name}>` : `<${open}>${children.join('')}</${name}>`;
}
