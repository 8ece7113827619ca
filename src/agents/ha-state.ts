/** Everything a home agent remembers. Each part is bounded. */
import { macNumber } from '../wire/text.js';
import { Bridge } from './bridge.js';
import { BindingTable, type Binding, type BindingTerms, type MobileNode } from './ha-bindings.js';
import type { HomeAgentConfig } from './ha-config.js';
import { NonceMemory, TimestampMemory } from './ha-identification.js';
import { KeyPool } from './ha-keys.js';

export interface HaState {
  readonly bindings: BindingTable;
  readonly keys: KeyPool;
  readonly timestamps: TimestampMemory;
  readonly nonces: NonceMemory;
  readonly bridge: Bridge;
  /** Time of the input being worked on, in milliseconds since the Unix epoch. */
  now: number;
}

export function haState(config: HomeAgentConfig): HaState {
  const gatewayMac = macNumber(config.gateway.mac);
  if (gatewayMac === undefined) throw new TypeError(`gateway.mac: ${config.gateway.mac} is not a MAC address`);
  return {
    bindings: new BindingTable(),
    keys: new KeyPool(config.random, config.keyQuarantine),
    timestamps: new TimestampMemory(config.skewSeconds, 2 * config.maxBindings),
    nonces: new NonceMemory(config.random, 2 * config.maxBindings),
    bridge: new Bridge(gatewayMac),
    now: 0,
  };
}

/** Takes a binding out of the table, with its keys, and with the last L2 binding the addresses learned. */
export function removeBinding(state: HaState, binding: Binding): void {
  state.bindings.remove(binding);
  releaseKeys(state, binding.terms);
  forgetStations(state, binding.node);
}

export function forgetStations(state: HaState, node: MobileNode): void {
  if (!node.bindings.some(({ terms }) => terms.tunnel === 'l2')) state.bridge.forget(node);
}

export function holdKeys(state: HaState, terms: BindingTerms): void {
  for (const key of keysOf(terms)) state.keys.hold(key);
}

export function releaseKeys(state: HaState, terms: BindingTerms): void {
  for (const key of keysOf(terms)) state.keys.release(key, state.now);
}

/** The keys of a binding: none, one for both directions, or two. */
function keysOf({ reverseKey, forwardKey }: BindingTerms): readonly number[] {
  return [...new Set([reverseKey, forwardKey])].filter((key) => key !== undefined);
}
