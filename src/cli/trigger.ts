/** Ways to make a mobility proxy agent act: a command of the user's, or a person. */
import { spawn } from 'node:child_process';
import { HarnessError } from '../spec/errors.js';
import type { Net } from '../net/port.js';
import type { Pixit } from '../spec/config.js';
import type { AttachWish, Identity, MpaControl, OpenAccess } from '../tester/mpa-control.js';

/** Longest that a trigger command may take, in milliseconds. */
const limit = 30_000;
/** Commands under way at most: each may log in somewhere, and SSH servers turn away many who come at a time. */
const mostAtOnce = 4;
/** How long a person is given to make a node attach, in milliseconds. */
const personsPatience = 60_000;

/** Exit status by which a trigger says that it cannot do what is wished. */
const unsupportedStatus = 3;

/** What the configuration says of it; with nothing said, a person at a terminal is asked. */
export function proxyAccess(
  { trigger, accessLink }: Pick<Pixit, 'trigger' | 'accessLink'>,
  net: Net,
  tell: (message: string) => void,
): { readonly control?: MpaControl; readonly access?: OpenAccess } {
  const isPersonThere = process.stdin.isTTY && process.env['CI'] === undefined;
  return {
    ...(accessLink !== undefined && { access: (receive) => net.openLink(accessLink, receive) }),
    ...(trigger !== undefined && { control: triggerControl(trigger) }),
    ...(trigger === undefined && accessLink === undefined && isPersonThere && { control: manualControl(tell) }),
  };
}

/** `CMD attach NAI MAC` and `CMD detach NAI MAC`, with GRESPEC_L2 and GRESPEC_KEY in the environment. */
export function triggerControl(command: string): MpaControl {
  const inTurn = takingTurns(mostAtOnce);
  const call = (verb: 'attach' | 'detach', mn: Identity, wish?: AttachWish): Promise<'begun' | 'unsupported'> =>
    inTurn(() =>
      runTrigger(command, [verb, mn.nai, mn.mac], {
        ...(wish && { GRESPEC_L2: wish.l2 ? '1' : '0', GRESPEC_KEY: wish.key }),
      }),
    );
  return {
    advice: `the trigger "${command}" ended well, but the agent sent nothing: is its home agent one of the tester's addresses?`,
    attach: (mn, wish) => call('attach', mn, wish),
    detach: (mn) => call('detach', mn),
  };
}

/** Runs tasks, `most` of them at a time, in the order in which they come. */
function takingTurns(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (underWay === most) await new Promise<void>((go) => waiting.push(go));
    else underWay++;
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else underWay--;
    }
  };
}

async function runTrigger(
  command: string,
  words: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<'begun' | 'unsupported'> {
  // the words go in as parameters, so that an NAI can never be read as shell text
  const child = spawn('/bin/sh', ['-c', `${command} "$@"`, 'sh', ...words], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
    env: { ...process.env, ...environment },
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint = (complaint + chunk.toString()).slice(-500)));
  const end = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has just ended
    }
  };
  const timer = setTimeout(end, limit);
  const outcome = await new Promise<number | string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(code ?? `ended by ${signal ?? 'a signal'}`));
  });
  clearTimeout(timer);
  child.stderr.destroy();
  if (outcome === 0) return 'begun';
  if (outcome === unsupportedStatus) return 'unsupported';
  const status = typeof outcome === 'number' ? `exit status ${outcome}` : outcome;
  throw new HarnessError('trigger', `--trigger ${command} ${words.join(' ')}: ${status} ${complaint.trim()}`.trim());
}

/** Prints what to do and leaves the rest to a person at the device. */
function manualControl(tell: (message: string) => void): MpaControl {
  return {
    advice: 'nobody attached a node in time; --trigger CMD or --access-link IFACE do it without a person',
    patience: personsPatience,
    attach: (mn, wish) => {
      const mode = `${wish.l2 ? 'an L2' : 'a normal'} tunnel, ${wish.key === 'zero' ? 'asking with key 0' : 'announcing a key of its own'}`;
      tell(`please attach ${mn.nai} with MAC ${mn.mac}: ${mode}`);
      return Promise.resolve('begun');
    },
    detach: (mn) => {
      tell(`please detach ${mn.nai}`);
      return Promise.resolve('begun');
    },
  };
}
