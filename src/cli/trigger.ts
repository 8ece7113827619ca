/** Ways to make a mobility proxy agent act: a command of the user's, or a person. */
import { setImmediate } from 'node:timers/promises';
import { HarnessError } from '../spec/errors.js';
import type { Net } from '../net/port.js';
import type { Pixit } from '../spec/config.js';
import type { AttachWish, MpaControl, OpenAccess } from '../tester/mpa-control.js';
import { runShell, type ShellOptions } from './shell.js';

/** Longest that a trigger command may take, in milliseconds. */
const usualLimit = 30_000;
/** Commands under way at most: each may log in somewhere, and SSH servers turn away many who come at a time. */
const mostAtOnce = 4;
/** How long a person is given to make a node attach, in milliseconds. */
const personsPatience = 60_000;

/** Exit status by which a trigger says that it cannot do what is wished. */
const unsupportedStatus = 3;

export interface ProxyAccess {
  readonly control?: MpaControl;
  readonly access?: OpenAccess;
  /** Resolves when no command is under way: the last nodes of a run are detached while its end goes on. */
  readonly settled?: () => Promise<void>;
}

/**
 * What the configuration says of it; with nothing said, a person at a terminal is asked. Aborting the signal ends the
 * attaching; nodes are still detached, so that the agent is left as it was.
 */
export function proxyAccess(
  { trigger, accessLink }: Pick<Pixit, 'trigger' | 'accessLink'>,
  net: Net,
  signal: AbortSignal,
  tell: (message: string) => void,
): ProxyAccess {
  const isPersonThere = process.stdin.isTTY && process.env['CI'] === undefined;
  const triggered = trigger === undefined ? undefined : triggerControl(trigger, signal);
  return {
    ...(accessLink !== undefined && { access: (receive) => net.openLink(accessLink, receive) }),
    ...(triggered && { control: triggered, settled: () => triggered.settled() }),
    ...(trigger === undefined && accessLink === undefined && isPersonThere && { control: manualControl(tell) }),
  };
}

export interface TriggerControl extends MpaControl {
  settled(): Promise<void>;
}

/** `CMD attach NAI MAC` with GRESPEC_L2 and GRESPEC_KEY in the environment, and `CMD detach NAI MAC` without them. */
export function triggerControl(command: string, signal: AbortSignal, limit = usualLimit): TriggerControl {
  const { inTurn, settled } = takingTurns(mostAtOnce);
  return {
    advice: `the trigger "${command}" ended well, but the agent sent nothing: is its home agent one of the tester's addresses?`,
    attach: (mn, wish) =>
      inTurn(() =>
        runTrigger(command, ['attach', mn.nai, mn.mac], { environment: environmentOf(wish), limit, signal }),
      ),
    detach: (mn) =>
      inTurn(() => runTrigger(command, ['detach', mn.nai, mn.mac], { environment: environmentOf(), limit })),
    settled,
  };
}

/** What the user has in these variables for something else is no wish. */
function environmentOf(wish?: AttachWish): NodeJS.ProcessEnv {
  return { ...process.env, GRESPEC_L2: wish && (wish.l2 ? '1' : '0'), GRESPEC_KEY: wish?.key };
}

interface Turns {
  inTurn<T>(task: () => Promise<T>): Promise<T>;
  settled(): Promise<void>;
}

/** Runs tasks, `most` of them at a time, in the order in which they come. */
function takingTurns(most: number): Turns {
  let underWay = 0;
  const waiting: (() => void)[] = [];
  let atRest: (() => void)[] = [];
  return {
    async inTurn(task) {
      if (underWay === most) await new Promise<void>((go) => waiting.push(go));
      else underWay++;
      try {
        return await task();
      } finally {
        const next = waiting.shift();
        if (next) next();
        else if (--underWay === 0) {
          for (const tell of atRest) tell();
          atRest = [];
        }
      }
    },
    async settled() {
      while (underWay > 0) {
        await new Promise<void>((resolve) => atRest.push(resolve));
        await setImmediate(); // who waited for the last one may have begun another by then
      }
    },
  };
}

async function runTrigger(
  command: string,
  words: readonly string[],
  options: Pick<ShellOptions, 'environment' | 'limit' | 'signal'>,
): Promise<'begun' | 'unsupported'> {
  const { status, how } = await runShell(`${command} "$@"`, { words, listens: true, ...options });
  if (status === 0) return 'begun';
  if (status === unsupportedStatus) return 'unsupported';
  throw new HarnessError('trigger', `--trigger ${command} ${words.join(' ')}: ${how}`);
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
