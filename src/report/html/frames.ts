/** The frames of each case with their fields, packed one case at a time so that the page unpacks only what it shows. */
import { deflateRawSync } from 'node:zlib';
import type { FieldNode, ReportContext } from '../context.js';
import type { CaseResult, FrameRecord } from '../result.js';
import { clipped, oneLine } from '../text.js';
import type { PageField, PageFrame } from './page-model.js';

/** Base64 of deflated JSON; undefined where the page would have grown too large. */
export type KeptFrames = string | undefined;

/** Characters that the frames of all cases may take together; the cases that did not pass come first. */
const mostCharacters = 24_000_000;
/** A hostile frame can hold a field in every octet. */
const mostFields = 500;
const longestText = 300;

// A report is written many times while a run goes on, and the cases that are decided do not change.
const packed = new WeakMap<CaseResult['frames'], { readonly context: ReportContext; readonly text: string }>();

/** In the order of the cases. */
export function keepFrames(
  cases: readonly CaseResult[],
  context: ReportContext,
  budget = mostCharacters,
): readonly KeptFrames[] {
  const kept = new Array<KeptFrames>(cases.length).fill(undefined);
  let left = budget;
  for (const passed of [false, true]) {
    cases.forEach((one, i) => {
      if ((one.verdict === 'pass') !== passed) return;
      const text = left > 0 || one.frames.length === 0 ? pack(one, context) : undefined;
      if (text === undefined || text.length > left) return;
      left -= text.length;
      kept[i] = text;
    });
  }
  return kept;
}

function pack(result: CaseResult, context: ReportContext): string {
  if (result.frames.length === 0) return '';
  const known = packed.get(result.frames);
  if (known?.context === context) return known.text;
  const frames = result.frames.map((frame) => pageFrame(frame, context));
  const text = deflateRawSync(JSON.stringify(frames)).toString('base64');
  packed.set(result.frames, { context, text });
  return text;
}

function pageFrame(frame: FrameRecord, context: ReportContext): PageFrame {
  const tree = context.tree?.(frame);
  const all = tree ? flatten(tree) : [];
  return {
    ...frame,
    source: oneLine(frame.source),
    destination: oneLine(frame.destination),
    summary: clipped(oneLine(frame.summary), longestText, '…'),
    fields: all.slice(0, mostFields),
    ...(all.length > mostFields && { fieldsOmitted: all.length - mostFields }),
  };
}

function flatten({ name, offset, length, text, children = [], issue }: FieldNode, depth = 0): PageField[] {
  const shown = clipped(oneLine(text), longestText, '…');
  const known = [depth, oneLine(name), offset, length, shown] as const;
  const field: PageField = issue === undefined ? known : [...known, oneLine(issue)];
  return [field, ...children.flatMap((child) => flatten(child, depth + 1))];
}
