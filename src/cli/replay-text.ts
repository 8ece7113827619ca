/** What a replay found, for people: each message that is of another kind than in the capture, beside that one. */
import type { Difference } from '../replay/compare.js';
import type { RequestComparison } from '../replay/replay-replies.js';
import type { Comparison } from '../replay/replay.js';
import type { Dialect } from '../wire/extensions.js';
import { print } from '../wire/layout.js';
import { dissectMessage } from '../wire/mobileip.js';

const mostShown = 10;

/** A message of the device, in the capture and now. */
export interface Compared {
  /** For example `request of frame 3`. */
  readonly about: string;
  readonly captured: { readonly number: number; readonly bytes: Uint8Array } | undefined;
  readonly now: Uint8Array | undefined;
  readonly differences: readonly Difference[];
}

export const comparedAnswer = ({ step, reply, differences }: Comparison): Compared => ({
  about: `request of frame ${step.message.number}`,
  captured: step.reply,
  now: reply,
  differences,
});

export const comparedRequest = ({ step, request, differences }: RequestComparison): Compared => ({
  about: step ? `request of frame ${step.message.number}` : 'a request that the capture does not have',
  captured: step?.message,
  now: request,
  differences,
});

/** `noun` is what the device sends: answer or request. */
export function replayText(
  compared: readonly Compared[],
  noun: 'answer' | 'request',
  notes: readonly string[],
  dialect: Dialect,
): string {
  const different = compared.filter(({ differences }) => differences.length > 0);
  const same = compared.length - different.length;
  const headline =
    noun === 'answer'
      ? `${compared.length} requests replayed: ${same} answered as in the capture, ${different.length} otherwise`
      : `${compared.length} requests expected or received: ${same} as in the capture, ${different.length} otherwise`;
  const lines = [
    '',
    headline,
    ...different.slice(0, mostShown).flatMap((one) => differenceLines(one, noun, dialect)),
    ...(different.length > mostShown ? [`and ${different.length - mostShown} more`] : []),
    ...notes.map((note) => `  ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function differenceLines({ about, captured, now, differences }: Compared, noun: string, dialect: Dialect): string[] {
  const tree = (octets: Uint8Array | undefined): string =>
    octets ? print(dissectMessage(octets, dialect), '      ') : '      nothing';
  const frame = captured ? ` (frame ${captured.number})` : '';
  return [
    `  ${about}:`,
    ...differences.map((d) => `    ${d.what}: ${d.captured} in the capture, now ${d.now}`),
    `    ${noun} in the capture${frame}:`,
    tree(captured?.bytes),
    `    ${noun} now:`,
    tree(now),
  ];
}
