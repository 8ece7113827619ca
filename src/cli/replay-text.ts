/** What a replay found, for people: each answer that is of another kind than in the capture, beside that one. */
import type { Comparison } from '../replay/replay.js';
import type { Dialect } from '../wire/extensions.js';
import { print } from '../wire/layout.js';
import { dissectMessage } from '../wire/mobileip.js';

const mostShown = 10;

export function replayText(comparisons: readonly Comparison[], notes: readonly string[], dialect: Dialect): string {
  const different = comparisons.filter(({ differences }) => differences.length > 0);
  const same = comparisons.length - different.length;
  const lines = [
    '',
    `${comparisons.length} requests replayed: ${same} answered as in the capture, ${different.length} otherwise`,
    ...different.slice(0, mostShown).flatMap((comparison) => differenceLines(comparison, dialect)),
    ...(different.length > mostShown ? [`and ${different.length - mostShown} more`] : []),
    ...notes.map((note) => `  ${note}`),
  ];
  return `${lines.join('\n')}\n`;
}

function differenceLines({ step, reply, differences }: Comparison, dialect: Dialect): string[] {
  const tree = (octets: Uint8Array | undefined): string =>
    octets ? print(dissectMessage(octets, dialect), '      ') : '      nothing';
  const frame = step.reply ? ` (frame ${step.reply.number})` : '';
  return [
    `  request of frame ${step.message.number}:`,
    ...differences.map(({ what, captured, now }) => `    ${what}: ${captured} in the capture, now ${now}`),
    `    answer in the capture${frame}:`,
    tree(step.reply?.bytes),
    '    answer now:',
    tree(reply),
  ];
}
