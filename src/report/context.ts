/** What a report may ask of others, so that it needs no knowledge of the catalogue or of the wire. */
import type { Level } from '../spec/types.js';
import type { CaseResult, FrameRecord } from './result.js';

export interface RequirementDescription {
  readonly level: Level;
  /** One sentence. */
  readonly text: string;
  /** Where it is said, for example `draft-tsirtsis-l2gre-pmipv4-00, section 5.2`. */
  readonly source: string;
}

/** A field of a frame, or a header with the fields within. */
export interface FieldNode {
  readonly name: string;
  /** First octet, counted from the start of the frame's `hex`, and how many octets it touches. */
  readonly offset: number;
  readonly length: number;
  readonly text: string;
  readonly children?: readonly FieldNode[];
  /** What is wrong with it. */
  readonly issue?: string;
}

export interface ReportContext {
  /** Undefined for an id that the catalogue does not hold: the id is then shown alone. */
  readonly describeRequirement?: (id: string) => RequirementDescription | undefined;
  /** The fields of a frame as indented lines. */
  readonly dissect?: (frame: FrameRecord) => readonly string[];
  /** The same as a tree. */
  readonly tree?: (frame: FrameRecord) => FieldNode;
  /** Title of a section, by its key (`ha/5.2`). */
  readonly sectionTitle?: (key: string) => string | undefined;
  /** Set where the JUnit report is for a reader that shows the text within elements only, and links files. */
  readonly junit?: { readonly fileOf: (result: CaseResult) => string | undefined };
}
