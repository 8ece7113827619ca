/** From the result of a run to what its page holds. All text is made harmless here, the page only places it. */
import { type Level, verdicts } from '../../spec/types.js';
import type { ReportContext, RequirementDescription } from '../context.js';
import { knownNotes, knownText } from '../known.js';
import { plain, signs } from '../look.js';
import type { CaseResult, RunResult } from '../result.js';
import { listingOf, sectionKey } from '../sections.js';
import { clipped, printable } from '../text.js';
import { headline } from '../totals.js';
import { beyondRule } from '../violated.js';
import { type KeptFrames, keepFrames } from './frames.js';
import type { PageCase, PageModel } from './page-model.js';

const levels: readonly Level[] = ['MUST', 'SHOULD', 'MAY', 'fact', 'inference', 'info'];

/** Characters kept of one text of a case: a peer may have chosen parts of it. */
const longestText = 8000;

export interface PageData {
  readonly model: PageModel;
  /** Frames of each case, packed; empty where there are none, or where they were left out. */
  readonly frames: readonly string[];
}

export function pageData(result: RunResult, context: ReportContext): PageData {
  const { tool, run, cases, ledger } = result;
  const kept = keepFrames(cases, context);
  const listing = listingOf(cases, context.sectionTitle);
  const sections = listing.map(({ key, document, title }) => ({ key, document: safe(document), title: safe(title) }));
  const placeOf = new Map(sections.map(({ key }, i) => [key, i]));
  // the page has a place of its own for it
  const { mismatch: _mismatch, ...ownWords } = run;
  const model: PageModel = {
    tool,
    run,
    headline: headline({ ...result, run: ownWords }),
    verdicts,
    marks: signs(plain).marks,
    knownNotes: knownNotes(result).map(({ state, text }) => ({ state, text: safe(text) })),
    knownMark: signs(plain).known,
    levels,
    requirements: described(result, context),
    sections,
    cases: cases.map((one, i) => pageCase(one, context, placeOf.get(sectionKey(one)) ?? 0, kept[i])),
    ledger: ledger.map((row) => ({ ...row, reason: safe(row.reason) })),
  };
  return { model, frames: kept.map((frames) => frames ?? '') };
}

function pageCase(result: CaseResult, context: ReportContext, section: number, kept: KeptFrames): PageCase {
  const { id, level, requirements, verdict, durationMs, framesOmitted, frames, baseline } = result;
  const beyond = beyondRule(result, context);
  return {
    id,
    title: safe(result.title),
    section,
    level,
    requirements,
    verdict,
    reason: safe(result.reason),
    ...(beyond !== result.reason && { beyond: safe(beyond) }),
    expected: safe(result.expected),
    actual: safe(result.actual),
    durationMs,
    repeat: safe(result.repeat),
    ...(kept !== undefined && { frames: frames.length }),
    ...(framesOmitted !== undefined && { framesOmitted }),
    ...(baseline && { known: { state: baseline.state, text: safe(knownText(result)) } }),
  };
}

function described({ cases, ledger }: RunResult, context: ReportContext): Record<string, RequirementDescription> {
  const ids = new Set([...cases.flatMap(({ requirements }) => requirements), ...ledger.map((row) => row.requirement)]);
  const found: Record<string, RequirementDescription> = {};
  for (const id of ids) {
    const description = context.describeRequirement?.(id);
    if (description) found[id] = description;
  }
  return found;
}

function safe(text: string): string {
  return clipped(printable(text), longestText, '…');
}
