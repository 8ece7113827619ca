/** Faults of key allocation and of the GRE Key extension: draft §5 and 6, yegani-02 §4.2. */
import { chosen, type Exchange, refused, type TunnelKeys } from '../../agents/ha-rules.js';
import { replyCodes } from '../../wire/mobileip.js';
import { type Change, fault, onExtension, onReply, swapped, without } from './make.js';
import type { Fault } from './types.js';

/** Changes the keys of an accepted request that carries the extension. */
const onKeys =
  (change: (keys: TunnelKeys, x: Exchange) => TunnelKeys): Change =>
  (rules) => ({
    chooseKeys: (x, state) => {
      const keys = rules.chooseKeys(x, state);
      return keys.ok && x.greKey ? chosen(change(keys.value, x)) : keys;
    },
  });

const { administrativelyProhibited } = replyCodes;

const asksForKey = (x: Exchange): boolean => x.greKey?.key === 0;
const isL2 = (x: Exchange): boolean => x.tunnel === 'l2';
const both = (key: number): TunnelKeys => ({ reverse: key, forward: key, reply: key });

/** The `n`th distinct mobile node gets number `n`. */
function numbering(): (x: Exchange) => number {
  const numbers = new Map<string, number>();
  return (x) => {
    const number = numbers.get(x.mobileNode) ?? numbers.size;
    numbers.set(x.mobileNode, number);
    return number;
  };
}

/** Keys that come again after `period` mobile nodes, in L2 mode. */
const repeating = (period: number, asked: (x: Exchange) => boolean): Change => {
  return (rules, config) => {
    const number = numbering();
    return onKeys((keys, x) => {
      if (!isL2(x) || !asked(x)) return keys;
      const key = 0x1000 + (number(x) % period);
      return asksForKey(x) ? both(key) : { ...keys, forward: key, reply: key };
    })(rules, config);
  };
};

/** Whether the request names the reverse key of a live binding of its mobile node. */
const isRenewal = (keys: TunnelKeys, x: Exchange): boolean => !asksForKey(x) && keys.reply === x.greKey?.key;

