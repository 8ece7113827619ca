/** Faults of signalling that need more than one request to show: who is believed, what is kept, and for how long. */
import type { Binding } from '../../agents/ha-bindings.js';
import type { Exchange } from '../../agents/ha-rules.js';
import { chosen, refused } from '../../agents/ha-rules.js';
import { decodeRrq, mobileIpPort, replyCodes } from '../../wire/mobileip.js';
import { ipv4Number, ipv4Text } from '../../wire/text.js';
import { fault, onReply, outerFault, without } from './make.js';
import type { Fault } from './types.js';

const {
  mnFailedAuthentication,
  poorlyFormedRequest,
  identificationMismatch,
  administrativelyProhibited,
  insufficientResources,
} = replyCodes;

/** The half of an Identification that every reply copies, RFC 3344 §5.7. */
const lowHalf = 0xffffffffn;

const unset = ['0.0.0.0', '255.255.255.255'];

export const haSignallingFaults: readonly Fault[] = [
  // --- who is believed ---
  fault('authentication-not-needed', 'HA-03', 'Accepts requests that have no MN-HA at all.', (rules) => ({
    checkAuthentication: (x, state) =>
      x.mnHa.length === 0 && x.malformed === undefined ? undefined : rules.checkAuthentication(x, state),
  })),
  fault('first-mn-ha-only', 'HA-03', 'Looks at the first MN-HA and at no further one.', (rules) => ({
    checkAuthentication: (x, state) => rules.checkAuthentication({ ...x, mnHa: x.mnHa.slice(0, 1) }, state),
  })),
  fault('missing-authentication-answered', 'HA-03', 'Answers 131 where RFC 5944 has it silent.', (rules) => ({
    checkAuthentication: (x, state) =>
      x.mnHa.length === 0 && x.malformed === undefined ? mnFailedAuthentication : rules.checkAuthentication(x, state),
  })),
  fault('spi-not-checked', 'HA-04', 'Takes any SPI for the one that it knows.', (rules, config) => ({
    checkAuthentication: (x, state) => {
      const spi = config.mnHa[0]?.spi ?? 0;
      return rules.checkAuthentication({ ...x, mnHa: x.mnHa.map((e) => ({ ...e, spi })) }, state);
    },
  })),
  fault('unknown-spi-poorly-formed', 'HA-04', 'Answers 134 to an SPI that it does not know.', (rules, config) => ({
    checkAuthentication: (x, state) =>
      x.mnHa.length > 0 && !config.mnHa.some((sa) => sa.spi === x.mnHa[0]?.spi)
        ? poorlyFormedRequest
        : rules.checkAuthentication(x, state),
  })),
  fault('identification-first', 'HA-17', 'Checks the Identification before the authenticator.', (rules) => ({
    checkAuthentication: (x, state) =>
      rules.checkIdentification(x, state) === undefined ? rules.checkAuthentication(x, state) : identificationMismatch,
  })),

  // --- replays ---
  fault('stale-request-rekeys', 'HA-16', 'Answers a stale request with 133, but takes its new keys.', (rules) => ({
    checkIdentification: (x, state) => {
      const refusal = rules.checkIdentification(x, state);
      const keys = refusal === undefined ? undefined : rules.chooseKeys(x, state);
      const known = state.bindings.find(x.mobileNode)?.homeAddress;
      if (keys?.ok && known !== undefined) rules.enter(x, known, rules.terms(x, keys.value), x.at + 60_000, state);
      return refusal;
    },
  })),
  fault('stale-request-unanswered', 'HA-16', 'Says nothing where code 133 belongs.', (rules, config) => ({
    checkIdentification: (x, state) =>
      rules.checkIdentification(x, state) === undefined
        ? undefined
        : config.replay === 'timestamps'
          ? 'discard'
          : identificationMismatch,
  })),
  fault('second-nonce-silent', 'HA-19', 'Offers a nonce once, and is silent on a wrong one later.', (rules, config) => {
    const offered = new Set<string>();
    return {
      checkIdentification: (x, state) => {
        const refusal = rules.checkIdentification(x, state);
        const again = offered.has(x.mobileNode);
        offered.add(x.mobileNode);
        return refusal !== undefined && again && config.replay === 'nonces' ? 'discard' : refusal;
      },
    };
  }),
  fault('order-by-care-of-address', 'LG-20', 'Orders the requests of each care-of address by themselves.', (rules) => {
    const apart = (x: Exchange): Exchange => ({ ...x, mobileNode: `${x.mobileNode} ${x.careOf}` });
    return {
      checkIdentification: (x, state) => rules.checkIdentification(apart(x), state),
      remember: (x, state) => rules.remember(apart(x), state),
    };
  }),
  fault('duplicate-extends', 'HA-52', 'Takes a repeated request for a renewal.', (rules) => {
    const last = new Map<string, bigint>();
    return {
      checkIdentification: (x, state) =>
        last.get(x.mobileNode) === x.request.identification ? undefined : rules.checkIdentification(x, state),
      remember: (x, state) => {
        last.set(x.mobileNode, x.request.identification);
        rules.remember(x, state);
      },
    };
  }),

  // --- what is kept ---
  fault('binding-not-made', 'HA-32', 'Accepts registrations and forgets them.', () => ({ enter: () => undefined })),
  fault('one-expiry-ends-all', 'HA-51', 'Removes all bindings of a mobile node when one expires.', (rules) => ({
    remove: (binding, cause, state) => {
      const all: readonly Binding[] = cause === 'expired' ? [...binding.node.bindings] : [binding];
      for (const each of all) rules.remove(each, cause, state);
    },
  })),
  fault('binding-by-care-of-address', 'LG-31', 'Takes an MN behind another proxy for another one.', (rules) => ({
    understand: (datagram, state) => {
      const x = rules.understand(datagram, state);
      return x && { ...x, mobileNode: `${x.mobileNode} ${x.careOf}` };
    },
  })),
  fault('proxy-arp-stays', 'HA-60', 'Answers ARP for home addresses that were deregistered.', (rules) => {
    const ghosts = new Set<Binding>();
    return {
      remove: (binding, cause, state) => {
        if (cause === 'deregistered' && binding.terms.tunnel !== 'l2') ghosts.add(binding);
        else rules.remove(binding, cause, state);
      },
      enter: (x, homeAddress, terms, due, state) => {
        rules.enter(x, homeAddress, terms, due, state);
        for (const binding of state.bindings.find(x.mobileNode)?.bindings ?? []) ghosts.delete(binding);
      },
      acceptReverse: (frame, state) => {
        const binding = rules.acceptReverse(frame, state);
        return binding && !ghosts.has(binding) ? binding : undefined;
      },
      encapsulate: (binding, ...rest) => (ghosts.has(binding) ? undefined : rules.encapsulate(binding, ...rest)),
    };
  }),
  fault('gre-for-ip-in-ip', 'HA-57', 'Sends GRE without a key where IP-in-IP was asked for.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) => {
      const { terms } = binding;
      const tunnel = terms.tunnel === 'ip-in-ip' ? 'gre' : terms.tunnel;
      return rules.encapsulate({ ...binding, terms: { ...terms, tunnel } }, ends, key, protocol, payload);
    },
  })),

  // --- whom it answers, and what ---
  fault('deregistered-address-answered', 'HA-46', 'Sends the reply to the care-of address deregistered.', (rules) => ({
    addressReply: (x) => {
      const ends = rules.addressReply(x);
      const address = x.request.lifetime === 0 && x.careOf !== x.homeAddress ? ipv4Text(x.careOf) : undefined;
      return ends && address !== undefined ? { ...ends, remote: { ...ends.remote, address } } : ends;
    },
  })),
  outerFault(
    'third-party-told',
    'HA-47',
    'Also replies to the care-of address that is deregistered.',
    (agent, config) => ({
      step: (input, now) => {
        const outputs = agent.step(input, now);
        const request = input.kind === 'udp' ? decodeRrq(input.payload, config.dialect) : undefined;
        if (!request?.ok || request.value.lifetime > 0 || input.kind !== 'udp') return outputs;
        const address = request.value.careOfAddress;
        const copies = outputs.flatMap((output) =>
          output.kind === 'udp' && address !== input.remote.address
            ? [{ ...output, remote: { address, port: mobileIpPort } }]
            : [],
        );
        return [...outputs, ...copies];
      },
      deadline: () => agent.deadline(),
    }),
  ),
  fault(
    'own-address-not-named',
    'HA-39',
    'Returns a home agent field of zeros or ones as it came.',
    onReply((reply, x) =>
      reply.code <= 1 && unset.includes(x.request.homeAgent) ? { ...reply, homeAgent: x.request.homeAgent } : reply,
    ),
  ),
  fault(
    'wrong-home-address-named',
    'LG-04',
    'Names the address behind the one that it assigned.',
    onReply((reply, x) =>
      x.homeAddress === 0 && reply.homeAddress !== '0.0.0.0'
        ? { ...reply, homeAddress: ipv4Text(((ipv4Number(reply.homeAddress) ?? 0) + 1) >>> 0) }
        : reply,
    ),
  ),
  fault(
    'foreign-home-address-wrong-code',
    'LG-05',
    'Denies a home address that it cannot serve with 130.',
    (rules) => ({
      chooseHomeAddress: (x, state) => {
        const choice = rules.chooseHomeAddress(x, state);
        return !choice.ok && x.homeAddress !== 0 && choice.refusal === administrativelyProhibited
          ? refused(insufficientResources)
          : choice;
      },
    }),
  ),
  fault('home-address-of-another', 'LG-05', 'Gives an MN the home address of another one that lives.', (rules) => ({
    chooseHomeAddress: (x, state) =>
      x.homeAddress !== 0 && state.bindings.atHome(x.homeAddress) !== undefined
        ? chosen(x.homeAddress)
        : rules.chooseHomeAddress(x, state),
  })),
  fault('proxy-extension-skipped', 'LG-24', 'Skips the PMIPv4 extension 47 and does not return it.', (rules) => ({
    checkExtensions: (x, state) => {
      const extensions = x.request.extensions.filter((e) => e.name !== 'pmipNonSkippable');
      return rules.checkExtensions({ ...x, request: { ...x.request, extensions } }, state);
    },
  })),

  // --- replies and marks ---
  fault(
    'reply-from-first-address',
    'HA-40',
    'Replies from its first address, whichever was asked.',
    (rules, config) => ({
      addressReply: (x) => {
        const ends = rules.addressReply(x);
        return ends && { ...ends, local: { ...ends.local, address: config.addresses[0] ?? ends.local.address } };
      },
    }),
  ),
  fault('minimal-taken-for-ip-in-ip', 'HA-58', 'Accepts minimal encapsulation and uses IP-in-IP.', (rules) => ({
    checkTunnel: (x, state) => rules.checkTunnel({ ...x, request: { ...x.request, minimal: false } }, state),
  })),
  fault('lifetime-halved', 'HA-48', 'Grants half of what is asked for.', (rules) => ({
    grantLifetime: (x) => Math.ceil(rules.grantLifetime(x) / 2),
  })),
  fault('forged-request-moves-mark', 'HA-13', 'Remembers the Identification of forged requests.', (rules) => ({
    checkAuthentication: (x, state) => {
      const refusal = rules.checkAuthentication(x, state);
      if (refusal !== undefined) rules.remember(x, state);
      return refusal;
    },
  })),
  fault('bad-authentication-wrong-code', 'HA-05', 'Denies a wrong authenticator with code 129.', (rules) => ({
    checkAuthentication: (x, state) =>
      rules.checkAuthentication(x, state) === undefined ? undefined : administrativelyProhibited,
  })),
  fault('unknown-mn-answered', 'HA-04', 'Answers 131 to an MN that it does not know.', (rules, config) => ({
    checkAuthentication: (x, state) => {
      const { realm } = config;
      const isKnown = x.nai === undefined || realm === undefined || x.nai.endsWith(`@${realm}`);
      return isKnown ? rules.checkAuthentication(x, state) : mnFailedAuthentication;
    },
  })),
  fault('node-authentication-unnamed', 'LG-24', 'Takes FA-HA for MN-HA, and does not say so.', (rules) => {
    const isPerNode = (x: Exchange): boolean => x.request.extensions.some((e) => e.name === 'pmipNonSkippable');
    return {
      checkExtensions: (x, state) => (isPerNode(x) ? undefined : rules.checkExtensions(x, state)),
      checkAuthentication: (x, state) =>
        isPerNode(x) && x.mnHa.length === 0 && x.faHa.length > 0 ? undefined : rules.checkAuthentication(x, state),
      checkForm: (x, state) => (isPerNode(x) ? undefined : rules.checkForm(x, state)),
    };
  }),
  fault(
    'nai-missing-in-denials',
    'HA-38',
    'Leaves the NAI out of denials.',
    onReply((reply) => (reply.code > 1 ? without(reply, 'nai') : reply)),
  ),
  fault('last-accepted-time-told', 'HA-15', 'Tells the time of the request that it accepted last.', (rules) => {
    const last = new Map<string, bigint>();
    return {
      remember: (x, state) => {
        last.set(x.mobileNode, x.request.identification);
        rules.remember(x, state);
      },
      replyIdentification: (x, code, state) => {
        const own = rules.replyIdentification(x, code, state);
        const accepted = code === identificationMismatch ? last.get(x.mobileNode) : undefined;
        return accepted === undefined ? own : (accepted & ~lowHalf) | (own & lowHalf);
      },
    };
  }),
];
