/** The home agents of a capture: each has one oracle, whatever addresses it speaks from, and is what it shows itself. */
import { mnOf } from '../oracle/bindings.js';
import type { OracleContext } from '../oracle/context.js';
import type { Exchange } from '../oracle/exchange.js';
import type { TunnelFrame } from '../oracle/frame.js';
import { Oracle } from '../oracle/oracle.js';
import { Revocations } from '../oracle/revocations.js';
import { Associations } from './associations.js';
import { Beginnings } from './beginnings.js';
import { type KeysSeen, learnDirection, noKeysSeen } from './learn-direction.js';
import type { LearntEach } from './learn-each.js';
import type { Learnt } from './learn.js';
import { ReplayStyles } from './replay-styles.js';
import type { Packet } from './packet.js';
import type { AuditSettings } from './settings.js';

export class HomeAgent {
  /** The address at which it was asked first. */
  readonly name: string;
  readonly oracle: Oracle;
  /** MNs whose keys were agreed on before the capture began, so that the reply may name only one of two. */
  readonly uncertain = new Set<string>();
  readonly beginnings = new Beginnings();
  readonly revocations = new Revocations();
  readonly styles: ReplayStyles;
  readonly #learnt: Learnt;
  readonly #keysSeen = noKeysSeen();
  #settings: AuditSettings;
  #associations: Associations;
  #isDirectionKnown: boolean;
  #usesA: boolean;

  constructor(name: string, learnt: Learnt) {
    this.name = name;
    this.#learnt = learnt;
    this.#settings = learnt.settings;
    this.#isDirectionKnown = learnt.isDirectionKnown;
    this.#usesA = learnt.usesA;
    const context = contextOf(this.#settings);
    this.oracle = new Oracle(context);
    this.#associations = new Associations(context);
    this.styles = new ReplayStyles(context.replay, learnt.isReplaySaid, this.oracle.bindings);
  }

  get settings(): AuditSettings {
    return this.#settings;
  }

  get associations(): Associations {
    return this.#associations;
  }

  /** Whose keys are whose is not told yet, so those of both sides are not judged. */
  get isDirectionKnown(): boolean {
    return this.#isDirectionKnown;
  }

  /**
   * False for an MN that names a key which the reply copies, though no registration of it was seen: then the capture may
   * have begun in the middle, and the reply names the MPA's own key and not that of the HA.
   */
  hasHistory(x: Exchange): boolean {
    if (!x.accepted || !x.registers || !x.asked) return true;
    const mn = mnOf(x);
    const isCopy = x.asked.key !== 0 && x.granted?.key === x.asked.key;
    const isFirst = !this.oracle.bindings.of(mn, x.reply.at).some((b) => b.since < x.reply.at);
    if (!isCopy) this.uncertain.delete(mn);
    else if (isFirst && this.uncertain.size < mostUncertain) this.uncertain.add(mn);
    return !this.uncertain.has(mn);
  }

  accepted(x: Exchange): void {
    this.#usesA ||= x.asked?.a === true;
    this.beginnings.accepted(x);
  }

  /** Lets a tunnel packet tell, while nothing has told yet. */
  learnFrom({ gre, outer, at }: TunnelFrame, way: keyof KeysSeen): void {
    if (this.#isDirectionKnown || gre?.key === undefined) return;
    const { bindings, context } = this.oracle;
    const careOf = way === 'up' ? outer.source : outer.destination;
    const isThere = (found: ReturnType<typeof bindings.withForwardKey>): boolean =>
      found.some((b) => b.careOf === careOf && !b.bidirectional && b.forwardKey !== b.reverseKey);
    const isForward = isThere(bindings.withForwardKey(gre.key, at));
    if (isForward === isThere(bindings.withReverseKey(gre.key, at))) return;
    // what was granted is the forward key where senders assign keys
    const isGranted = isForward === (context.knobs['key_direction'] !== 'receiver');
    this.#keysSeen[way][isGranted ? 'granted' : 'asked']++;
    const { up, down } = this.#keysSeen;
    const counts = [up, down].map(({ asked, granted }) => asked + granted);
    if (Math.min(...counts) === 0 && Math.max(...counts) < enoughOneWay) return;
    this.#isDirectionKnown = true;
    const { value } = learnDirection(this.#keysSeen, this.#settings.dialect);
    if (value === undefined) return;
    this.#settings = this.#learnt.settingsFor(value, this.#usesA);
    const adopted = contextOf(this.#settings);
    this.oracle.adopt(adopted);
    this.#associations = this.#associations.for(adopted);
  }
}

const mostUncertain = 10_000;
/** So many packets of one way stand for both. */
const enoughOneWay = 16;

const contextOf = ({ dialect, knobs, replay, mnHa, faHa }: AuditSettings): OracleContext => ({
  dialect,
  knobs,
  replay,
  ...(mnHa && { mnHa }),
  ...(faHa && { faHa }),
});

const mostHomeAgents = 1000;
/** Addresses of MPAs, and all those of home agents. */
const mostAddresses = 100_000;

export class HomeAgents {
  readonly #learn: LearntEach['of'];
  readonly #all: HomeAgent[] = [];
  readonly #byAddress = new Map<string, HomeAgent>();
  readonly #careOf = new Set<string>();
  /** Addresses that were too many to be followed. */
  overlooked = 0;

  /** `learn` says what is known of the home agent that was asked first at an address. */
  constructor(learn: LearntEach['of']) {
    this.#learn = learn;
  }

  get all(): readonly HomeAgent[] {
    return this.#all;
  }

  /** The home agent with this address; a new one, asked by this packet, if none has it. Undefined with too many. */
  meet(address: string, first?: Packet): HomeAgent | undefined {
    const found = this.#byAddress.get(address);
    if (found) return found;
    if (this.#byAddress.size >= mostHomeAgents) {
      this.overlooked++;
      return undefined;
    }
    const agent = new HomeAgent(address, this.#learn(address, first));
    this.#all.push(agent);
    this.#byAddress.set(address, agent);
    return agent;
  }

  at(address: string): HomeAgent | undefined {
    return this.#byAddress.get(address);
  }

  /** A home agent speaks from this address as well. */
  also(agent: HomeAgent, address: string): void {
    if (this.#byAddress.size < mostAddresses && !this.#byAddress.has(address)) this.#byAddress.set(address, agent);
  }

  /** Notes the care-of address of an accepted registration; false when there are too many. */
  addCareOf(address: string): boolean {
    if (this.#careOf.has(address)) return true;
    if (this.#careOf.size >= mostAddresses) {
      this.overlooked++;
      return false;
    }
    this.#careOf.add(address);
    return true;
  }

  isCareOf(address: string): boolean {
    return this.#careOf.has(address);
  }
}
