/** The life of a Registration Request: checks in order, grant, table, reply. */
import type { Binding } from './ha-bindings.js';
import type { Exchange, HaRules, Outcome, Refusal, RemovalCause } from './ha-rules.js';
import type { HaState } from './ha-state.js';

/** RFC 3344 §3.8.2: understood, authentic, fresh, then everything else. The first that objects decides. */
const checks = [
  'checkExtensions',
  'checkAuthentication',
  'checkIdentification',
  'checkForeignAgent',
  'checkForm',
  'checkHomeAgent',
  'checkTunnel',
  'checkRoom',
] as const;

/** Carries out the request and says what the reply is made from; undefined: no reply. */
export function register(x: Exchange, state: HaState, rules: HaRules): Outcome | undefined {
  for (const check of checks) {
    const refusal = rules[check](x, state);
    if (refusal !== undefined) return deny(x, refusal, state, rules);
  }
  const homeAddress = rules.chooseHomeAddress(x, state);
  if (!homeAddress.ok) return deny(x, homeAddress.refusal, state, rules);
  const outcome =
    x.request.lifetime === 0
      ? deregister(x, homeAddress.value, state, rules)
      : grant(x, homeAddress.value, state, rules);
  if (typeof outcome !== 'object') return deny(x, outcome, state, rules);
  rules.remember(x, state);
  return outcome;
}

function deregister(x: Exchange, homeAddress: number, state: HaState, rules: HaRules): Outcome {
  const code = rules.acceptedCode(x);
  const key = rules.keyWithoutGrant(x, code, state);
  removeAll(rules.deregistered(x, state), 'deregistered', state, rules);
  return { code, lifetime: 0, homeAddress, key };
}

function grant(x: Exchange, homeAddress: number, state: HaState, rules: HaRules): Outcome | Refusal {
  const lifetime = rules.grantLifetime(x);
  const keys = rules.chooseKeys(x, state);
  if (!keys.ok) return keys.refusal;
  const old = rules.superseded(x, homeAddress, state);
  // the new one first: a mobile node that moves stays the same to the bridge
  rules.enter(x, homeAddress, rules.terms(x, keys.value), rules.expiry(x, lifetime), state);
  removeAll(old, 'superseded', state, rules);
  return { code: rules.acceptedCode(x), lifetime, homeAddress, key: keys.value.reply };
}

function deny(x: Exchange, refusal: Refusal, state: HaState, rules: HaRules): Outcome | undefined {
  if (refusal === 'discard') return undefined;
  const key = rules.keyWithoutGrant(x, refusal, state);
  return { code: refusal, lifetime: 0, homeAddress: x.homeAddress, key };
}

function removeAll(bindings: readonly Binding[], cause: RemovalCause, state: HaState, rules: HaRules): void {
  for (const binding of bindings) rules.remove(binding, cause, state);
}
