/** The rig for mobility proxy agents: the tester is the home agent. */
import type { Net } from '../net/port.js';
import type { CaseDefinition } from './case.js';
import { dialectOf } from './dialect.js';
import { MpaContext } from './mpa-context.js';
import { MpaSession } from './mpa-session.js';
import { adviceOf, nothingCame, placesOf } from './no-registration.js';
import { HarnessError } from '../spec/errors.js';
import { DeviceLost, Inconclusive, Skipped } from './outcome.js';
import type { ProxiedNode } from './proxied-node.js';
import { claimedModes } from './request.js';
import type { Prepared, Rig, Running } from './rig.js';
import type { RunOptions } from './run.js';

export class MpaRig implements Rig {
  readonly #session: MpaSession;

  constructor({
    config,
    net,
    control,
    access,
    onBent,
  }: Pick<RunOptions, 'config' | 'net' | 'control' | 'access' | 'onBent'>) {
    this.#session = new MpaSession(config, net, dialectOf(config), { control, access });
    this.#session.onBent = onBent;
  }

  get judge(): Rig['judge'] {
    return this.#session.judge;
  }

  get mismatch(): Rig['mismatch'] {
    return this.#session.mismatch;
  }

  get notice(): Rig['notice'] {
    return this.mismatch?.text;
  }

  get dialect(): Rig['dialect'] {
    return this.#session.dialect;
  }

  /** What is triggered at the agent is told apart by its cause: one case at a time. */
  get lanes(): number {
    return 1;
  }

  open(net: Net): Promise<void> {
    return this.#session.open(net);
  }

  /** One node of any supported mode must make the agent register. */
  async prepare(): Promise<Prepared> {
    this.#session.clock.lag?.(0); // from now on it is watched
    if (!this.#session.control && !this.#session.hasAccess) {
      return {
        ok: false,
        why: `nothing makes the agent attach a node: give --trigger CMD or --access-link IFACE, and let its home agent be ${placesOf(this.#session)}`,
      };
    }
    if (await this.#answersOrCannot()) return { ok: true };
    // requests came, but name no node: the cases can tell what is wrong with them
    if (this.#session.strays.some(({ rrq }) => !rrq.extensions.some((e) => e.name === 'nai'))) return { ok: true };
    return { ok: false, why: nothingCame(this.#session, adviceOf(this.#session)) };
  }

  /** True also when the trigger fails or supports no wish at all: each case then says so for itself. */
  async #answersOrCannot(): Promise<boolean> {
    try {
      return await this.#registers('preflight', (t, node) => this.#firstPacket(t, node));
    } catch (error) {
      if (error instanceof HarnessError || error instanceof Skipped) return true;
      throw error;
    }
  }

  /** A packet of the node through the tunnel, which may tell what is wrong with the profile. */
  async #firstPacket(t: MpaContext, node: ProxiedNode): Promise<void> {
    if (!this.#session.hasAccess || !this.#session.config.gre || !node.grant) return;
    try {
      await t.goesUp(node);
    } catch (error) {
      if (!(error instanceof Inconclusive)) throw error;
    }
  }

  begin(definition: CaseDefinition): Running {
    if (definition.dut !== 'mpa') throw new TypeError(`${definition.id} is not a case against a proxy agent`);
    const t = new MpaContext(this.#session, definition);
    return { base: t, run: () => definition.run(t), cleanUp: () => t.cleanUp() };
  }

  alive(during: string): Promise<boolean> {
    return this.#registers(during, async () => undefined);
  }

  /** Another node would have to attach for every case that fails. An agent that is gone is missed by whoever attaches next. */
  isGone(): Promise<boolean> {
    return Promise.resolve(false);
  }

  forgetNodes(): void {
    this.#session.oracle.forgetAll();
  }

  /** Whether the agent registers a node; the first that does is handed to `then` before it is taken away. */
  async #registers(during: string, then: (t: MpaContext, node: ProxiedNode) => Promise<unknown>): Promise<boolean> {
    let tried = 0;
    // a node with two keys shows most: for which direction they are
    const all = claimedModes(this.#session.config).toSorted((a, b) => Number(a.key === 0) - Number(b.key === 0));
    for (const mode of all) {
      const t = new MpaContext(this.#session, { id: during, covers: [] });
      const node = t.node(mode);
      try {
        await t.attach(node);
      } catch (error) {
        if (error instanceof Skipped) continue; // the trigger does not know this wish; another mode may do
        if (error instanceof DeviceLost) return false;
        throw error;
      }
      tried++;
      const request = await t.maybeRequest(node, 0, t.attachPatience);
      if (request) await then(t, node);
      t.cleanUp();
      if (request) return true;
    }
    if (tried === 0) throw new Skipped('the trigger supports none of the modes');
    return false;
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
