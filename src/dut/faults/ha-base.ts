/** Faults of the registration rules underneath the draft: RFC 3344, RFC 3024, RFC 2794, draft-leung-mip4-proxy-mode. */
import type { AgentOutput } from '../../agents/agent.js';
import type { Exchange } from '../../agents/ha-rules.js';
import { ipProtocols, ipv4 } from '../../wire/ipv4.js';
import { encode } from '../../wire/layout.js';
import { decodeRrp, high32, messageTypes, replyCodes } from '../../wire/mobileip.js';
import { udp } from '../../wire/udp.js';
import { fault, mapOutputs, onExtension, onReply, outerFault, without } from './make.js';
import type { Fault } from './types.js';

const { mnFailedAuthentication, faFailedAuthentication, administrativelyProhibited, identificationMismatch } =
  replyCodes;

/** Refuses what the condition names, where the reference would go on. */
const refusing = (id: string, breaks: string, sentence: string, when: (x: Exchange) => boolean, code: number): Fault =>
  fault(id, breaks, sentence, (rules) => ({ checkForm: (x, state) => (when(x) ? code : rules.checkForm(x, state)) }));

/** Stops answering for good once such a request has come: it crashed. */
const dyingOf = (id: string, sentence: string, when: (payload: Uint8Array) => boolean): Fault =>
  outerFault(id, 'HA-31', sentence, (agent) => {
    let dead = false;
    return {
      step: (input, now) => {
        dead ||= input.kind === 'udp' && when(input.payload);
        return dead ? [] : agent.step(input, now);
      },
      deadline: () => (dead ? undefined : agent.deadline()),
    };
  });

/** Walks plain extensions from the end of the fixed part; true where one of them fits `odd`. */
function hasExtension(payload: Uint8Array, odd: (type: number, length: number, left: number) => boolean): boolean {
  for (let at = 24; at + 2 <= payload.length;) {
    const [type, length] = [payload[at] ?? 0, payload[at + 1] ?? 0];
    if (type === 0) at++;
    else if (odd(type, length, payload.length - at - 2)) return true;
    else at += 2 + length;
  }
  return false;
}

/** The datagram of a reply as a raw socket sends it, since the port of the agent's own socket is fixed. */
function fromNextPort(output: Extract<AgentOutput, { kind: 'udp' }>): AgentOutput {
  const { local, remote, payload } = output;
  if (payload[0] !== messageTypes.rrp) return output;
  const ends = { source: local.address, destination: remote.address };
  const datagram = encode(udp, { sourcePort: local.port + 1, destinationPort: remote.port, payload }, ends);
  return { kind: 'packet', bytes: encode(ipv4, { ...ends, protocol: ipProtocols.udp, payload: datagram }) };
}

