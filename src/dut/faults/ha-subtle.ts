/** Faults of the draft's rules that hide well: features that are off, later renewals, replies that are right and tunnels that are not. */
import type { Binding } from '../../agents/ha-bindings.js';
import { chosen, type Exchange, refused } from '../../agents/ha-rules.js';
import { replyCodes } from '../../wire/mobileip.js';
import { applying, fault, onExtension, onReply } from './make.js';
import type { Fault } from './types.js';

const isL2 = (x: Exchange): boolean => x.tunnel === 'l2';

/** Counts the accepted requests of each mobile node. */
function counting(): (x: Exchange) => number {
  const counts = new Map<string, number>();
  return (x) => {
    const count = (counts.get(x.mobileNode) ?? 0) + 1;
    counts.set(x.mobileNode, count);
    return count;
  };
}

export const haSubtleFaults: readonly Fault[] = [
  // --- features that are switched off ---
  {
    id: 'gre-keys-off-but-accepted',
    breaks: 'YG-11',
    sentence: 'Accepts the GRE Key extension although GRE keys are switched off.',
    apply: applying((rules, { features }) => ({
      checkTunnel: (x, state) => (features.greKeys || !x.greKey ? rules.checkTunnel(x, state) : undefined),
    })),
  },
  {
    id: 'gre-keys-off-wrong-code',
    breaks: 'YG-12',
    sentence: 'Refuses GRE keys that are switched off with the code for a lack of resources.',
    apply: applying((rules, { features }) => ({
      checkTunnel: (x, state) =>
        features.greKeys || !x.greKey ? rules.checkTunnel(x, state) : replyCodes.insufficientResources,
    })),
  },
  {
    id: 'extension-refused-by-silence',
    breaks: 'TS-21',
    sentence: 'Says nothing where the GRE Key extension or its A flag is not accepted.',
    apply: applying((rules) => ({
      checkTunnel: (x, state) => (rules.checkTunnel(x, state) === undefined ? undefined : 'discard'),
    })),
  },
  {
    id: 'l2-off-but-accepted',
    breaks: 'TS-21',
    sentence: 'Accepts L2 requests although L2 tunnels are switched off, and grants normal ones.',
    apply: applying((rules, { features }) => ({
      checkTunnel: (x, state) =>
        features.l2 || !features.greKeys || !isL2(x) ? rules.checkTunnel(x, state) : undefined,
    })),
  },

  // --- replies ---
  fault(
    'a-always-set',
    'TS-20',
    'Sets A in every reply.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'greKey' ? { ...e, a: true } : e))),
  ),
  fault(
    'reserved-bits-copied',
    'TS-01',
    'Copies the reserved bits of the request into the reply.',
    onReply((reply, x) =>
      onExtension(reply, (e) => (e.name === 'greKey' ? { ...e, reserved: x.greKey?.reserved ?? 0 } : e)),
    ),
  ),
  fault(
    'extension-missing-on-rekey',
    'YG-17',
    'Leaves the extension out when a live binding gets new keys.',
    (rules) => ({
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        const lives = (state.bindings.find(x.mobileNode)?.bindings.length ?? 0) > 0;
        if (!keys.ok || !lives || keys.value.reply === x.greKey?.key) return keys;
        return chosen({ ...keys.value, reply: undefined });
      },
    }),
  ),
  fault('second-renewal-rekeys', 'TS-31', 'Gives a new key at the second renewal only.', (rules) => {
    const count = counting();
    return {
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        if (!keys.ok || !x.greKey || count(x) !== 3 || keys.value.reply !== x.greKey.key) return keys;
        const key = state.keys.pick(x.at);
        return chosen({ reverse: key, forward: key, reply: key });
      },
    };
  }),

  // --- the reply is right, the tunnel is not ---
  fault(
    'rekeyed-tunnel-keeps-forward-key',
    'TS-32',
    'Announces new keys in a renewal but goes on sending with the old one.',
    () => {
      const first = new Map<Binding['node'], number | undefined>();
      return {
        forwardKey: (binding) => {
          if (!first.has(binding.node)) first.set(binding.node, binding.terms.forwardKey);
          return first.get(binding.node);
        },
      };
    },
  ),
  fault(
    'own-key-renewal-kept',
    'TS-32',
    'Goes on waiting for the first reverse key when a renewal brings another one.',
    (rules) => {
      const first = new Map<string, number | undefined>();
      return {
        chooseKeys: (x, state) => {
          const keys = rules.chooseKeys(x, state);
          if (!keys.ok || !x.greKey || x.greKey.key === 0) return keys;
          const lives = (state.bindings.find(x.mobileNode)?.bindings.length ?? 0) > 0;
          if (!lives) first.set(x.mobileNode, keys.value.reverse);
          return chosen({ ...keys.value, reverse: first.get(x.mobileNode) ?? keys.value.reverse });
        },
      };
    },
  ),
  fault(
    'own-key-renewal-refused',
    'TS-32',
    'Refuses renewals that bring a reverse key other than the agreed one, with code 129.',
    (rules) => ({
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        const lives = (state.bindings.find(x.mobileNode)?.bindings.length ?? 0) > 0;
        const renews = keys.ok && keys.value.reply === x.greKey?.key;
        if (!lives || !x.greKey || x.greKey.key === 0 || renews) return keys;
        return refused(replyCodes.administrativelyProhibited);
      },
    }),
  ),
  fault(
    'l2-handover-ignored',
    'LG-10',
    'Accepts the handover of an L2 mobile node with key 0 but leaves its tunnel where it is.',
    (rules) => {
      const movedFrom = new Map<string, number>();
      return {
        terms: (x, keys) => {
          const terms = rules.terms(x, keys);
          if (!isL2(x) || x.greKey?.key !== 0) return terms;
          const earlier = movedFrom.get(x.mobileNode) ?? terms.careOf;
          movedFrom.set(x.mobileNode, earlier);
          return { ...terms, careOf: earlier };
        },
      };
    },
  ),
  fault(
    'l2-first-tunnel-for-all',
    'TS-26',
    'Sends what is for the second L2 mobile node without home address into the tunnel of the first.',
    (rules) => {
      let first: Binding | undefined;
      return {
        forwardKey: (binding) => {
          if (binding.terms.tunnel !== 'l2' || binding.node.homeAddress !== 0) return rules.forwardKey(binding);
          if (!first || first.node.bindings.length === 0) first = binding;
          return rules.forwardKey(first);
        },
      };
    },
  ),
  fault(
    'l2-pins-first-address',
    'TS-34',
    'Lets only the first inner source address of an L2 tunnel through.',
    (rules) => {
      const pinned = new Map<Binding['node'], number>();
      return {
        acceptReverse: (frame, state) => {
          const binding = rules.acceptReverse(frame, state);
          if (binding?.terms.tunnel !== 'l2' || frame.payload[12] !== 0x08 || frame.payload[13] !== 0x00)
            return binding;
          const source = new DataView(frame.payload.buffer, frame.payload.byteOffset).getUint32(26);
          const known = pinned.get(binding.node) ?? source;
          pinned.set(binding.node, known);
          return known === source ? binding : undefined;
        },
      };
    },
  ),
  fault(
    'l2-without-key-accepted',
    'TS-16',
    'Takes L2 frames without a key for those of the newest tunnel of their care-of address.',
    (rules) => {
      const newest = new Map<number, number | undefined>();
      return {
        enter: (x, homeAddress, terms, due, state) => {
          if (terms.tunnel === 'l2') newest.set(terms.careOf, terms.reverseKey);
          rules.enter(x, homeAddress, terms, due, state);
        },
        acceptReverse: (frame, state) =>
          rules.acceptReverse(frame.key === undefined ? { ...frame, key: newest.get(frame.source) } : frame, state),
      };
    },
  ),
  fault(
    'l2-later-home-address-dropped',
    'HA-36',
    'Takes a home address that an L2 mobile node registers later, but does not copy it.',
    (rules) => ({
      buildReply: (x, outcome, identification) => {
        const reply = rules.buildReply(x, outcome, identification);
        return isL2(x) && x.homeAddress !== 0 ? { ...reply, homeAddress: '0.0.0.0' } : reply;
      },
    }),
  ),
  fault('key-low-half-only', 'TS-16', 'Compares only the low 16 bits of L2 keys.', (rules) => {
    const whole = new Map<string, number>();
    const name = (careOf: number, key: number): string => `${careOf} ${key & 0xffff}`;
    return {
      enter: (x, homeAddress, terms, due, state) => {
        const { careOf, reverseKey, tunnel } = terms;
        if (tunnel === 'l2' && reverseKey !== undefined) whole.set(name(careOf, reverseKey), reverseKey);
        rules.enter(x, homeAddress, terms, due, state);
      },
      acceptReverse: (frame, state) => {
        const key = frame.key === undefined ? undefined : whole.get(name(frame.source, frame.key));
        return rules.acceptReverse(key === undefined ? frame : { ...frame, key }, state);
      },
    };
  }),
];
