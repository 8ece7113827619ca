/** Faults of rules that other faults touch only in passing: each breaks one requirement that a case names. */
import { chosen, type Exchange, refused } from '../../agents/ha-rules.js';
import { replyCodes } from '../../wire/mobileip.js';
import { fault, onExtension, onReply, without } from './make.js';
import type { Fault } from './types.js';

const { poorlyFormedRequest, unspecified, encapsulationUnavailable } = replyCodes;

export const haUnderneathFaults: readonly Fault[] = [
  // --- draft and yegani-02 ---
  fault('l2-extension-without-g-refused', 'TS-17', 'Refuses L2 requests without G, with code 134.', (rules) => ({
    checkTunnel: (x, state) =>
      x.tunnel === 'l2' && !x.request.gre ? poorlyFormedRequest : rules.checkTunnel(x, state),
  })),
  fault(
    'l2-renewal-without-extension',
    'TS-17',
    'Leaves the extension out of replies to L2 renewals.',
    onReply((reply, x) =>
      x.tunnel === 'l2' && x.greKey?.key !== 0 && x.greKey?.key === keyOf(reply) ? without(reply, 'greKey') : reply,
    ),
  ),
  fault(
    'renewal-forgets-forward-key',
    'TS-25',
    'Sends with the reverse key once a registration has been renewed.',
    (rules) => ({
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        const renews = keys.ok && x.greKey !== undefined && x.greKey.key !== 0 && keys.value.reply === x.greKey.key;
        return renews && keys.ok ? chosen({ ...keys.value, forward: keys.value.reverse }) : keys;
      },
    }),
  ),
  fault(
    'key-behind-unknown-lost',
    'YG-10',
    'Does not find the GRE Key extension behind one that it does not know.',
    (rules) => ({
      understand: (datagram, state) => {
        const x = rules.understand(datagram, state);
        if (!x) return x;
        const names = x.request.extensions.map((e) => e.name);
        const unknown = names.indexOf('raw');
        return unknown >= 0 && unknown < names.indexOf('greKey') ? { ...x, greKey: undefined, tunnel: 'gre' } : x;
      },
    }),
  ),
  fault('first-request-denied', 'YG-15', 'Denies the first request of every mobile node with code 128.', (rules) => {
    const known = new Set<string>();
    return {
      chooseKeys: (x, state) => {
        const isKnown = known.has(x.mobileNode);
        known.add(x.mobileNode);
        return isKnown || !x.greKey ? rules.chooseKeys(x, state) : refused(unspecified);
      },
    };
  }),
  fault(
    'own-key-answered-without-key',
    'YG-16',
    'Leaves the extension out when the request brings a key.',
    onReply((reply, x) => (x.greKey !== undefined && x.greKey.key !== 0 ? without(reply, 'greKey') : reply)),
  ),
  fault(
    'a-set-in-normal-mode',
    'YG-22',
    'Sets the first reserved bit in replies of normal mode.',
    onReply((reply, x) =>
      onExtension(reply, (e) => (e.name === 'greKey' && x.tunnel !== 'l2' ? { ...e, a: true } : e)),
    ),
  ),
  fault(
    'last-reserved-bit-set',
    'YG-22',
    'Sets the last reserved bit in replies of normal mode.',
    onReply((reply, x) =>
      onExtension(reply, (e) => (e.name === 'greKey' && x.tunnel !== 'l2' ? { ...e, reserved: 1 } : e)),
    ),
  ),
  fault(
    'receiver-keys-exchanged',
    'YG-20',
    'Takes keys that are assigned by the receiver for those of the sender.',
    (rules, config) => ({
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        if (config.keyDirection !== 'receiver' || !keys.ok) return keys;
        return chosen({ ...keys.value, reverse: keys.value.forward, forward: keys.value.reverse });
      },
    }),
  ),

  // --- authentication and Identification ---
  fault('mn-ha-not-demanded', 'HA-03', 'Accepts requests without MN-HA.', (rules) => ({
    checkAuthentication: (x, state) => (x.mnHa.length === 0 ? undefined : rules.checkAuthentication(x, state)),
  })),
  fault('second-mn-ha-skipped', 'HA-03', 'Looks at the first of several MN-HA only.', (rules) => ({
    checkAuthentication: (x, state) => rules.checkAuthentication({ ...x, mnHa: x.mnHa.slice(0, 1) }, state),
  })),
  fault('unknown-spi-taken', 'HA-04', 'Verifies under its own association whatever the SPI is.', (rules, config) => ({
    checkAuthentication: (x, state) => {
      const known = config.mnHa.some((sa) => sa.spi === x.mnHa[0]?.spi);
      return known || x.mnHa.length === 0 ? rules.checkAuthentication(x, state) : undefined;
    },
  })),
  fault('mismatch-changes-keys', 'HA-16', 'Takes the reverse key of a request that it denies with 133.', (rules) => ({
    checkIdentification: (x, state) => {
      const refusal = rules.checkIdentification(x, state);
      const binding = state.bindings.find(x.mobileNode)?.bindings.at(-1);
      if (refusal !== undefined && binding) rules.remove(binding, 'superseded', state);
      return refusal;
    },
  })),
  fault('fresh-nonce-refused', 'HA-19', 'Denies the nonce that it gave with code 133.', (rules, config) => {
    const denied = new Set<string>();
    return {
      checkIdentification: (x, state) => {
        const refusal = rules.checkIdentification(x, state);
        if (config.replay !== 'nonces') return refusal;
        if (refusal !== undefined && state.bindings.find(x.mobileNode)) denied.add(x.mobileNode);
        return denied.has(x.mobileNode) ? replyCodes.identificationMismatch : refusal;
      },
    };
  }),
  fault('mark-by-care-of', 'LG-30', 'Keeps the newest timestamp for each care-of address of a node.', (rules) => {
    const placed = (x: Exchange): Exchange => ({ ...x, mobileNode: `${x.mobileNode} ${x.careOf}` });
    return {
      checkIdentification: (x, state) => rules.checkIdentification(placed(x), state),
      remember: (x, state) => rules.remember(placed(x), state),
    };
  }),
  fault('order-by-care-of', 'LG-20', 'Compares timestamps only with those from the same care-of address.', (rules) => ({
    checkIdentification: (x, state) => {
      const elsewhere = state.bindings.find(x.mobileNode)?.bindings.every((b) => b.terms.careOf !== x.careOf) ?? false;
      return elsewhere ? undefined : rules.checkIdentification(x, state);
    },
  })),

  // --- bindings ---
  fault(
    'accepted-but-not-entered',
    'HA-32',
    'Accepts the first request of a mobile node without a binding.',
    (rules) => {
      const seen = new Set<string>();
      return {
        enter: (x, homeAddress, terms, due, state) => {
          const first = !seen.has(x.mobileNode);
          seen.add(x.mobileNode);
          if (!first) rules.enter(x, homeAddress, terms, due, state);
        },
      };
    },
  ),
  fault('ip-in-ip-refused', 'HA-57', 'Refuses IP-in-IP, with code 139.', (rules) => ({
    checkTunnel: (x, state) =>
      x.tunnel === 'ip-in-ip' && !x.greKey && !x.request.minimal
        ? encapsulationUnavailable
        : rules.checkTunnel(x, state),
  })),
  fault(
    'deregistration-of-others-mute',
    'HA-46',
    'Does not answer who deregisters another care-of address.',
    (rules) => ({
      addressReply: (x) => {
        const own = x.remote.address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
        return x.request.lifetime === 0 && x.careOf !== own && x.careOf !== x.homeAddress
          ? undefined
          : rules.addressReply(x);
      },
    }),
  ),
  fault('expiry-takes-all', 'HA-51', 'Ends all bindings of a mobile node with the first one.', (rules) => ({
    remove: (binding, cause, state) => {
      const all = cause === 'expired' ? [...binding.node.bindings] : [binding];
      for (const each of all) rules.remove(each, cause, state);
    },
  })),
  fault(
    'discovery-refused',
    'HA-39',
    'Refuses home agent 0.0.0.0 although it takes part in dynamic assignment.',
    (rules, config) => ({
      checkHomeAgent: (x, state) =>
        config.addresses.includes(x.request.homeAgent) ? rules.checkHomeAgent(x, state) : replyCodes.unknownHomeAgent,
    }),
  ),

  // --- proxies ---
  fault('assigned-address-unusable', 'LG-04', 'Names a home address that it does not serve.', (rules) => ({
    acceptReverse: (frame, state) => {
      const binding = rules.acceptReverse(frame, state);
      return binding?.terms.tunnel === 'gre' ? undefined : binding;
    },
  })),
  fault('foreign-home-address-given', 'LG-05', 'Gives any home address that is asked for.', (rules) => ({
    chooseHomeAddress: (x, state) => (x.homeAddress !== 0 ? chosen(x.homeAddress) : rules.chooseHomeAddress(x, state)),
  })),
  fault(
    'handover-makes-second-binding',
    'LG-31',
    'Looks bindings up by NAI and care-of address, so that a handover makes a second one.',
    (rules) => ({
      understand: (datagram, state) => {
        const x = rules.understand(datagram, state);
        return x && { ...x, mobileNode: `${x.mobileNode} ${x.careOf}` };
      },
    }),
  ),
  fault('pmip-extension-skipped', 'LG-24', 'Skips the PMIPv4 extension and accepts.', (rules) => ({
    checkExtensions: (x, state) =>
      rules.checkExtensions(
        {
          ...x,
          request: { ...x.request, extensions: x.request.extensions.filter((e) => e.name !== 'pmipNonSkippable') },
        },
        state,
      ),
  })),
  fault('pmip-extension-wrong-code', 'LG-32', 'Denies the PMIPv4 extension with code 129.', (rules) => ({
    checkExtensions: (x, state) =>
      x.request.extensions.some((e) => e.name === 'pmipNonSkippable')
        ? replyCodes.administrativelyProhibited
        : rules.checkExtensions(x, state),
  })),
  fault('ip-in-ip-one-way', 'LG-18', 'Tunnels with IP-in-IP, but does not take it from proxy agents.', (rules) => ({
    acceptReverse: (frame, state) => (frame.kind === 'ip-in-ip' ? undefined : rules.acceptReverse(frame, state)),
  })),
  fault('late-proxy-arp', 'HA-60', 'Goes on answering ARP for a home address after its deregistration.', (rules) => ({
    deregistered: (x, state) => (x.tunnel === 'gre' ? [] : rules.deregistered(x, state)),
  })),
];

/** Key Identifier of a reply. */
function keyOf(reply: { readonly extensions: readonly { readonly name: string }[] }): number | undefined {
  const found = reply.extensions.find((e): e is { name: 'greKey'; key: number } => e.name === 'greKey');
  return found?.key;
}
