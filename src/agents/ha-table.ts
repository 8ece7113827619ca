/** How accepted requests change the binding table, RFC 3344 §3.8.2.2. */
import type { Binding, BindingTerms } from './ha-bindings.js';
import type { HomeAgentConfig } from './ha-config.js';
import type { Exchange } from './ha-rules.js';
import { forgetStations, type HaState, holdKeys, releaseKeys, removeBinding } from './ha-state.js';

export function superseded(config: HomeAgentConfig) {
  return (x: Exchange, homeAddress: number, state: HaState): readonly Binding[] => {
    const node = state.bindings.find(x.mobileNode);
    const keep = x.request.simultaneous && config.features.simultaneousBindings && node?.homeAddress === homeAddress;
    return keep ? [] : (node?.bindings.filter((binding) => binding.terms.careOf !== x.careOf) ?? []);
  };
}

/** Care-of address = home address: all of them; else the one named. */
export function deregistered(x: Exchange, state: HaState): readonly Binding[] {
  const bindings = state.bindings.find(x.mobileNode)?.bindings ?? [];
  const all = x.careOf === x.homeAddress;
  return bindings.filter((binding) => all || binding.terms.careOf === x.careOf);
}

export function enter(x: Exchange, homeAddress: number, terms: BindingTerms, due: number, state: HaState): void {
  const old = state.bindings.find(x.mobileNode)?.bindings.find((b) => b.terms.careOf === terms.careOf)?.terms;
  // held before the old ones are released, so that keys which stay do not count as released
  holdKeys(state, terms);
  const binding = state.bindings.put(x.mobileNode, homeAddress, terms, due);
  if (old) releaseKeys(state, old);
  forgetStations(state, binding.node);
}

export function remove(binding: Binding, _cause: string, state: HaState): void {
  removeBinding(state, binding);
}
