/** Faults in what one registration leaves to the next: timers, places, keys, order, and requests that are denied. */
import type { Binding, MobileNode } from '../../agents/ha-bindings.js';
import type { Exchange, HaRules } from '../../agents/ha-rules.js';
import { chosen } from '../../agents/ha-rules.js';
import type { HaState } from '../../agents/ha-state.js';
import { macAt } from '../../agents/octets.js';
import { etherTypes } from '../../wire/gre.js';
import { infiniteLifetime, replyCodes } from '../../wire/mobileip.js';
import { type Change, deregisters, fault } from './make.js';
import type { Fault } from './types.js';

const asksForEver = (x: Exchange): boolean => x.request.lifetime === infiniteLifetime;
const bindingsOf = (x: Exchange, state: HaState): readonly Binding[] =>
  state.bindings.find(x.mobileNode)?.bindings ?? [];
const boundHere = (x: Exchange, state: HaState): Binding | undefined =>
  bindingsOf(x, state).find((b) => b.terms.careOf === x.careOf);

/** Most lifetimes of the past that a fault remembers. */
const mostRemembered = 10_000;

/** What an HA does for a request that it denies all the same. */
const inSpiteOfDenial =
  (obey: (x: Exchange, binding: Binding, rules: HaRules, state: HaState) => void): Change =>
  (rules) => ({
    checkHomeAgent: (x, state) => {
      const refusal = rules.checkHomeAgent(x, state);
      const binding = boundHere(x, state) ?? bindingsOf(x, state).at(-1);
      if (refusal !== undefined && binding && !deregisters(x)) obey(x, binding, rules, state);
      return refusal;
    },
  });

/** Enters a binding of before again, with something changed. */
const enterAgain = (
  binding: Binding,
  change: { readonly careOf?: number; readonly forwardKey?: number | undefined; readonly due?: number },
  state: HaState,
): void => {
  const { due = binding.due, ...terms } = change;
  const { node } = binding;
  const old = binding.terms;
  if (terms.careOf !== undefined) state.bindings.remove(binding);
  state.bindings.put(node.id, node.homeAddress, { ...old, ...terms }, due);
};

/** Sends frames for a station into the tunnel that it was last heard from, while that holds of the bindings of its MN. */
const whereLastHeard =
  (holds: (bindings: readonly Binding[]) => boolean): Change =>
  (rules) => {
    const heard = new Map<number, Binding>();
    return {
      bridge: (frame, ingress, state) => {
        if (typeof ingress !== 'string' && heard.size < mostRemembered) heard.set(macAt(frame, 6), { ...ingress });
        const last = heard.get(macAt(frame, 0));
        return last && holds(last.node.bindings) ? [last] : rules.bridge(frame, ingress, state);
      },
    };
  };

