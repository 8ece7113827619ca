import { execFileSync } from 'node:child_process';
import type { Context } from 'mocha';
import { octets, sealIpv4 } from '../../src/net/ipv4-fields.js';
import { NetError } from '../../src/net/net-error.js';
import { systemNet } from '../../src/net/system.js';

/** Collects what arrives; `next` waits for one more, up to the time-out of the test. */
export class Inbox<T> {
  readonly all: T[] = [];
  #taken = 0;
  #waiting: (() => void)[] = [];

  readonly receive = (item: T): void => {
    this.all.push(item);
    for (const wake of this.#waiting.splice(0)) wake();
  };

  async next(): Promise<T> {
    for (;;) {
      const item = this.all[this.#taken];
      if (item !== undefined) {
        this.#taken += 1;
        return item;
      }
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }
}

export function ipv4Packet(source: string, destination: string, protocol: number, payload: Uint8Array): Uint8Array {
  const packet = new Uint8Array(20 + payload.length);
  packet.set([0x45, 0, 0, 0, 0, 0, 0, 0, 64, protocol]);
  packet.set([...octets(source), ...octets(destination)], 12);
  packet.set(payload, 20);
  sealIpv4(packet, 20);
  return packet;
}

/** A GRE packet with a key, for protocol type 0x6558 (RFC 2890 2). */
export function grePacket(source: string, destination: string, key: number, payload: Uint8Array): Uint8Array {
  const gre = new Uint8Array(8 + payload.length);
  gre.set([0x20, 0, 0x65, 0x58]);
  new DataView(gre.buffer).setUint32(4, key);
  gre.set(payload, 8);
  return ipv4Packet(source, destination, 47, gre);
}

export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 7 + (i >> 8)) & 255);
}

/** Skips the test, with the reason in its title, where raw sockets are not allowed. */
export async function needsRaw(context: Context): Promise<void> {
  try {
    await (await systemNet().openRaw('127.0.0.1', 253, () => undefined)).close();
  } catch (error) {
    if (error instanceof NetError && error.issue === 'no-privilege') skip(context, 'no privilege for raw sockets');
    throw error;
  }
}

export function skip(context: Context, reason: string): never {
  if (context.test !== undefined) context.test.title += ` (skipped: ${reason})`;
  context.skip();
}

/** Runs a command; its standard error is part of what is thrown. */
export function run(command: string, ...args: string[]): string {
  return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** The rejection of a promise; a promise that is kept fails the test. */
export async function rejection(promise: Promise<unknown>): Promise<unknown> {
  const kept = Symbol('kept');
  const outcome = await promise.then(
    () => kept,
    (error: unknown) => error,
  );
  if (outcome === kept) throw new Error('the promise was kept, a rejection was expected');
  return outcome;
}

/** Where child processes import the compiled layer from. */
export const modules = new URL('../../src/net/', import.meta.url).href;

/** Runs a module text in a node process, without the capabilities named, and gives what it printed as JSON. */
export function inChild(text: string, options: { without?: string[]; flags?: string[] } = {}): unknown {
  const node = [process.execPath, ...(options.flags ?? []), '--input-type=module', '-e', text];
  const dropped = options.without?.map((capability) => `-${capability}`).join(',');
  const setpriv = dropped === undefined ? [] : ['setpriv', `--inh-caps=${dropped}`, `--bounding-set=${dropped}`];
  const [command = '', ...args] = [...setpriv, ...node];
  return JSON.parse(execFileSync(command, args, { encoding: 'utf8' }));
}
