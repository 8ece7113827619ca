/** A Unix domain socket that takes commands for the reference mobility proxy agent: the way in for a trigger command. */
import { lstat, mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import type { MpaAnswer, MpaCommandLine } from './mpa-command.js';

export interface ControlSocket {
  /** File name of the socket. */
  readonly path: string;
  close(): Promise<void>;
}

/** No socket can be made at the path that was asked for; the message says why. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** A line that is longer ends the connection: a frame of 64 KiB in hex and its frills. */
const longestLine = 1 << 18;
/** Longest that an agent may take to answer a command, in milliseconds. */
const answerTimeout = 5_000;

/** Listens at the path that is given, else in a folder of its own that only this user may enter. Each line is answered by one line. */
export async function serveControl(answer: (line: string) => MpaAnswer, given?: string): Promise<ControlSocket> {
  const folder = given === undefined ? await mkdtemp(join(tmpdir(), 'grespec-mpa-')) : undefined;
  const path = given ?? join(folder ?? '', 'control');
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    onLines(socket, (line) => {
      socket.write(`${JSON.stringify(answer(line))}\n`);
    });
  });
  try {
    await listen(server, path);
  } catch (error) {
    if (folder !== undefined) await rm(folder, { recursive: true });
    throw error;
  }
  return {
    path,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      await rm(folder ?? path, { recursive: true, force: true });
    },
  };
}

/** What an agent that was killed has left at the path is taken away; what anybody still uses is not. Throws a ControlError. */
async function listen(server: Server, path: string): Promise<void> {
  try {
    await bind(server, path);
  } catch (error) {
    const code = codeOf(error);
    if (code !== 'EADDRINUSE') throw new ControlError(await whyNot(code, path));
    if (!(await lstat(path)).isSocket()) throw new ControlError('there is something else than a socket');
    if (await isServed(path)) throw new ControlError('another process listens there');
    await rm(path);
    await bind(server, path);
  }
}

/** Libuv calls it EACCES, too, that there is no folder. */
async function whyNot(code: string, path: string): Promise<string> {
  if (code !== 'EACCES') return `no socket can be made there (${code})`;
  const isThere = await lstat(dirname(path)).then(
    () => true,
    () => false,
  );
  return isThere ? 'permission denied' : 'there is no such folder';
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(path, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

/** Whether a process listens at the path: the kernel refuses connections to a socket that nobody has any more. */
function isServed(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const end = (isThere: boolean): void => {
      socket.destroy();
      resolve(isThere);
    };
    socket.once('connect', () => end(true));
    socket.once('error', (error) => end(codeOf(error) !== 'ECONNREFUSED'));
  });
}

/** Gives an agent one command. Rejects when nobody listens there, or nothing that makes sense comes back in time. */
export async function controlMpa(path: string, command: MpaCommandLine): Promise<MpaAnswer> {
  const socket = connect(path);
  try {
    return await new Promise<MpaAnswer>((resolve, reject) => {
      socket.setTimeout(answerTimeout, () => reject(new Error(`no answer within ${answerTimeout} ms from ${path}`)));
      socket.once('error', reject);
      socket.once('close', () => reject(new Error(`the agent at ${path} hung up`)));
      onLines(socket, (line) => {
        try {
          resolve(JSON.parse(line) as MpaAnswer);
        } catch {
          reject(new Error(`what answers at ${path} is no mobility proxy agent of this tool`));
        }
      });
      socket.write(`${JSON.stringify(command)}\n`);
    });
  } finally {
    socket.destroy();
  }
}

function onLines(socket: Socket, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += decoder.write(chunk);
    const lines = text.split('\n');
    text = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (text.length > longestLine) socket.destroy();
  });
}