export const haKeyFaults: readonly Fault[] = [
  fault('greatest-key-not-used', 'TS-16', 'Accepts key 0xffffffff, and takes it for none in packets.', (rules) => ({
    acceptReverse: (frame, state) => (frame.key === 0xffffffff ? undefined : rules.acceptReverse(frame, state)),
  })),
  fault(
    'long-extension-accepted',
    'TS-01',
    'Takes GRE Key extensions that are too long, up to their sixth octet.',
    (rules, { dialect }) => ({
      understand: (datagram, state) => {
        const x = rules.understand(datagram, state);
        const long = x?.request.extensions.find((e) => e.name === 'raw' && e.type === dialect.greKeyType);
        if (!x || long?.name !== 'raw' || long.data.length <= 6) return x;
        const view = new DataView(long.data.buffer, long.data.byteOffset, long.data.length);
        const a = view.getUint8(0) >> 7 === 1;
        const greKey = { name: 'greKey', a, reserved: 0, key: view.getUint32(2) } as const;
        return { ...x, greKey, tunnel: a ? 'l2' : 'gre', malformed: undefined };
      },
    }),
  ),
  fault(
    'key-zero-returned',
    'TS-06',
    'Answers a request for a key with key 0 and uses key 0.',
    onKeys((keys, x) => (asksForKey(x) && !isL2(x) ? both(0) : keys)),
  ),
  fault(
    'key-zero-returned-l2',
    'TS-11',
    'Answers an L2 request for a key with key 0 and uses key 0.',
    onKeys((keys, x) => (asksForKey(x) && isL2(x) ? both(0) : keys)),
  ),
  fault('l2-keys-shared', 'TS-12', 'Gives all L2 mobile nodes the same bidirectional key.', repeating(1, asksForKey)),
  fault(
    'l2-keys-repeat-after-8',
    'TS-12',
    'Gives the ninth L2 mobile node the key of the first.',
    repeating(8, asksForKey),
  ),
  fault(
    'l2-keys-repeat-after-256',
    'TS-12',
    'Takes L2 keys from a counter of 8 bits, which comes round while the first is in use.',
    repeating(256, asksForKey),
  ),
  fault(
    'l2-forward-keys-shared',
    'TS-15',
    'Gives all L2 mobile nodes that choose their reverse key the same forward key.',
    repeating(1, (x) => !asksForKey(x)),
  ),
  fault('own-key-refused', 'TS-08', 'Refuses requests that bring a reverse key, with code 129.', (rules) => ({
    chooseKeys: (x, state) =>
      asksForKey(x) || !x.greKey || isL2(x) ? rules.chooseKeys(x, state) : refused(administrativelyProhibited),
  })),
  fault('own-key-refused-l2', 'TS-14', 'Refuses L2 requests that bring a reverse key, with code 129.', (rules) => ({
    chooseKeys: (x, state) =>
      asksForKey(x) || !isL2(x) ? rules.chooseKeys(x, state) : refused(administrativelyProhibited),
  })),
  fault('own-keys-prohibited', 'TS-08', 'Refuses all keys with code 129 that it has not given itself.', (rules) => ({
    chooseKeys: (x, state) => {
      const agreed = state.bindings.find(x.mobileNode)?.bindings.some((b) => b.terms.agreedKey === x.greKey?.key);
      return asksForKey(x) || !x.greKey || agreed ? rules.chooseKeys(x, state) : refused(administrativelyProhibited);
    },
  })),
  fault(
    'own-key-ignored',
    'TS-08',
    'Accepts a reverse key but waits for its own key on the reverse tunnel.',
    onKeys((keys) => ({ ...keys, reverse: keys.forward })),
  ),
  fault(
    'own-key-answered',
    'TS-19',
    'Puts the reverse key of the request into the reply, whatever key it sends with.',
    onKeys((keys, x) => (asksForKey(x) ? keys : { ...keys, reply: x.greKey?.key })),
  ),
  fault('downlink-reverse-key', 'TS-09', 'Sends with the key that the MPA chose for its own direction.', () => ({
    forwardKey: ({ terms }) => terms.reverseKey,
  })),
  fault('downlink-key-swapped', 'TS-19', 'Puts keys into GRE headers in little-endian order.', (rules) => ({
    forwardKey: (binding) => {
      const key = rules.forwardKey(binding);
      return key === undefined ? undefined : swapped(key);
    },
  })),
  fault(
    'reply-key-swapped',
    'TS-19',
    'Puts keys into the extension of the reply in little-endian order.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'greKey' ? { ...e, key: swapped(e.key) } : e))),
  ),
  fault(
    'a-not-echoed',
    'TS-20',
    'Never sets A in a reply.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'greKey' ? { ...e, a: false } : e))),
  ),
  fault(
    'a-lost-with-own-key',
    'TS-20',
    'Loses A in the reply when the request brings a reverse key.',
    onReply((reply, x) => onExtension(reply, (e) => (e.name === 'greKey' && !asksForKey(x) ? { ...e, a: false } : e))),
  ),
  fault(
    'reserved-bits-set',
    'TS-01',
    'Sets reserved bits of the extension in replies.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'greKey' ? { ...e, reserved: 1 } : e))),
  ),
  fault(
    'extension-missing',
    'TS-18',
    'Leaves the GRE Key extension out of replies.',
    onReply((reply) => without(reply, 'greKey')),
  ),
  fault(
    'extension-missing-in-renewal',
    'YG-17',
    'Leaves the GRE Key extension out of replies that confirm the agreed key.',
    onKeys((keys, x) => (isRenewal(keys, x) ? { ...keys, reply: undefined } : keys)),
  ),
  fault('renewal-rekeys', 'TS-31', 'Allocates new keys although the renewal names the agreed one.', (rules) => ({
    chooseKeys: (x, state) => {
      const keys = rules.chooseKeys(x, state);
      if (!keys.ok || !isRenewal(keys.value, x)) return keys;
      return chosen(both(state.keys.pick(x.at)));
    },
  })),
  fault('renewal-keeps-keys', 'TS-32', 'Answers a renewal that names another key with the old keys.', (rules) => ({
    chooseKeys: (x, state) => {
      const current = state.bindings.find(x.mobileNode)?.bindings.at(-1)?.terms;
      const key = current?.forwardKey;
      if (!x.greKey || key === undefined || current?.tunnel !== x.tunnel) return rules.chooseKeys(x, state);
      return chosen({ reverse: current.reverseKey, forward: key, reply: key });
    },
  })),
  fault(
    'other-key-answered-without-extension',
    'TS-33',
    'Leaves the extension out of replies to renewals that name another key than the agreed one.',
    (rules) => ({
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        const known = state.bindings.find(x.mobileNode) !== undefined;
        return keys.ok && known && x.greKey && !isRenewal(keys.value, x)
          ? chosen({ ...keys.value, reply: undefined })
          : keys;
      },
    }),
  ),
  fault(
    'one-direction-keyed',
    'YG-25',
    'Asked for a key in normal mode, assigns it to the reverse tunnel only and sends without one.',
    onKeys((keys, x) => (asksForKey(x) && !isL2(x) ? { ...keys, forward: undefined } : keys)),
  ),
  fault(
    'old-key-still-accepted',
    'TN-15',
    'Goes on accepting the old reverse key after new keys are agreed.',
    (rules) => {
      const renamed = new Map<string, number | undefined>();
      return {
        enter: (x, homeAddress, terms, due, state) => {
          for (const binding of state.bindings.find(x.mobileNode)?.bindings ?? []) {
            const old = binding.terms.reverseKey;
            if (old !== terms.reverseKey) renamed.set(`${terms.careOf} ${old}`, terms.reverseKey);
          }
          rules.enter(x, homeAddress, terms, due, state);
        },
        acceptReverse: (frame, state) => {
          const name = `${frame.source} ${frame.key}`;
          const found = rules.acceptReverse(frame, state);
          return (
            found ?? (renamed.has(name) ? rules.acceptReverse({ ...frame, key: renamed.get(name) }, state) : undefined)
          );
        },
      };
    },
  ),
  fault('g-without-extension-accepted', 'YG-13', 'Accepts G without the extension.', (rules) => ({
    checkTunnel: (x, state) => (x.tunnel === 'gre' && !x.greKey ? undefined : rules.checkTunnel(x, state)),
  })),
  fault('extension-without-g-refused', 'YG-14', 'Refuses the extension without G, with code 134.', (rules) => ({
    checkTunnel: (x, state) =>
      x.greKey && !x.request.gre ? replyCodes.poorlyFormedRequest : rules.checkTunnel(x, state),
  })),
  fault('l2-home-address-demanded', 'TS-35', 'Refuses L2 requests without a home address, with code 129.', (rules) => ({
    chooseHomeAddress: (x, state) =>
      isL2(x) && x.homeAddress === 0 ? refused(administrativelyProhibited) : rules.chooseHomeAddress(x, state),
  })),
  fault(
    'l2-without-home-address-replaces',
    'TS-26',
    'Takes all L2 mobile nodes with home address 0 for one, so that the second replaces the first.',
    (rules) => ({
      understand: (datagram, state) => {
        const x = rules.understand(datagram, state);
        return x && isL2(x) && x.homeAddress === 0 ? { ...x, mobileNode: 'ip:0' } : x;
      },
    }),
  ),
];
