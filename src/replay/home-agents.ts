/** The home agents of a capture: each has one oracle, whatever addresses it speaks from. */
import type { OracleContext } from '../oracle/context.js';
import { Oracle } from '../oracle/oracle.js';

export interface HomeAgent {
  /** The address at which it was asked first. */
  readonly name: string;
  readonly oracle: Oracle;
  /** MNs whose keys were agreed on before the capture began, so that the reply may name only one of two. */
  readonly uncertain: Set<string>;
}

const mostHomeAgents = 1000;
/** Addresses of MPAs, and all those of home agents. */
const mostAddresses = 100_000;

export class HomeAgents {
  readonly #context: OracleContext;
  readonly #byAddress = new Map<string, HomeAgent>();
  readonly #careOf = new Set<string>();
  /** Addresses that were too many to be followed. */
  overlooked = 0;

  constructor(context: OracleContext) {
    this.#context = context;
  }

  /** The home agent with this address; a new one if none has it. Undefined when there are too many. */
  meet(address: string): HomeAgent | undefined {
    const found = this.#byAddress.get(address);
    if (found) return found;
    if (this.#byAddress.size >= mostHomeAgents) {
      this.overlooked++;
      return undefined;
    }
    const agent = { name: address, oracle: new Oracle(this.#context), uncertain: new Set<string>() };
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