export const haSuccessionFaults: readonly Fault[] = [
  // --- several bindings ---
  fault(
    'late-deregistration-ends-binding',
    'HA-45',
    'Ends the only binding of an MN whatever care-of address the deregistration names.',
    (rules) => ({
      deregistered: (x, state) => {
        const bindings = bindingsOf(x, state);
        return bindings.length === 1 ? bindings : rules.deregistered(x, state);
      },
    }),
  ),
  fault(
    'newest-binding-deregistered',
    'HA-45',
    'Ends the newest of several bindings instead of the one that the deregistration names.',
    (rules) => ({
      deregistered: (x, state) => {
        const ended = rules.deregistered(x, state);
        const last = bindingsOf(x, state).at(-1);
        return ended.length === 1 && last ? [last] : ended;
      },
    }),
  ),
  fault(
    'oldest-binding-expires',
    'HA-51',
    'Ends the oldest of several bindings when the lifetime of any is over.',
    (rules) => ({
      remove: (binding, cause, state) => {
        const [oldest = binding] = binding.node.bindings;
        if (cause === 'expired' && oldest !== binding) {
          // the lifetimes change places, for one has to go
          const { node, terms } = binding;
          rules.remove(oldest, cause, state);
          state.bindings.put(node.id, node.homeAddress, terms, oldest.due);
        } else rules.remove(binding, cause, state);
      },
    }),
  ),
  fault(
    'renewal-keeps-other-bindings',
    'HA-34',
    'Keeps the other bindings when one of several is renewed without S.',
    (rules) => ({
      superseded: (x, homeAddress, state) => (boundHere(x, state) ? [] : rules.superseded(x, homeAddress, state)),
    }),
  ),
  fault(
    'ended-bindings-counted',
    'HA-35',
    'Counts the simultaneous bindings that an MN ever had, and denies the sixth.',
    (rules) => {
      const counts = new Map<string, number>();
      return {
        checkRoom: (x, state) => {
          if (!x.request.simultaneous || deregisters(x) || boundHere(x, state)) return rules.checkRoom(x, state);
          const count = (counts.get(x.mobileNode) ?? 0) + 1;
          counts.set(x.mobileNode, count);
          return count > 5 ? replyCodes.tooManyBindings : rules.checkRoom(x, state);
        },
      };
    },
  ),

  // --- time ---
  fault(
    'timer-outlives-deregistration',
    'TN-01',
    'Ends a binding when the lifetime of one is over that was deregistered before.',
    (rules) => {
      const left = new Map<string, number>();
      return {
        remove: (binding, cause, state) => {
          if (cause === 'deregistered' && left.size < mostRemembered) left.set(binding.node.id, binding.due);
          rules.remove(binding, cause, state);
        },
        enter: (x, homeAddress, terms, due, state) => {
          const old = left.get(x.mobileNode) ?? 0;
          rules.enter(x, homeAddress, terms, old > x.at ? Math.min(due, old) : due, state);
        },
      };
    },
  ),
  fault(
    'timer-outlives-handover',
    'TN-01',
    'Ends a binding when the lifetime is over that the MN had at the care-of address before.',
    (rules) => ({
      enter: (x, homeAddress, terms, due, state) => {
        const left = boundHere(x, state) || x.request.simultaneous ? [] : bindingsOf(x, state);
        rules.enter(x, homeAddress, terms, Math.min(due, ...left.map((b) => b.due)), state);
      },
    }),
  ),
  fault('endless-renewal-ends', 'TN-01', 'Keeps the lifetime of before where a renewal asks for ever.', (rules) => ({
    enter: (x, homeAddress, terms, due, state) => {
      const old = boundHere(x, state);
      rules.enter(x, homeAddress, terms, old && asksForEver(x) ? old.due : due, state);
    },
  })),
  fault('endless-for-ever', 'HA-49', 'Never ends a binding that was asked for ever once.', (rules) => {
    const asked = new Set<Binding>();
    return {
      enter: (x, homeAddress, terms, due, state) => {
        const old = boundHere(x, state);
        rules.enter(x, homeAddress, terms, old && asked.has(old) ? Infinity : due, state);
        const entered = asksForEver(x) ? boundHere(x, state) : undefined;
        if (entered && asked.size < mostRemembered) asked.add(entered);
      },
    };
  }),
  fault('lifetime-signed', 'TN-01', 'Takes lifetimes from 32768 on for negative ones, which are over.', (rules) => ({
    expiry: (x, lifetime) => (x.request.lifetime > 0x7fff ? x.at + 1 : rules.expiry(x, lifetime)),
  })),

  // --- order ---
  fault('deregistration-leaves-mark', 'HA-13', 'Does not remember the Identification of deregistrations.', (rules) => ({
    remember: (x, state) => {
      if (!deregisters(x)) rules.remember(x, state);
    },
  })),
  fault('handover-leaves-mark', 'HA-13', 'Does not remember the Identification of handovers.', (rules) => {
    const places = new Map<string, number>();
    return {
      remember: (x, state) => {
        const before = places.get(x.mobileNode) ?? x.careOf;
        places.set(x.mobileNode, x.careOf);
        if (before === x.careOf) rules.remember(x, state);
      },
    };
  }),
  fault('deregistration-not-in-order', 'HA-13', 'Takes deregistrations of any Identification.', (rules) => ({
    checkIdentification: (x, state) => (deregisters(x) ? undefined : rules.checkIdentification(x, state)),
  })),

  // --- denials ---
  fault(
    'denied-renewal-rekeys',
    'TN-01',
    'Sends under a new key after a renewal that it has denied.',
    inSpiteOfDenial((x, binding, _rules, state) => {
      if (binding.terms.forwardKey === undefined) return;
      enterAgain(binding, { forwardKey: state.keys.pick(x.at) }, state);
    }),
  ),
  fault(
    'denied-handover-moves',
    'TN-01',
    'Moves the tunnel to the care-of address of a request that it has denied.',
    inSpiteOfDenial((x, binding, _rules, state) => {
      if (binding.terms.careOf !== x.careOf) enterAgain(binding, { careOf: x.careOf }, state);
    }),
  ),
  fault(
    'forged-handover-moves',
    'HA-05',
    'Moves the tunnel to the care-of address of a request whose authenticator is wrong.',
    (rules) => ({
      checkAuthentication: (x, state) => {
        const refusal = rules.checkAuthentication(x, state);
        const binding = bindingsOf(x, state).at(-1);
        const moves = refusal !== undefined && binding && binding.terms.careOf !== x.careOf && !deregisters(x);
        if (moves) enterAgain(binding, { careOf: x.careOf }, state);
        return refusal;
      },
    }),
  ),
  fault('l2-fa-ha-not-checked', 'HA-20', 'Asks for no FA-HA in L2 mode.', (rules) => ({
    checkForeignAgent: (x, state) => (x.tunnel === 'l2' ? undefined : rules.checkForeignAgent(x, state)),
  })),
  fault(
    'denied-renewal-prolongs',
    'HA-49',
    'Makes the lifetime longer for a renewal that it has denied.',
    inSpiteOfDenial((x, binding, rules, state) => {
      enterAgain(binding, { due: rules.expiry(x, x.request.lifetime) }, state);
    }),
  ),

  // --- tunnels of another kind ---
  fault('tunnel-kind-kept', 'TS-32', 'Keeps IP-in-IP or GRE as it was when a renewal asks for the other.', (rules) => ({
    enter: (x, homeAddress, terms, due, state) => {
      const old = boundHere(x, state)?.terms;
      const changes = old && old.tunnel !== terms.tunnel && old.tunnel !== 'l2' && terms.tunnel !== 'l2';
      rules.enter(x, homeAddress, changes ? { ...terms, tunnel: old.tunnel } : terms, due, state);
    },
  })),
  fault(
    'second-rekeying-ignored',
    'TS-32',
    'Announces new keys a second time, but goes on with the first.',
    (rules) => {
      const counts = new Map<MobileNode, number>();
      const kept = new Map<MobileNode, number | undefined>();
      return {
        enter: (x, homeAddress, terms, due, state) => {
          const node = state.bindings.find(x.mobileNode);
          const old = node?.bindings.at(-1)?.terms;
          if (node && old && old.tunnel === terms.tunnel && old.forwardKey !== terms.forwardKey) {
            const count = (counts.get(node) ?? 0) + 1;
            counts.set(node, count);
            if (count === 2) kept.set(node, old.forwardKey);
          }
          rules.enter(x, homeAddress, terms, due, state);
        },
        forwardKey: (binding) => kept.get(binding.node) ?? rules.forwardKey(binding),
      };
    },
  ),
  fault('first-agreed-key-kept', 'TS-31', 'Copies the key agreed first only, not one of a later renewal.', (rules) => {
    const first = new Map<MobileNode, number | undefined>();
    return {
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        const node = state.bindings.find(x.mobileNode);
        if (!keys.ok || !node || !x.greKey || x.greKey.key === 0 || keys.value.reply !== x.greKey.key) return keys;
        const agreed = first.get(node);
        if (agreed === undefined || agreed === x.greKey.key) return keys;
        const forward = state.keys.pick(x.at, x.greKey.key);
        return chosen({ reverse: x.greKey.key, forward, reply: forward });
      },
      enter: (x, homeAddress, terms, due, state) => {
        rules.enter(x, homeAddress, terms, due, state);
        const node = state.bindings.find(x.mobileNode);
        if (node && !first.has(node)) first.set(node, terms.agreedKey);
      },
    };
  }),
  fault(
    'tunnel-of-before-taken',
    'TN-15',
    'Goes on taking packets of the tunnel that a renewal has changed for one of another kind.',
    (rules) => {
      const before = new Map<MobileNode, Binding>();
      return {
        enter: (x, homeAddress, terms, due, state) => {
          const old = boundHere(x, state);
          if (old && old.terms.tunnel !== terms.tunnel) before.set(old.node, { ...old });
          rules.enter(x, homeAddress, terms, due, state);
        },
        acceptReverse: (frame, state) => {
          const taken = rules.acceptReverse(frame, state);
          if (taken) return taken;
          return [...before.values()].find(({ node, terms }) => {
            const kind = frame.protocol === etherTypes.transparentEthernetBridging ? 'l2' : frame.kind;
            const alike = terms.careOf === frame.source && terms.tunnel === kind && terms.reverseKey === frame.key;
            return alike && node.bindings.length > 0;
          });
        },
      };
    },
  ),

  // --- what else of the earlier registration is kept, or given away ---
  fault('key-released-by-handover', 'TS-12', 'Takes the key of an L2 tunnel that moves for free.', (rules) => {
    const free: number[] = [];
    return {
      remove: (binding, cause, state) => {
        const { tunnel, forwardKey } = binding.terms;
        if (cause === 'superseded' && tunnel === 'l2' && forwardKey !== undefined) free.push(forwardKey);
        rules.remove(binding, cause, state);
      },
      chooseKeys: (x, state) => {
        const key = x.tunnel === 'l2' && x.greKey?.key === 0 ? free.shift() : undefined;
        return key === undefined ? rules.chooseKeys(x, state) : chosen({ reverse: key, forward: key, reply: key });
      },
    };
  }),
  fault('broadcast-wish-kept', 'TN-13', 'Sends broadcasts to an MN that has once set B.', (rules) => ({
    enter: (x, homeAddress, terms, due, state) => {
      const broadcast = terms.broadcast || boundHere(x, state)?.terms.broadcast === true;
      rules.enter(x, homeAddress, { ...terms, broadcast }, due, state);
    },
  })),
  fault(
    'l2-stations-in-tunnel-of-before',
    'TS-32',
    'Sends frames for a station into the tunnel that it was last heard from, whatever the keys are by now.',
    whereLastHeard((bindings) => bindings.length > 0),
  ),
  fault(
    'l2-stations-outlive-l2-mode',
    'TS-32',
    'Sends frames for a station into its L2 tunnel after a renewal for normal mode.',
    whereLastHeard((bindings) => bindings.some(({ terms }) => terms.tunnel !== 'l2')),
  ),
];
