/** Faults of registration: RFC 3344 §3.8 and 5.7, RFC 2794. */
import { chosen } from '../../agents/ha-rules.js';
import { authenticator } from '../../wire/auth.js';
import { coveredBy, high32, low32, replyCodes } from '../../wire/mobileip.js';
import { ipv4Text, sameBytes } from '../../wire/text.js';
import { fault, onExtension, onReply, outerFault, without } from './make.js';
import type { Fault } from './types.js';

const pass = (): undefined => undefined;

/** Finds bindings by something else that it makes of the NAI. */
const knownBy = (id: string, sentence: string, name: (nai: string) => string): Fault =>
  fault(id, 'LG-31', sentence, (rules) => ({
    understand: (datagram, state) => {
      const x = rules.understand(datagram, state);
      return x?.nai === undefined ? x : { ...x, mobileNode: name(x.nai) };
    },
  }));

export const haRegistrationFaults: readonly Fault[] = [
  fault('authentication-not-checked', 'HA-05', 'Accepts any authenticator.', () => ({ checkAuthentication: pass })),
  fault(
    'half-authenticator-checked',
    'HA-05',
    'Looks at the first 8 octets of an authenticator only.',
    (rules, config) => ({
      checkAuthentication: (x, state) => {
        const [extension] = x.mnHa;
        const association = config.mnHa.find((sa) => sa.spi === extension?.spi);
        if (!extension?.authenticator || !association) return rules.checkAuthentication(x, state);
        const right = authenticator(association, coveredBy(x.payload, extension)).subarray(0, 8);
        return sameBytes(right, extension.authenticator.subarray(0, 8))
          ? undefined
          : rules.checkAuthentication(x, state);
      },
    }),
  ),
  fault(
    'short-authenticator-accepted',
    'HA-05',
    'Compares only as many octets of an authenticator as the request has.',
    (rules, config) => ({
      checkAuthentication: (x, state) => {
        const [extension] = x.mnHa;
        const association = config.mnHa.find((sa) => sa.spi === extension?.spi);
        const given = extension?.authenticator ?? new Uint8Array(0);
        if (!extension || !association || given.length >= 16) return rules.checkAuthentication(x, state);
        const right = authenticator(association, coveredBy(x.payload, extension)).subarray(0, given.length);
        return sameBytes(right, given) ? undefined : rules.checkAuthentication(x, state);
      },
    }),
  ),
  fault('identification-not-checked', 'HA-12', 'Accepts any Identification.', () => ({ checkIdentification: pass })),
  fault('old-identification-accepted', 'HA-13', 'Accepts timestamps again that were accepted before.', () => ({
    remember: () => undefined,
  })),
  fault('denied-request-moves-mark', 'HA-13', 'Remembers the Identification of requests that it denies.', (rules) => ({
    checkHomeAgent: (x, state) => {
      const verdict = rules.checkHomeAgent(x, state);
      if (verdict !== undefined) rules.remember(x, state);
      return verdict;
    },
  })),
  fault('mismatch-echoed', 'HA-15', 'Copies the whole Identification into code 133.', (rules) => ({
    replyIdentification: (x, code, state) =>
      code === replyCodes.identificationMismatch ? x.request.identification : rules.replyIdentification(x, code, state),
  })),
  fault(
    'mismatch-low-half-own',
    'HA-15',
    'Puts its own number into the low half of the Identification of code 133.',
    (rules, config) => ({
      replyIdentification: (x, code, state) => {
        const right = rules.replyIdentification(x, code, state);
        return code === replyCodes.identificationMismatch
          ? (BigInt(high32(right)) << 32n) | BigInt(config.random())
          : right;
      },
    }),
  ),
  fault(
    'identification-low-half-only',
    'HA-14',
    'Copies only the low half of an accepted Identification.',
    (rules) => ({
      replyIdentification: (x, code, state) =>
        code <= 1 ? BigInt(low32(x.request.identification)) : rules.replyIdentification(x, code, state),
    }),
  ),
  fault(
    'mn-ha-missing',
    'HA-10',
    'Sends replies without MN-HA authentication.',
    onReply((reply) => without(reply, 'mnHa')),
  ),
  fault(
    'mn-ha-missing-in-denial',
    'HA-10',
    'Sends denials without MN-HA authentication.',
    onReply((reply) => (reply.code > 1 ? without(reply, 'mnHa') : reply)),
  ),
  fault(
    'authenticator-misses-spi',
    'HA-11',
    'Computes authenticators of replies over all but the last octet of the SPI.',
    (rules, config) => ({
      encodeReply: (x, reply) => {
        const right = rules.encodeReply(x, reply);
        const sealed = right.slice();
        const [association] = config.mnHa;
        const place = sealed.length - 16;
        if (association) sealed.set(authenticator(association, sealed.subarray(0, place - 1)), place);
        return sealed;
      },
    }),
  ),
  fault('unknown-extension-accepted', 'HA-28', 'Skips unknown extensions of types 0 to 127.', () => ({
    checkExtensions: pass,
  })),
  fault('odd-unknown-extension-skipped', 'HA-28', 'Skips unknown extensions of odd types below 128.', (rules) => ({
    checkExtensions: (x, state) => {
      const extensions = x.request.extensions.filter((e) => e.name !== 'raw' || e.type > 127 || e.type % 2 === 0);
      return rules.checkExtensions({ ...x, request: { ...x.request, extensions } }, state);
    },
  })),
  fault(
    'unknown-extension-in-reply',
    'HA-62',
    'Puts an extension into replies that may not be skipped and that no document assigns.',
    onReply((reply) => ({
      ...reply,
      extensions: [{ name: 'raw', type: 120, data: Uint8Array.of(0) }, ...reply.extensions],
    })),
  ),
  fault(
    'nai-folded-in-reply',
    'HA-38',
    'Writes the NAI of its replies in lower case.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'nai' ? { ...e, nai: e.nai.toLowerCase() } : e))),
  ),
  fault(
    'long-nai-cut-in-reply',
    'HA-38',
    'Copies no more than 64 octets of an NAI into its reply.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'nai' ? { ...e, nai: e.nai.slice(0, 64) } : e))),
  ),
  knownBy('nai-folded', 'Knows mobile nodes by their NAI in lower case.', (nai) => nai.toLowerCase()),
  knownBy('nai-cut', 'Knows mobile nodes by the first 32 octets of their NAI.', (nai) => nai.slice(0, 32)),
  fault(
    'skippable-extension-refused',
    'HA-29',
    'Refuses requests with an unknown skippable extension, with code 134.',
    (rules) => ({
      checkForm: (x, state) =>
        x.request.extensions.some((e) => e.name === 'raw' && e.type >= 128)
          ? replyCodes.poorlyFormedRequest
          : rules.checkForm(x, state),
    }),
  ),
  fault('pad-refused', 'HA-30', 'Refuses requests with pad extensions, with code 134.', (rules) => ({
    checkForm: (x, state) =>
      x.request.extensions.some((e) => e.name === 'pad') ? replyCodes.poorlyFormedRequest : rules.checkForm(x, state),
  })),
  outerFault(
    'mute-after-short-message',
    'HA-31',
    'Stops answering for good after a message of less than 24 octets.',
    (agent) => {
      let mute = false;
      return {
        step: (input, now) => {
          mute ||= input.kind === 'udp' && input.payload.length < 24;
          return mute ? [] : agent.step(input, now);
        },
        deadline: () => (mute ? undefined : agent.deadline()),
      };
    },
  ),
  fault('lifetime-larger', 'HA-48', 'Grants one second more than asked for.', (rules) => ({
    grantLifetime: (x) => Math.min(0xffff, rules.grantLifetime(x) + 1),
  })),
  fault('lifetime-maximum', 'HA-48', 'Always grants the largest lifetime.', (_rules, config) => ({
    grantLifetime: () => config.maxLifetime,
  })),
  fault('expiry-ignored', 'HA-49', 'Keeps bindings whose lifetime is over.', () => ({ expiry: () => Infinity })),
  fault(
    'nai-missing',
    'HA-38',
    'Leaves the NAI out of replies.',
    onReply((reply) => without(reply, 'nai')),
  ),
  fault('foreign-home-agent-accepted', 'HA-25', 'Accepts requests that name another home agent.', () => ({
    checkHomeAgent: pass,
  })),
  fault(
    'foreign-home-agent-echoed',
    'HA-25',
    'Copies the home agent field even when it names another home agent.',
    onReply((reply, x) => ({ ...reply, homeAgent: x.request.homeAgent })),
  ),
  fault('reply-to-care-of-address', 'HA-41', 'Sends replies to the care-of address.', (rules) => ({
    addressReply: (x) => {
      const ends = rules.addressReply(x);
      return ends && { ...ends, remote: { ...ends.remote, address: ipv4Text(x.careOf) } };
    },
  })),
  fault('reply-to-port-434', 'HA-43', 'Sends replies to port 434.', (rules) => ({
    addressReply: (x) => {
      const ends = rules.addressReply(x);
      return ends && { ...ends, remote: { ...ends.remote, port: 434 } };
    },
  })),
  fault(
    'home-address-not-returned',
    'HA-37',
    'Does not say which home address it chose.',
    onReply((reply, x) => (x.homeAddress === 0 ? { ...reply, homeAddress: '0.0.0.0' } : reply)),
  ),
  fault('foreign-home-address-accepted', 'HA-36', 'Accepts any home address.', (rules) => ({
    chooseHomeAddress: (x, state) => (x.homeAddress === 0 ? rules.chooseHomeAddress(x, state) : chosen(x.homeAddress)),
  })),
  fault('simultaneous-ignored', 'HA-33', 'Removes older bindings in spite of S, and says code 0.', () => ({
    superseded: (x, _homeAddress, state) =>
      state.bindings.find(x.mobileNode)?.bindings.filter((b) => b.terms.careOf !== x.careOf) ?? [],
  })),
  fault('handover-keeps-old', 'HA-34', 'Keeps serving the old care-of address after a handover.', () => ({
    superseded: () => [],
  })),
  fault('deregistration-ignored', 'HA-45', 'Accepts deregistrations but keeps the tunnel.', () => ({
    deregistered: () => [],
  })),
  fault('deregistration-removes-all', 'HA-45', 'Removes all bindings when one is deregistered.', () => ({
    deregistered: (x, state) => [...(state.bindings.find(x.mobileNode)?.bindings ?? [])],
  })),
  fault(
    'deregister-all-removes-newest',
    'HA-44',
    'Removes only the newest binding when all are deregistered.',
    (rules) => ({
      deregistered: (x, state) => rules.deregistered(x, state).slice(-1),
    }),
  ),
];