export const haBaseFaults: readonly Fault[] = [
  {
    id: 'udp-checksum-ignored',
    breaks: 'HA-01',
    sentence: 'Takes datagrams whose UDP checksum is wrong.',
    udpChecksums: 'ignored',
  },
  {
    id: 'udp-checksum-demanded',
    breaks: 'HA-02',
    sentence: 'Drops datagrams without a UDP checksum.',
    udpChecksums: 'demanded',
  },

  // --- authentication ---
  fault('keyed-md5-unknown', 'HA-08', 'Cannot verify prefix+suffix MD5.', (rules, config) => ({
    checkAuthentication: (x, state) =>
      config.mnHa[0]?.algorithm === 'prefix-suffix-md5' ? mnFailedAuthentication : rules.checkAuthentication(x, state),
  })),
  fault('hmac-md5-unknown', 'HA-08', 'Cannot verify HMAC-MD5.', (rules, config) => ({
    checkAuthentication: (x, state) =>
      config.mnHa[0]?.algorithm === 'hmac-md5' ? mnFailedAuthentication : rules.checkAuthentication(x, state),
  })),
  fault('fa-ha-not-checked', 'HA-20', 'Does not look at FA-HA.', () => ({ checkForeignAgent: () => undefined })),
  fault(
    'fa-ha-demanded-on-deregistration',
    'HA-21',
    'Refuses deregistrations without FA-HA, with code 132.',
    (rules, config) => ({
      checkForeignAgent: (x, state) =>
        config.faHa.length > 0 && x.faHa.length === 0 ? faFailedAuthentication : rules.checkForeignAgent(x, state),
    }),
  ),
  fault('unknown-fa-ha-skipped', 'HA-22', 'Skips FA-HA when it shares no association.', (rules, config) => ({
    checkForeignAgent: (x, state) => (config.faHa.length === 0 ? undefined : rules.checkForeignAgent(x, state)),
  })),
  fault('fa-ha-order-ignored', 'HA-61', 'Accepts FA-HA before MN-HA.', (rules) => ({
    checkForm: (x, state) => (x.faHa.length > 0 ? undefined : rules.checkForm(x, state)),
  })),
  fault(
    'fa-ha-missing-in-reply',
    'HA-23',
    'Leaves FA-HA out of replies.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'faHa' ? undefined : e))),
  ),
  fault(
    'fa-ha-first-in-reply',
    'HA-56',
    'Puts FA-HA in front of MN-HA in replies.',
    onReply((reply) => {
      const foreign = reply.extensions.filter((e) => e.name === 'faHa');
      const others = reply.extensions.filter((e) => e.name !== 'faHa');
      const at = others.findIndex((e) => e.name === 'mnHa');
      return { ...reply, extensions: [...others.slice(0, at), ...foreign, ...others.slice(at)] };
    }),
  ),
  fault(
    'mn-ha-left-to-fa-ha',
    'LG-19',
    'Leaves MN-HA out of replies that carry FA-HA.',
    onReply((reply) => (reply.extensions.some((e) => e.name === 'faHa') ? without(reply, 'mnHa') : reply)),
  ),
  fault(
    'reserved-spi',
    'HA-09',
    'Signs its replies under SPI 5.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'mnHa' ? { ...e, spi: 5 } : e))),
  ),
  fault('silent-with-good-fa-ha', 'HA-06', 'Says nothing when MN-HA is bad, even beside a good FA-HA.', (rules) => ({
    checkAuthentication: (x, state) =>
      rules.checkAuthentication(x, state) === undefined ? undefined : ('discard' as const),
  })),
  fault(
    'unsigned-authentication-denial',
    'HA-07',
    'Does not sign code 131.',
    onReply((reply) =>
      reply.code === mnFailedAuthentication ? onExtension(reply, (e) => (e.name === 'mnHa' ? undefined : e)) : reply,
    ),
  ),

  fault('unsigned-form-denial', 'HA-10', 'Does not sign code 134 to mobile nodes that have no binding.', (rules) => {
    const bound = new Set<string>();
    return {
      enter: (x, homeAddress, terms, due, state) => {
        bound.add(x.mobileNode);
        rules.enter(x, homeAddress, terms, due, state);
      },
      buildReply: (x, outcome, identification) => {
        const reply = rules.buildReply(x, outcome, identification);
        const isBare = reply.code === replyCodes.poorlyFormedRequest && !bound.has(x.mobileNode);
        return isBare ? without(reply, 'mnHa') : reply;
      },
    };
  }),
  fault(
    'fa-ha-missing-in-denial',
    'HA-23',
    'Leaves FA-HA out of denials.',
    onReply((reply) => (reply.code > 1 ? without(reply, 'faHa') : reply)),
  ),

  // --- Identification ---
  fault('denial-keeps-nonce', 'HA-18', 'Sends no new nonce in denials, but for code 133.', (rules, config) => ({
    replyIdentification: (x, code, state) =>
      config.replay === 'nonces' && code > 1 && code !== identificationMismatch
        ? x.request.identification
        : rules.replyIdentification(x, code, state),
  })),
  fault('skew-of-one-second', 'HA-12', 'Refuses timestamps that are off by more than a second.', (rules) => ({
    checkIdentification: (x, state) => {
      const seconds = Math.floor(x.at / 1000) + 2208988800;
      const off = Math.abs(high32(x.request.identification) - (seconds % 2 ** 32));
      return off > 1 ? identificationMismatch : rules.checkIdentification(x, state);
    },
  })),
  fault('nonce-never-changes', 'HA-18', 'Gives the same nonce every time.', (rules, config) => ({
    checkIdentification: (x, state) => (config.replay === 'nonces' ? undefined : rules.checkIdentification(x, state)),
    replyIdentification: (x, code, state) =>
      config.replay === 'nonces'
        ? (7n << 32n) | (x.request.identification & 0xffffffffn)
        : rules.replyIdentification(x, code, state),
  })),
  fault(
    'denied-mark-kept',
    'HA-13',
    'Remembers the Identification of requests that it denies for another reason.',
    (rules) => ({
      checkHomeAgent: (x, state) => {
        const refusal = rules.checkHomeAgent(x, state);
        if (refusal !== undefined) rules.remember(x, state);
        return refusal;
      },
    }),
  ),

  // --- fields ---
  refusing(
    'broadcast-refused',
    'HA-53',
    'Refuses the B bit, with code 129.',
    (x) => x.request.broadcast,
    administrativelyProhibited,
  ),
  refusing(
    'reserved-bits-wrong-code',
    'HA-27',
    'Refuses the reserved bits of a request with code 129.',
    (x) => x.request.reservedR || x.request.reservedX,
    administrativelyProhibited,
  ),
  refusing(
    'direct-delivery-refused',
    'HA-59',
    'Refuses requests without T, with code 129.',
    (x) => !x.request.reverseTunneling && x.request.lifetime > 0,
    administrativelyProhibited,
  ),
  fault('limit-wrong-code', 'HA-35', 'Refuses bindings beyond its limit with code 129.', (rules) => ({
    checkRoom: (x, state) => (rules.checkRoom(x, state) === undefined ? undefined : administrativelyProhibited),
  })),
  fault('wrong-home-agent-silent', 'HA-54', 'Says nothing to a request for another home agent.', (rules) => ({
    checkHomeAgent: (x, state) => (rules.checkHomeAgent(x, state) === undefined ? undefined : ('discard' as const)),
  })),
  fault('first-address-named', 'HA-26', 'Names its first address as home agent in every reply.', (rules, config) => ({
    buildReply: (x, outcome, identification) => ({
      ...rules.buildReply(x, outcome, identification),
      homeAgent: config.addresses[0] ?? '0.0.0.0',
    }),
  })),
  fault('known-home-address-not-copied', 'HA-36', 'Answers a request for a home address with HoA 0.', (rules) => ({
    buildReply: (x, outcome, identification) => {
      const reply = rules.buildReply(x, outcome, identification);
      return x.homeAddress !== 0 && outcome.code <= 1 ? { ...reply, homeAddress: '0.0.0.0' } : reply;
    },
  })),
  fault('well-known-port-refused', 'HA-43', 'Sends what is for port 434 to port 1434.', (rules) => ({
    addressReply: (x) => {
      const to = rules.addressReply(x);
      return to?.remote.port === 434 ? { ...to, remote: { ...to.remote, port: 1434 } } : to;
    },
  })),
  outerFault(
    'reply-from-next-port',
    'HA-42',
    'Sends replies from the port behind the one that the request went to.',
    mapOutputs((output) => (output.kind === 'udp' ? fromNextPort(output) : output)),
  ),
  fault(
    'access-technology-returned',
    'LG-26',
    'Puts an Access Technology extension into replies.',
    onReply((reply) => ({
      ...reply,
      extensions: [{ name: 'pmipSkippable', subType: 4, data: Uint8Array.of(1, 1) }, ...reply.extensions],
    })),
  ),

  // --- time ---
  outerFault(
    'speaks-on-expiry',
    'HA-50',
    'Repeats its reply when the lifetime in it is over.',
    (agent, { dialect }) => {
      const sent: { readonly until: number; readonly output: AgentOutput }[] = [];
      return {
        step: (input, now) => {
          const over = sent.filter(({ until }) => until <= now);
          for (const one of over) sent.splice(sent.indexOf(one), 1);
          const outputs = agent.step(input, now);
          for (const output of outputs) {
            const reply = output.kind === 'udp' ? decodeRrp(output.payload, dialect) : undefined;
            if (reply?.ok && reply.value.lifetime > 0) sent.push({ until: now + reply.value.lifetime * 1000, output });
          }
          return [...outputs, ...over.map(({ output }) => output)];
        },
        deadline: () => agent.deadline(),
      };
    },
  ),

  // --- what it cannot bear ---
  dyingOf('dies-of-one-octet', 'Stops for good after a message of one octet.', (p) => p.length === 1),
  dyingOf(
    'dies-of-short-message',
    'Stops for good after a message of 2 to 22 octets.',
    (p) => p.length > 1 && p.length < 23,
  ),
  dyingOf('dies-of-23-octets', 'Stops for good after a message that lacks one octet.', (p) => p.length === 23),
  dyingOf('dies-of-extension-cut-by-one', 'Stops for good after an extension that lacks one octet.', (p) =>
    hasExtension(p, (_type, length, left) => length === left + 1),
  ),
  dyingOf('dies-of-overlong-extension', 'Stops for good after an extension that lacks more than one octet.', (p) =>
    hasExtension(p, (_type, length, left) => length > left + 1),
  ),
  dyingOf('dies-of-short-authentication', 'Stops for good after an authentication extension without an SPI.', (p) =>
    hasExtension(p, (type, length) => type === 32 && length < 4),
  ),
];
