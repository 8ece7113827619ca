/** More faults of the data plane: when tunnels exist, what they carry, and what the GRE header says. */
import type { Agent, AgentInput } from '../../agents/agent.js';
import type { Binding, BindingTerms } from '../../agents/ha-bindings.js';
import type { Delivery, HaRules } from '../../agents/ha-rules.js';
import { headerLength, ip, packetIn, putHeader, putU16, sealHeader, u16At, u32At } from '../../agents/octets.js';
import { onesComplement } from '../../wire/checksum.js';
import { etherTypes } from '../../wire/gre.js';
import { icmpTypes } from '../../wire/icmp.js';
import { ipProtocols } from '../../wire/ipv4.js';
import { ipv4Number } from '../../wire/text.js';
import { isGre, withGreChecksum } from '../gre-field.js';
import { beforeTunnel, type Change, fault, mapTunnelPackets, outerFault } from './make.js';
import type { Fault } from './types.js';

const nowhere: Delivery = { home: false, tunnels: [] };

const isNormal = ({ terms }: Binding): boolean => terms.tunnel !== 'l2';
const destinationOf = (packet: Uint8Array): number => u32At(packet, ip.destination);
const isBroadcast = (address: number): boolean => (address & 0xff) === 0xff;

/** Changes the packets for home addresses on their way into the tunnel. */
const tunnelling = (change: (packet: Uint8Array, binding: Binding) => Uint8Array): Change => {
  return (rules) => ({ prepare: (packet, binding) => change(rules.prepare(packet, binding).slice(), binding) });
};

/** Goes on tunnelling for bindings that were removed for one reason, as long as no other has the home address. */
const remembering = (wanted: (cause: string) => boolean): Change => {
  return (rules) => {
    const gone = new Map<number, Binding>();
    return {
      remove: (binding, cause, state) => {
        if (wanted(cause) && isNormal(binding)) gone.set(binding.node.homeAddress, binding);
        rules.remove(binding, cause, state);
      },
      deliver: (packet, from, state) => {
        const left = gone.get(destinationOf(packet));
        if (!left || state.bindings.atHome(destinationOf(packet))) return rules.deliver(packet, from, state);
        return { home: false, tunnels: [left] };
      },
    };
  };
};

/** Takes reverse packets that fit terms which a later registration replaced or ended. */
const acceptingOld = (): Change => {
  return (rules) => {
    const old = new Map<string, { readonly binding: Binding; readonly terms: BindingTerms }>();
    const keep = (binding: Binding): void => {
      old.set(`${binding.node.homeAddress} ${binding.terms.careOf}`, { binding, terms: binding.terms });
    };
    return {
      remove: (binding, cause, state) => {
        if (cause === 'superseded') keep(binding);
        rules.remove(binding, cause, state);
      },
      acceptReverse: (frame, state) => {
        const right = rules.acceptReverse(frame, state);
        if (right || frame.protocol !== etherTypes.ipv4) return right;
        const source = u32At(frame.payload, ip.source);
        const known = old.get(`${source} ${frame.source}`);
        const fits = known?.terms.tunnel === frame.kind && known.terms.reverseKey === frame.key;
        return fits ? known.binding : undefined;
      },
    };
  };
};

/** The binding of the inner source, if the outer source is its care-of address. */
const bindingOf = (frame: Parameters<HaRules['acceptReverse']>[0], state: Parameters<HaRules['acceptReverse']>[1]) => {
  const inner = packetIn(frame.payload);
  const node = inner && state.bindings.atHome(u32At(inner, ip.source));
  return node?.bindings.find(({ terms }) => terms.careOf === frame.source);
};

/** An ICMP error about a packet, RFC 792: its header and 8 octets are quoted. */
function unreachable(about: Uint8Array): Uint8Array {
  const whole = new Uint8Array(28 + Math.min(about.length, 28));
  whole.set(about.subarray(0, 28), 28);
  whole.set([icmpTypes.unreachable, 2], 20);
  putU16(whole, 22, onesComplement(whole.subarray(20)));
  putHeader(whole, { protocol: ipProtocols.icmp, source: destinationOf(about), destination: u32At(about, ip.source) });
  return whole;
}

/** Adds outputs for tunnel packets that the agent says nothing to. */
const answeringSilence =
  (answer: (packet: Uint8Array) => Uint8Array | undefined) =>
  (agent: Agent): Agent => ({
    step: (input: AgentInput, now: number) => {
      const outputs = agent.step(input, now);
      const bytes = input.kind === 'packet' && outputs.length === 0 ? answer(input.bytes) : undefined;
      return bytes ? [{ kind: 'packet', bytes }] : outputs;
    },
    deadline: () => agent.deadline(),
  });

/** Puts a checksum, and the field behind it, into the GRE packets that are sent. */
const sendingChecksums = (wrong: number, reserved1: number) =>
  mapTunnelPackets((packet) => withGreChecksum(packet, { wrong, reserved1 }));

