/** Faults that only hostile input brings to light: crashes, hangs and misreadings of what is malformed or merely rare. */
import type { Agent, AgentInput } from '../../agents/agent.js';
import type { HomeAgentConfig } from '../../agents/ha-config.js';
import { headerLength, ip, u16At } from '../../agents/octets.js';
import { extensionType, type Extension } from '../../wire/extensions.js';
import { decodeRrq, type Rrq } from '../../wire/mobileip.js';
import { ipProtocols } from '../../wire/ipv4.js';
import { greFlags } from '../gre-field.js';
import { fault, onExtension, onReply, outerFault } from './make.js';
import type { Fault } from './types.js';

type Trigger = (input: AgentInput, config: HomeAgentConfig) => boolean;

const never = (): never => {
  throw new Error('the device met what its authors did not think of');
};

/** Ends the process, as a wrong pointer would. */
const crashing = (id: string, sentence: string, when: Trigger): Fault =>
  outerFault(id, 'HA-31', `Crashes on ${sentence}.`, (agent, config) => ({
    step: (input, now) => (when(input, config) ? never() : agent.step(input, now)),
    deadline: () => agent.deadline(),
  }));

/** Never does anything again, as an endless loop would have it. */
const hanging = (id: string, sentence: string, when: Trigger): Fault =>
  outerFault(id, 'HA-31', `Hangs on ${sentence}.`, (agent, config): Agent => {
    let hangs = false;
    return {
      step(input, now) {
        hangs ||= when(input, config);
        return hangs ? [] : agent.step(input, now);
      },
      deadline: () => (hangs ? undefined : agent.deadline()),
    };
  });

const request =
  (test: (rrq: Rrq, config: HomeAgentConfig) => boolean): Trigger =>
  (input, config) => {
    const decoded = input.kind === 'udp' ? decodeRrq(input.payload, config.dialect) : undefined;
    return decoded?.ok === true && test(decoded.value, config);
  };

const extension = (test: (e: Extension, config: HomeAgentConfig) => boolean): Trigger =>
  request((rrq, config) => rrq.extensions.some((e) => test(e, config)));

const count = (rrq: Rrq, name: Extension['name']): number => rrq.extensions.filter((e) => e.name === name).length;

/** The GRE packet of a tunnel packet. */
const tunnel =
  (test: (gre: Uint8Array, flags: number) => boolean): Trigger =>
  (input) => {
    if (input.kind !== 'packet' || input.bytes[ip.protocol] !== ipProtocols.gre) return false;
    const octets = input.bytes.subarray(headerLength(input.bytes));
    return test(octets, octets.length >= 2 ? u16At(octets, 0) : 0);
  };

const optional = (flags: number): number =>
  Object.values(greFlags).reduce((sum, bit) => sum + (flags & bit ? 4 : 0), 4);

const crashes: readonly Fault[] = [
  crashing(
    'crash-length-0',
    'an extension of length 0',
    extension((e) => e.name === 'raw' && e.data.length === 0),
  ),
  crashing(
    'crash-length-past-end',
    'an extension that points past the end',
    extension((e) => e.name === 'tail'),
  ),
  crashing(
    'crash-two-keys',
    'two GRE Key extensions',
    request((rrq) => count(rrq, 'greKey') > 1),
  ),
  crashing(
    'crash-key-ones',
    'key 0xffffffff',
    extension((e) => e.name === 'greKey' && e.key === 0xffffffff),
  ),
  crashing(
    'crash-key-sign',
    'a key with its highest bit alone',
    extension((e) => e.name === 'greKey' && e.key === 0x80000000),
  ),
  crashing(
    'crash-nai-255',
    'an NAI of 255 octets',
    extension((e) => e.name === 'nai' && e.nai.length === 255),
  ),
  crashing(
    'crash-nai-empty',
    'an empty NAI',
    extension((e) => e.name === 'nai' && e.nai === ''),
  ),
  crashing(
    'crash-two-nais',
    'two NAIs',
    request((rrq) => count(rrq, 'nai') > 1),
  ),
  crashing(
    'crash-many-extensions',
    'more than 12 extensions',
    request((rrq) => rrq.extensions.length > 12),
  ),
  crashing(
    'crash-short-message',
    'a message shorter than the fixed part',
    (input) => input.kind === 'udp' && input.payload.length < 24,
  ),
  crashing(
    'crash-short-authenticator',
    'an authenticator of fewer than 16 octets',
    extension((e) => e.name === 'mnHa' && (e.authenticator?.length ?? 0) < 16),
  ),
  crashing(
    'crash-spi-0',
    'SPI 0',
    extension((e) => e.name === 'mnHa' && e.spi === 0),
  ),
  crashing(
    'crash-vendor-extension',
    'a vendor extension',
    extension((e) => e.name === 'criticalVendor'),
  ),
  crashing(
    'crash-care-of-0',
    'a care-of address of zeros',
    request((rrq) => rrq.careOfAddress === '0.0.0.0'),
  ),
  crashing(
    'crash-key-without-key',
    'a GRE Key extension too short for its key',
    extension((e, { dialect }) => e.name === 'raw' && e.type === dialect.greKeyType && e.data.length < 6),
  ),
  crashing(
    'crash-gre-checksum-and-key',
    'GRE packets with checksum and key',
    tunnel((_, flags) => (flags & greFlags.checksum) !== 0 && (flags & greFlags.key) !== 0),
  ),
  crashing(
    'crash-gre-short',
    'a GRE header cut short',
    tunnel((gre, flags) => gre.length < optional(flags)),
  ),
  crashing(
    'crash-frame-short',
    'an Ethernet frame shorter than its header',
    tunnel((gre, flags) => gre.length >= 4 && u16At(gre, 2) === 0x6558 && gre.length - optional(flags) < 14),
  ),
];

