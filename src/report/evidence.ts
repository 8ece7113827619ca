/** What stands under a case that did not pass: the rule, expected and actual, the frames, and how to repeat it. */
import type { ReportContext } from './context.js';
import { knownText } from './known.js';
import { type Ink, type Look, paint, signs, verdictInk } from './look.js';
import type { CaseResult, FrameRecord } from './result.js';
import { columns, hexRows, oneLine, padded, printable, wrap } from './text.js';
import { beyondRule } from './violated.js';

const labelWidth = 10;
/** Columns of a row of 16 octets with its text. */
const hexTextWidth = 74;

/**
 * Lines without indentation, none longer than the look is wide. Exceptions are the command, which must survive copying,
 * and on terminals below 80 columns the octets, which stay sixteen in a row.
 */
export function evidence(result: CaseResult, look: Look, context: ReportContext): string[] {
  const lines: string[] = [];
  const row = (label: string, text: string, ink?: Ink): void => {
    if (text.trim() === '') return;
    for (const line of wrap(printable(text, look.unicode), look.width - labelWidth)) {
      lines.push(head(look, label) + (ink ? paint(look, line, ink) : line));
      label = '';
    }
  };

  result.requirements.forEach((id, i) => row(i === 0 ? 'rule' : '', requirement(id, context)));
  row('expected', result.expected, 'green');
  row('actual', result.actual, verdictInk[result.verdict]);
  row('reason', beyondRule(result, context));
  row('baseline', knownText(result));
  lines.push(...frameLines(result, look, context));
  if (result.repeat !== '')
    lines.push(head(look, 'repeat') + paint(look, oneLine(result.repeat, look.unicode), 'bold'));
  return lines;
}

function head(look: Look, label: string): string {
  return paint(look, label, 'dim') + ' '.repeat(labelWidth - label.length);
}

function requirement(id: string, context: ReportContext): string {
  const known = context.describeRequirement?.(id);
  return known ? `${id} ${known.level}: ${known.text} (${known.source})` : id;
}

function frameLines(result: CaseResult, look: Look, context: ReportContext): string[] {
  const indent = ' '.repeat(labelWidth);
  const times = result.frames.map(({ at }) => `+${Math.round(at)} ms`);
  const timeWidth = Math.max(0, ...times.map(columns));
  const lines = result.frames.flatMap((frame, i) =>
    oneFrame(frame, padded(times[i] ?? '', timeWidth), look, context).map(
      (line, j) => (i === 0 && j === 0 ? head(look, 'frames') : indent) + line,
    ),
  );
  const omitted = result.framesOmitted ?? 0;
  if (omitted > 0) {
    const more = `${signs(look).ellipsis} ${omitted} more, not kept`;
    lines.push((lines.length === 0 ? head(look, 'frames') : indent) + paint(look, more, 'dim'));
  }
  return lines;
}

function oneFrame(frame: FrameRecord, time: string, look: Look, context: ReportContext): string[] {
  const sign = signs(look);
  const guilty = frame.guilty === true;
  const marker = guilty ? sign.guilty : ' '.repeat(columns(sign.guilty));
  const start = `${marker} ${frame.direction === 'sent' ? sign.sent : sign.received} ${time}  `;
  const hang = ' '.repeat(columns(start));
  const room = look.width - labelWidth - hang.length;
  const lines = wrap(oneLine(frame.summary, look.unicode), room).map(
    (line, i) => (i === 0 ? paint(look, start, guilty ? 'red' : 'dim') : hang) + paint(look, line, 'bold'),
  );

  // The rest is indented by less than the summary: rows of octets need the room.
  const inner = ' '.repeat(columns(marker) + 3);
  const innerRoom = look.width - labelWidth - inner.length;
  const octets = frame.hex.length / 2 + (frame.omitted ?? 0);
  const path = `${frame.layer} ${frame.source} > ${frame.destination}, ${octets} octets`;
  const dim = (text: string): void => void lines.push(inner + paint(look, text, 'dim'));
  wrap(oneLine(path, look.unicode), innerRoom).forEach(dim);
  if (guilty) {
    for (const field of context.dissect?.(frame) ?? []) {
      for (const line of wrap(printable(field, look.unicode), innerRoom)) lines.push(inner + line);
    }
  }
  hexRows(frame.hex, innerRoom >= hexTextWidth).forEach(dim);
  if (frame.omitted) dim(`${sign.ellipsis} ${frame.omitted} octets more, not kept`);
  return lines;
}
