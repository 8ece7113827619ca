/** What the HTML page holds: an index of all cases, small enough to be searched at every key, and the frames apart. */
import type { Level, Verdict } from '../../spec/types.js';
import type { FieldNode, RequirementDescription } from '../context.js';
import type { KnownNote } from '../known.js';
import type { CaseResult, FrameRecord, KnownDeviation, LedgerRow, RunResult } from '../result.js';

export interface PageSection {
  /** As in the case ids: `ha/5.2`. */
  readonly key: string;
  readonly document: string;
  readonly title: string;
}

export interface PageCase extends Omit<
  CaseResult,
  'document' | 'section' | 'dut' | 'frames' | 'framesOmitted' | 'baseline' | 'wholeRun'
> {
  /** Place in `sections`. */
  readonly section: number;
  /** What the reason says beyond the rule that it blames, where that is less than all of it. */
  readonly beyond?: string;
  /** How many frames the page holds of it; undefined when they were left out to keep the file small. */
  readonly frames?: number;
  readonly framesOmitted?: number;
  /** What the baseline says of it. */
  readonly known?: { readonly state: KnownDeviation['state']; readonly text: string };
}

export interface PageModel {
  readonly tool: RunResult['tool'];
  readonly run: RunResult['run'];
  readonly headline: string;
  /** In the order in which they are shown. */
  readonly verdicts: readonly Verdict[];
  readonly marks: Readonly<Record<Verdict, string>>;
  /** What the baseline says of the whole run, loudest first. */
  readonly knownNotes: readonly KnownNote[];
  readonly knownMark: string;
  readonly levels: readonly Level[];
  readonly requirements: Readonly<Record<string, RequirementDescription>>;
  readonly sections: readonly PageSection[];
  readonly cases: readonly PageCase[];
  readonly ledger: readonly LedgerRow[];
}

/** A field of the tree of a frame, in reading order: depth, name, first octet, number of octets, text, issue. */
export type PageField = readonly [
  depth: number,
  name: FieldNode['name'],
  offset: FieldNode['offset'],
  length: FieldNode['length'],
  text: FieldNode['text'],
  issue?: FieldNode['issue'],
];

export interface PageFrame extends FrameRecord {
  readonly fields: readonly PageField[];
  /** Fields beyond the number kept. */
  readonly fieldsOmitted?: number;
}