const hangs: readonly Fault[] = [
  hanging(
    'hang-unknown-type',
    'an extension of a type that may be skipped and is not known',
    extension((e, { dialect }) => e.name === 'raw' && (extensionType(e, dialect) ?? 0) >= 200),
  ),
  hanging(
    'hang-pads',
    'two pads',
    request((rrq) => count(rrq, 'pad') > 1),
  ),
  hanging(
    'hang-lifetime-infinite',
    'a lifetime without end',
    request((rrq) => rrq.lifetime === 0xffff),
  ),
  hanging(
    'hang-home-address-ones',
    'a home address of ones',
    request((rrq) => rrq.homeAddress === '255.255.255.255'),
  ),
  hanging(
    'hang-gre-sequence',
    'GRE sequence numbers of 2^31 and more',
    tunnel((gre, flags) => {
      const at = optional(flags) - 4;
      return (flags & greFlags.sequence) !== 0 && ((gre[at] ?? 0) & 0x80) !== 0;
    }),
  ),
];

const misreadings: readonly Fault[] = [
  fault(
    'overlong-extension-cut',
    'HA-31',
    'Takes an extension that points past the end for one that ends there.',
    (rules) => ({
      understand: (datagram, state) => {
        const x = rules.understand(datagram, state);
        if (x?.request.extensions.at(-1)?.name !== 'tail') return x;
        const extensions = x.request.extensions.slice(0, -1);
        return { ...x, request: { ...x.request, extensions }, malformed: undefined };
      },
    }),
  ),
  fault(
    'empty-authenticator-accepted',
    'HA-05',
    'Compares as many octets of the authenticator as there are.',
    (rules) => ({
      checkAuthentication: (x, state) => {
        const [only] = x.mnHa;
        return only && (only.authenticator?.length ?? 0) === 0 ? undefined : rules.checkAuthentication(x, state);
      },
    }),
  ),
  fault('unknown-behind-mn-ha-skipped', 'HA-28', 'Looks at no extension behind MN-HA.', (rules) => ({
    checkExtensions: (x, state) => {
      const end = x.request.extensions.findIndex((e) => e.name === 'mnHa') + 1;
      const extensions = end > 0 ? x.request.extensions.slice(0, end) : x.request.extensions;
      return rules.checkExtensions({ ...x, request: { ...x.request, extensions } }, state);
    },
  })),
  fault(
    'short-key-extension-accepted',
    'HA-31',
    'Accepts a GRE Key extension of any length, as if there were none.',
    (rules) => ({
      understand: (datagram, state) => {
        const x = rules.understand(datagram, state);
        const isBroken = x?.request.extensions.some((e) => e.name === 'raw' && e.type === 48);
        return x && isBroken && !x.request.extensions.some((e) => e.name === 'tail')
          ? { ...x, malformed: undefined }
          : x;
      },
    }),
  ),
  fault(
    'nai-cut-at-64',
    'HA-38',
    'Keeps 64 octets of an NAI.',
    onReply((reply) => onExtension(reply, (e) => (e.name === 'nai' ? { ...e, nai: e.nai.slice(0, 64) } : e))),
  ),
  fault(
    'key-ones-answered-with-0',
    'TS-19',
    'Adds one to the key of the request and lets it wrap round.',
    onReply((reply, x) =>
      onExtension(reply, (e) => (e.name === 'greKey' && x.greKey?.key === 0xffffffff ? { ...e, key: 0 } : e)),
    ),
  ),
  fault('lifetime-rounded-up', 'HA-48', 'Takes 65534 seconds for no end.', (rules) => ({
    grantLifetime: (x) => (x.request.lifetime === 0xfffe ? 0xffff : rules.grantLifetime(x)),
  })),
  outerFault('stale-reply', 'HA-50', 'Sends its last reply again when a message is too short.', (agent) => {
    let last: readonly Extract<ReturnType<Agent['step']>[number], { kind: 'udp' }>[] = [];
    return {
      step(input, now) {
        if (input.kind === 'udp' && input.payload.length < 24) return last;
        const outputs = agent.step(input, now);
        const replies = outputs.filter((o): o is (typeof last)[number] => o.kind === 'udp');
        if (replies.length > 0) last = replies;
        return outputs;
      },
      deadline: () => agent.deadline(),
    };
  }),
  outerFault('replies-twice', 'HA-50', 'Answers twice when B and S are set.', (agent, config) => {
    const isBoth = request((rrq) => rrq.broadcast && rrq.simultaneous);
    return {
      step(input, now) {
        const outputs = agent.step(input, now);
        return isBoth(input, config) ? [...outputs, ...outputs.filter((o) => o.kind === 'udp')] : outputs;
      },
      deadline: () => agent.deadline(),
    };
  }),
  fault(
    'denial-amplified',
    'HA-07',
    'Quotes itself at length in denials of code 131.',
    onReply((reply) =>
      reply.code === 131
        ? { ...reply, extensions: [...reply.extensions, ...Array.from({ length: 8 }, () => quotation)] }
        : reply,
    ),
  ),
  fault('gre-key-0-accepted', 'TN-06', 'Takes packets with key 0 for those of any MN.', (rules) => ({
    acceptReverse: (frame, state) => {
      if (frame.key !== 0) return rules.acceptReverse(frame, state);
      for (const { terms } of state.bindings.all()) {
        const found = terms.careOf === frame.source && rules.acceptReverse({ ...frame, key: terms.reverseKey }, state);
        if (found) return found;
      }
      return undefined;
    },
  })),
];

const quotation: Extension = { name: 'raw', type: 220, data: new Uint8Array(250) };

export const haFuzzFaults: readonly Fault[] = [...crashes, ...hangs, ...misreadings];
