/** The rig for home agents: the tester is the mobility proxy agent. */
import type { Net } from '../net/port.js';
import type { CaseDefinition } from './case.js';
import { CaseContext } from './context.js';
import type { Home } from './home.js';
import { MobileNode } from './mobile-node.js';
import { preflight } from './preflight.js';
import type { Prepared, Rig, Running } from './rig.js';
import { Session } from './session.js';
import type { RunOptions } from './run.js';
import { dialectOf } from './dialect.js';

/** Round trip, even the shortest, from which on a device is a slow one; in milliseconds. */
const slow = 30;
const mostLanes = 8;

export class HaRig implements Rig {
  readonly #session: Session;
  #home: Home | undefined;
  #doubt: string | undefined;

  constructor({ config, net, onBent }: Pick<RunOptions, 'config' | 'net' | 'onBent'>) {
    this.#session = new Session(config, net, config.target, dialectOf(config));
    this.#session.onBent = onBent;
  }

  get judge(): Rig['judge'] {
    return this.#session.judge;
  }

  get dialect(): Rig['dialect'] {
    return this.#session.dialect;
  }

  get mismatch(): Rig['mismatch'] {
    return this.#session.mismatch;
  }

  get notice(): Rig['notice'] {
    return this.mismatch?.text ?? this.#doubt;
  }

  /**
   * With a device that answers at once, one: whatever happens then is of the only case under way. One that takes its time
   * would make the run last minutes.
   */
  get lanes(): number {
    const { quickest, config } = this.#session;
    return quickest < slow || quickest === Infinity || config.bail ? 1 : Math.min(mostLanes, Math.floor(quickest / 10));
  }

  open(net: Net): Promise<void> {
    return this.#session.open(net);
  }

  async prepare(): Promise<Prepared> {
    const found = await preflight(this.#session);
    if (found.ok) this.#home = found.home;
    if (found.ok) this.#doubt = found.doubt;
    this.#session.mismatch = found.mismatch;
    return found;
  }

  begin(definition: CaseDefinition): Running {
    if (!this.#home || definition.dut !== 'ha') throw new TypeError(`${definition.id} was begun without a home agent`);
    const t = new CaseContext(this.#session, this.#home, definition);
    return { base: t, run: () => definition.run(t), cleanUp: () => t.cleanUp() };
  }

  async alive(during: string): Promise<boolean> {
    const mn = new MobileNode(this.#session, { during });
    const pending = mn.send(mn.request(this.#home?.fence ?? {}));
    return (await pending.replies.first(this.#session.config.timeout)) !== undefined;
  }

  async isGone(during: string): Promise<boolean> {
    return !(await this.alive(during)) && !(await this.alive(during)); // one datagram may be lost
  }

  forgetNodes(): void {
    this.#session.oracle.forgetAll();
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