const withSequence = (accept: (sequence: number, binding: Binding) => boolean): Change => {
  return () => ({
    acceptSequence: ({ sequence }, binding) => sequence === undefined || accept(sequence, binding),
  });
};

export const tunnelFaults: readonly Fault[] = [
  fault('nothing-tunnelled', 'TN-01', 'Takes packets for home addresses, and loses them.', (rules) => ({
    deliver: (packet, from, state) => {
      const delivery = rules.deliver(packet, from, state);
      return delivery.tunnels.length > 0 ? nowhere : delivery;
    },
  })),
  fault(
    'inner-payload-spoilt',
    'TN-01',
    'Clears the last octet of packets that it tunnels.',
    tunnelling((packet) => {
      packet[packet.length - 1] = 0;
      return packet;
    }),
  ),
  fault(
    'inner-identification-cleared',
    'TN-01',
    'Clears the Identification of packets that it tunnels.',
    tunnelling((packet) => {
      putU16(packet, 4, 0);
      sealHeader(packet);
      return packet;
    }),
  ),
  fault('outer-source-gateway', 'TN-02', 'Tunnels from the address of its gateway.', (rules, config) => ({
    tunnelEnds: (binding) => ({ ...rules.tunnelEnds(binding), source: ipv4Number(config.gateway.ipv4) ?? 0 }),
  })),
  fault('gre-session-in-ip-in-ip', 'TN-03', 'Tunnels in IP-in-IP although GRE is agreed on.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) => {
      const inPlain = { ...binding, terms: { ...binding.terms, tunnel: 'ip-in-ip' } } as const;
      return rules.encapsulate(binding.terms.tunnel === 'gre' ? inPlain : binding, ends, key, protocol, payload);
    },
  })),
  fault('ip-in-ip-session-in-gre', 'TN-09', 'Tunnels in GRE although IP-in-IP is agreed on.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) => {
      const inGre = { ...binding, terms: { ...binding.terms, tunnel: 'gre' } } as const;
      return rules.encapsulate(binding.terms.tunnel === 'ip-in-ip' ? inGre : binding, ends, key, protocol, payload);
    },
  })),
  fault('ip-in-ip-not-decapsulated', 'TN-16', 'Does not decapsulate IP-in-IP.', (rules) => ({
    acceptReverse: (frame, state) => (frame.kind === 'ip-in-ip' ? undefined : rules.acceptReverse(frame, state)),
  })),
  fault('gre-not-decapsulated', 'TN-05', 'Does not decapsulate IPv4 in GRE.', (rules) => ({
    acceptReverse: (frame, state) =>
      frame.kind === 'gre' && frame.protocol === etherTypes.ipv4 ? undefined : rules.acceptReverse(frame, state),
  })),
  fault('any-address-tunnelled', 'TN-04', 'Tunnels packets for addresses without binding to some MN.', (rules) => ({
    deliver: (packet, from, state) => {
      const delivery = rules.deliver(packet, from, state);
      const isHost = (destinationOf(packet) & 0xff) >= 0x80 && !isBroadcast(destinationOf(packet));
      const some = [...state.bindings.all()].filter(isNormal).at(-1);
      return delivery.tunnels.length === 0 && isHost && some ? { home: false, tunnels: [some] } : delivery;
    },
  })),
  fault(
    'tunnels-after-deregistration',
    'TN-04',
    'Goes on tunnelling for mobile nodes that deregistered.',
    remembering((cause) => cause === 'deregistered'),
  ),
  fault(
    'tunnels-after-expiry',
    'TN-04',
    'Goes on tunnelling for bindings whose lifetime is over.',
    remembering((cause) => cause === 'expired'),
  ),
  fault('tunnels-when-denied', 'TN-04', 'Makes a binding for requests that it denies.', (rules) => ({
    checkAuthentication: (x, state) => {
      const refusal = rules.checkAuthentication(x, state);
      const key = x.greKey?.key;
      const terms = rules.terms(x, { reverse: key, forward: key, reply: key });
      if (refusal !== undefined && x.homeAddress !== 0) {
        rules.enter(x, x.homeAddress, terms, x.at + 600_000, state);
      }
      return refusal;
    },
  })),
  fault('old-care-of-address-accepted', 'TN-15', 'Takes packets from the old care-of address.', acceptingOld()),
  fault('gre-in-ip-in-ip-session', 'TN-07', 'Takes GRE in an IP-in-IP session.', (rules) => ({
    acceptReverse: (frame, state) => {
      const found = frame.kind === 'gre' ? bindingOf(frame, state) : undefined;
      return found?.terms.tunnel === 'ip-in-ip' ? found : rules.acceptReverse(frame, state);
    },
  })),
  fault('ip-in-ip-anywhere', 'TN-07', 'Takes IP-in-IP from anybody.', (rules) => ({
    acceptReverse: (frame, state) => {
      const right = rules.acceptReverse(frame, state);
      return right ?? (frame.kind === 'ip-in-ip' ? [...state.bindings.all()].find(isNormal) : undefined);
    },
  })),
  outerFault(
    'icmp-for-refused',
    'TN-06',
    'Answers tunnel packets that it drops with an ICMP error.',
    answeringSilence(unreachable),
  ),
  fault('loops', 'TN-11', 'Tunnels what its own tunnel brought back.', (rules) => ({
    deliver: (packet, from, state) => {
      const bindings = state.bindings.atHome(destinationOf(packet))?.bindings.filter(isNormal) ?? [];
      return bindings.length > 0 ? { home: false, tunnels: bindings } : rules.deliver(packet, from, state);
    },
  })),
  fault('no-nesting', 'TN-12', 'Drops packets to home addresses that are tunnelled already.', (rules) => ({
    deliver: (packet, from, state) =>
      packet[ip.protocol] === ipProtocols.ipInIp ? nowhere : rules.deliver(packet, from, state),
  })),
  fault('broadcasts-for-all', 'TN-13', 'Sends broadcasts to mobile nodes that did not ask for them.', (rules) => ({
    deliver: (packet, from, state) => {
      const delivery = rules.deliver(packet, from, state);
      if (!isBroadcast(destinationOf(packet))) return delivery;
      return { ...delivery, tunnels: [...state.bindings.all()].filter((b) => isNormal(b) && b !== from) };
    },
  })),
  fault('broadcasts-not-wrapped', 'TN-13', 'Sends broadcasts as they are to mobile nodes without D.', (rules) => ({
    prepare: (packet, binding) => (isBroadcast(destinationOf(packet)) ? packet : rules.prepare(packet, binding)),
  })),
  fault('no-reassembly', 'GR-16', 'Drops tunnel packets that came in fragments.', (rules) => ({
    // the system puts them together, so their length is what tells
    readTunnel: (packet) => (packet.length > 1500 ? undefined : rules.readTunnel(packet)),
  })),
  fault('ttl-one-forwarded', 'GR-09', 'Forwards packets whose time to live is over.', (rules) => ({
    age: (packet) => rules.age(packet) ?? packet,
  })),
  outerFault(
    'encapsulator-reached',
    'GR-10',
    'Sends packets whose inner destination is the care-of address there, as they are.',
    answeringSilence((packet) => {
      const at = headerLength(packet) + 8;
      const inner = isGre(packet) ? packetIn(packet.subarray(at)) : undefined;
      return inner && destinationOf(inner) === u32At(packet, ip.source) ? inner.slice() : undefined;
    }),
  ),
  outerFault('gre-checksum-wrong', 'GR-04', 'Sends wrong checksums.', sendingChecksums(1, 0)),
  outerFault('gre-reserved1-set', 'GR-06', 'Sends checksums with something in Reserved1.', sendingChecksums(0, 1)),
  fault(
    'gre-odd-checksum-refused',
    'GR-04',
    'Drops packets with a checksum over an odd number of octets.',
    (rules) => ({
      readTunnel: (packet) =>
        isGre(packet) && u16At(packet, headerLength(packet)) & 0x8000 && packet.length % 2 === 1
          ? undefined
          : rules.readTunnel(packet),
    }),
  ),
  fault('gre-type-ipv6', 'GR-08', 'Sends IPv4 with protocol type 0x86dd.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) =>
      rules.encapsulate(binding, ends, key, protocol === etherTypes.ipv4 ? etherTypes.ipv6 : protocol, payload),
  })),
  fault('gre-recursion-bits-refused', 'GR-03', 'Drops packets with the recursion bits of RFC 1701.', (rules) => ({
    readTunnel: (packet) =>
      isGre(packet) && (u16At(packet, headerLength(packet)) & 0x0300) !== 0 ? undefined : rules.readTunnel(packet),
  })),
  fault(
    'gre-routing-bit-ignored',
    'GR-02',
    'Takes packets with the routing bit of RFC 1701, and finds no routing in them.',
    beforeTunnel((packet) => {
      const at = headerLength(packet);
      if (isGre(packet)) putU16(packet, at, u16At(packet, at) & ~0x4000);
      return packet;
    }),
  ),
  fault(
    'gre-gap-refused',
    'GR-14',
    'Takes no packet before those that come before it.',
    withSequence((sequence, binding) => {
      if (sequence !== (binding.sequence + 1) >>> 0) return false;
      binding.sequence = sequence;
      return true;
    }),
  ),
  fault('gre-sequence-shared', 'GR-14', 'Counts the sequence numbers of all keys together.', (rules, config) => {
    let last = 0xffffffff;
    return withSequence((sequence) => {
      if (((sequence - last) | 0) <= 0) return false;
      last = sequence;
      return true;
    })(rules, config);
  }),
  fault(
    'gre-unnumbered-refused',
    'GR-13',
    'Takes no packet without a sequence number once it has seen one.',
    (rules) => ({
      acceptSequence: (frame, binding) =>
        frame.sequence === undefined ? binding.sequence === 0xffffffff : rules.acceptSequence(frame, binding),
    }),
  ),
];
