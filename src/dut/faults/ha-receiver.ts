/** Faults with keys that their receiver assigns (yegani-02 §5): a home agent whose keys are the sender's is right with them. */
import { currentBinding } from '../../agents/ha-grant.js';
import type { Change } from './make.js';
import { fault } from './make.js';
import type { TunnelKeys } from '../../agents/ha-rules.js';
import { chosen, type Exchange } from '../../agents/ha-rules.js';
import type { HaState } from '../../agents/ha-state.js';
import type { Fault } from './types.js';

/** Other keys than those that follow, for requests with a key of their own. */
const onReceiverKeys =
  (change: (keys: TunnelKeys, x: Exchange, state: HaState) => TunnelKeys): Change =>
  (rules, config) => ({
    chooseKeys: (x, state) => {
      const keys = rules.chooseKeys(x, state);
      if (config.keyDirection !== 'receiver' || !keys.ok || (x.greKey?.key ?? 0) === 0) return keys;
      return chosen(change(keys.value, x, state));
    },
  });

export const haReceiverFaults: readonly Fault[] = [
  fault(
    'receiver-renewal-keeps-forward-key',
    'YG-20',
    'Goes on with the first key of an MPA that names another one in a renewal.',
    onReceiverKeys((keys, x, state) => {
      const before = currentBinding(x, state)?.terms.forwardKey;
      return before === undefined ? keys : { ...keys, forward: before };
    }),
  ),
  fault(
    'receiver-renewal-changes-forward-key',
    'YG-20',
    'Sends under a key of its own after a renewal that names the key of before.',
    onReceiverKeys((keys, x, state) =>
      currentBinding(x, state) ? { ...keys, forward: state.keys.pick(x.at, keys.forward ?? 0) } : keys,
    ),
  ),
  fault(
    'receiver-one-forward-key',
    'YG-20',
    'Sends to all MNs of an MPA under the key that it named last.',
    (rules, config) => {
      const latest = new Map<number, number>();
      return {
        chooseKeys: (x, state) => {
          const asked = x.greKey?.key ?? 0;
          if (config.keyDirection === 'receiver' && asked !== 0) latest.set(x.careOf, asked);
          return rules.chooseKeys(x, state);
        },
        forwardKey: (binding) => latest.get(binding.terms.careOf) ?? rules.forwardKey(binding),
      };
    },
  ),
  fault(
    'receiver-reply-names-other-key',
    'YG-20',
    'Names a key in its reply that it does not take.',
    onReceiverKeys((keys) => ({ ...keys, reply: keys.reply === undefined ? undefined : (keys.reply ^ 1) >>> 0 })),
  ),
];
