/** What the process of a mobility proxy agent adds to it: commands by socket and by standard input, and events. */
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import type { Net } from '../net/port.js';
import { macAt } from '../agents/octets.js';
import { macText, toHex } from '../wire/text.js';
import { onLine, statusOf } from './mpa-command.js';
import { serveControl } from './mpa-control.js';
import { type MpaOptions, startMpa } from './mpa.js';

export interface ControlledMpa {
  readonly addresses: readonly string[];
  readonly port: number;
  readonly raw: boolean;
  /** File name of the control socket. */
  readonly control: string;
  close(): Promise<void>;
}

/**
 * Starts the agent. Lines of `commands` are carried out as those of the control socket, and answered by lines through
 * `print`, as are the frames of a built-in access link: `{"event":"frame","mac":DESTINATION,"hex":FRAME}`.
 */
export async function startControlledMpa(
  net: Net,
  options: MpaOptions,
  print: (line: string) => void,
  commands?: Readable,
  path?: string,
): Promise<ControlledMpa> {
  const mpa = await startMpa(net, options, (frame) => {
    print(JSON.stringify({ event: 'frame', mac: macText(macAt(frame, 0)), hex: toHex(frame) }));
  });
  const answer = (line: string): ReturnType<typeof onLine> =>
    onLine(line, mpa.mode, mpa.command, () => statusOf(mpa.agent));
  const socket = await serveControl(answer, path);
  const lines = commands && createInterface(commands);
  lines?.on('line', (line) => print(JSON.stringify(answer(line))));
  return {
    addresses: mpa.addresses,
    port: mpa.port,
    raw: mpa.raw,
    control: socket.path,
    async close() {
      lines?.close();
      await socket.close();
      await mpa.close();
    },
  };
}
