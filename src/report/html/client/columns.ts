/** The lifelines of a ladder: the tester's addresses on the left, those of the device on the right. */
import type { PageFrame } from '../page-model.js';

export interface Column {
  readonly name: string;
  readonly side: 'tester' | 'device';
  /** Units of the drawing. */
  readonly x: number;
}

export interface Columns {
  readonly all: readonly Column[];
  readonly from: (frame: PageFrame) => number;
  readonly to: (frame: PageFrame) => number;
}

/** More addresses than this on a side share the last column. */
const mostPerSide = 3;

/** `left` and `right` are the room for the drawing, in its units. */
export function columnsOf(frames: readonly PageFrame[], left: number, right: number): Columns {
  const testers = namesOf(frames.map(testerEnd));
  const devices = namesOf(frames.map(deviceEnd));
  const beside = Math.min(130, (right - left) / (testers.length + devices.length + 1));
  const all: readonly Column[] = [
    ...testers.map((name, i): Column => ({ name, side: 'tester', x: left + i * beside })),
    ...devices.map((name, i): Column => ({ name, side: 'device', x: right - (devices.length - 1 - i) * beside })),
  ];
  const place = (side: Column['side'], name: string): number => {
    const own = all.filter((column) => column.side === side);
    return (own.find((column) => column.name === name) ?? own.at(-1))?.x ?? left;
  };
  const tester = (frame: PageFrame): number => place('tester', testerEnd(frame));
  const device = (frame: PageFrame): number => place('device', deviceEnd(frame));
  return {
    all,
    from: (frame) => (frame.direction === 'sent' ? tester(frame) : device(frame)),
    to: (frame) => (frame.direction === 'sent' ? device(frame) : tester(frame)),
  };
}

function namesOf(ends: readonly string[]): string[] {
  const names = [...new Set(ends)];
  const rest = names.length - mostPerSide;
  return rest > 0 ? [...names.slice(0, mostPerSide - 1), `${rest + 1} more addresses`] : names;
}

function testerEnd({ direction, source, destination }: PageFrame): string {
  return withoutPort(direction === 'sent' ? source : destination);
}

function deviceEnd({ direction, source, destination }: PageFrame): string {
  return withoutPort(direction === 'sent' ? destination : source);
}

function withoutPort(endpoint: string): string {
  return endpoint.replace(/^(\d+\.\d+\.\d+\.\d+):\d+$/, '$1');
}
