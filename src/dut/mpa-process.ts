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
  /** File name of the control socket, where one is wanted. */
  readonly control?: string;
  close(): Promise<void>;
}

export interface MpaControls {
  /** Takes the answers to `commands`, and frames of a built-in access link: `{"event":"frame","mac":DESTINATION,"hex":FRAME}`. */
  readonly print: (line: string) => void;
  /** Lines to be carried out. */
  readonly commands?: Readable;
  /** A socket that takes such lines too: at this path, else in a folder of its own. */
  readonly socket?: { readonly path: string | undefined };
}

/** Starts the agent. Throws a ControlError where the socket cannot be made; the agent is then closed. */
export async function startControlledMpa(
  net: Net,
  options: MpaOptions,
  { print, commands, socket: wanted }: MpaControls,
): Promise<ControlledMpa> {
  const mpa = await startMpa(net, options, (frame) => {
    print(JSON.stringify({ event: 'frame', mac: macText(macAt(frame, 0)), hex: toHex(frame) }));
  });
  const answer = (line: string): ReturnType<typeof onLine> =>
    onLine(line, mpa.mode, mpa.command, () => statusOf(mpa.agent));
  const socket =
    wanted &&
    (await serveControl(answer, wanted.path).catch(async (error: unknown) => {
      await mpa.close();
      throw error;
    }));
  const lines = commands && createInterface(commands);
  lines?.on('line', (line) => print(JSON.stringify(answer(line))));
  return {
    addresses: mpa.addresses,
    port: mpa.port,
    raw: mpa.raw,
    ...(socket && { control: socket.path }),
    async close() {
      lines?.close();
      await socket?.close();
      await mpa.close();
    },
  };
}
