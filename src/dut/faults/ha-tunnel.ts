/** Faults of the data plane: RFC 2784, RFC 2890, RFC 3024 §4.3, RFC 3344 §4.2, draft §5.2. */
import type { Binding } from '../../agents/ha-bindings.js';
import { allPorts } from '../../agents/ha-bridging.js';
import type { HaRules } from '../../agents/ha-rules.js';
import type { HaState } from '../../agents/ha-state.js';
import { headerLength, ip, macAt, putU16, putU32, sealHeader, u16At, u32At } from '../../agents/octets.js';
import { onesComplement } from '../../wire/checksum.js';
import { etherTypes } from '../../wire/gre.js';
import { ipv4Number } from '../../wire/text.js';
import { isGre } from '../gre-field.js';
import { beforeTunnel, type Change, fault, mapTunnelPackets, outerFault } from './make.js';
import type { Fault } from './types.js';

const greAt = headerLength;

/** Clears bits of the first GRE word, so that the agent does not see them; a checksum is made right again. */
const ignoringBits = (mask: number): Change =>
  beforeTunnel((packet) => {
    if (!isGre(packet)) return packet;
    const at = greAt(packet);
    const flags = u16At(packet, at);
    if ((flags & mask) === 0) return packet;
    putU16(packet, at, flags & ~mask);
    if (flags & 0x8000) {
      putU16(packet, at + 4, 0);
      putU16(packet, at + 4, onesComplement(packet.subarray(at)));
    }
    return packet;
  });

/** Drops GRE packets whose first word has one of these bits. */
const refusingBits = (mask: number): Change => {
  return (rules) => ({
    readTunnel: (packet) =>
      isGre(packet) && (u16At(packet, greAt(packet)) & mask) !== 0 ? undefined : rules.readTunnel(packet),
  });
};

/** Accepts what the rules accept, and otherwise the first binding that fits. */
const alsoAccepting = (
  fits: (binding: Binding, frame: Parameters<HaRules['acceptReverse']>[0], state: HaState) => boolean,
): Change => {
  return (rules) => ({
    acceptReverse: (frame, state) => {
      const right = rules.acceptReverse(frame, state);
      if (right) return right;
      for (const binding of state.bindings.all()) if (fits(binding, frame, state)) return binding;
      return undefined;
    },
  });
};

const carriesFrames = (protocol: number): boolean => protocol === etherTypes.transparentEthernetBridging;
const innerSource = (payload: Uint8Array): number => u32At(payload, ip.source);
const ownsSource = (binding: Binding, payload: Uint8Array): boolean =>
  binding.node.homeAddress !== 0 && binding.node.homeAddress === innerSource(payload);

const isBroadcastFrame = (frame: Uint8Array): boolean => ((frame[0] ?? 0) & 1) === 1;

/** Changes the GRE header of what is sent. */
const sending = (change: (packet: Uint8Array, greOffset: number) => Uint8Array) =>
  mapTunnelPackets((packet) => (isGre(packet) ? change(packet, greAt(packet)) : packet));

const withoutKey = (packet: Uint8Array, at: number): Uint8Array => {
  const shorter = new Uint8Array(packet.length - 4);
  shorter.set(packet.subarray(0, at + 4));
  shorter.set(packet.subarray(at + 8), at + 4);
  putU16(shorter, at, u16At(packet, at) & ~0x2000);
  putU16(shorter, ip.totalLength, shorter.length);
  sealHeader(shorter);
  return shorter;
};

export const haTunnelFaults: readonly Fault[] = [
  fault(
    'source-not-checked',
    'TN-06',
    'Takes reverse tunnel packets from any outer source.',
    alsoAccepting(
      ({ terms, node }, frame) =>
        terms.reverseKey === frame.key &&
        (carriesFrames(frame.protocol)
          ? terms.tunnel === 'l2'
          : terms.tunnel === frame.kind && node.homeAddress === innerSource(frame.payload)),
    ),
  ),
  fault(
    'inner-source-not-checked',
    'TN-06',
    'Takes any inner source from a care-of address that has a binding.',
    alsoAccepting(
      ({ terms }, frame) =>
        terms.tunnel === frame.kind && terms.careOf === frame.source && terms.reverseKey === frame.key,
    ),
  ),
  fault(
    'wrong-key-accepted',
    'GR-11',
    'Takes reverse tunnel packets with any key.',
    alsoAccepting(
      (binding, frame) =>
        frame.kind === 'gre' &&
        frame.key !== undefined &&
        binding.terms.careOf === frame.source &&
        (carriesFrames(frame.protocol)
          ? binding.terms.tunnel === 'l2'
          : binding.terms.tunnel === 'gre' && ownsSource(binding, frame.payload)),
    ),
  ),
  fault(
    'forward-key-accepted',
    'TS-16',
    'Takes the forward key on the reverse tunnel as well.',
    alsoAccepting(
      (binding, frame) =>
        frame.key !== undefined &&
        binding.terms.careOf === frame.source &&
        binding.terms.forwardKey === frame.key &&
        (carriesFrames(frame.protocol)
          ? binding.terms.tunnel === 'l2'
          : binding.terms.tunnel === 'gre' && ownsSource(binding, frame.payload)),
    ),
  ),
  fault(
    'missing-key-accepted',
    'TN-07',
    'Takes GRE without a key in a session with keys.',
    alsoAccepting(
      (binding, frame) =>
        frame.kind === 'gre' &&
        frame.key === undefined &&
        binding.terms.careOf === frame.source &&
        binding.terms.tunnel === 'gre' &&
        ownsSource(binding, frame.payload),
    ),
  ),
  fault(
    'ip-in-ip-accepted',
    'TN-07',
    'Takes IP-in-IP in a GRE session.',
    alsoAccepting(
      (binding, frame) =>
        frame.kind === 'ip-in-ip' &&
        binding.terms.careOf === frame.source &&
        binding.terms.tunnel === 'gre' &&
        ownsSource(binding, frame.payload),
    ),
  ),
  fault('bare-ipv4-in-l2-session', 'TN-07', 'Takes IPv4 without a frame under the key of an L2 tunnel.', (rules) => ({
    acceptReverse: (frame, state) => {
      const right = rules.acceptReverse(frame, state);
      if (right || carriesFrames(frame.protocol) || frame.key === undefined) return right;
      const l2 = state.bindings.l2At(frame.source, frame.key);
      return l2 && { ...l2, terms: { ...l2.terms, tunnel: 'gre' } };
    },
  })),
  fault(
    'frames-in-packet-session',
    'TN-07',
    'Takes Ethernet frames under the key of a tunnel for packets.',
    (rules) => ({
      acceptReverse: (frame, state) => {
        const right = rules.acceptReverse(frame, state);
        if (right || !carriesFrames(frame.protocol) || frame.key === undefined) return right;
        for (const binding of state.bindings.all()) {
          const { careOf, reverseKey } = binding.terms;
          if (careOf !== frame.source || reverseKey !== frame.key) continue;
          return { ...binding, terms: { ...binding.terms, tunnel: 'l2' } };
        }
        return undefined;
      },
    }),
  ),
  fault('l2-inner-source-checked', 'TS-34', 'Applies the inner source check to IPv4 in L2 tunnels.', (rules) => ({
    acceptReverse: (frame, state) => {
      const binding = rules.acceptReverse(frame, state);
      const isIpv4 = u16At(frame.payload, 12) === etherTypes.ipv4;
      if (!binding || binding.terms.tunnel !== 'l2' || !isIpv4) return binding;
      return innerSource(frame.payload.subarray(14)) === binding.node.homeAddress ? binding : undefined;
    },
  })),
  fault('l2-only-ip', 'TS-13', 'Carries only IPv4 and ARP through L2 tunnels.', (rules) => ({
    bridge: (frame, ingress, state) => {
      const type = u16At(frame, 12);
      return type === etherTypes.ipv4 || type === etherTypes.arp ? rules.bridge(frame, ingress, state) : [];
    },
  })),
  fault('l2-broadcast-lost', 'TS-13', 'Does not forward group frames into L2 tunnels.', (rules) => ({
    bridge: (frame, ingress, state) => {
      const ports = [...rules.bridge(frame, ingress, state)];
      return isBroadcastFrame(frame) ? ports.filter((port) => typeof port === 'string') : ports;
    },
  })),
  fault('l2-floods-unicast', 'TS-16', 'Sends frames for one L2 mobile node to all of them.', (rules, config) => ({
    bridge: (frame, ingress, state) => {
      const known = [...rules.bridge(frame, ingress, state)];
      const toTunnel = known.some((port) => typeof port !== 'string');
      return toTunnel ? allPorts(config, state, ingress) : known;
    },
  })),
  fault('l2-protocol-type-ipv4', 'TS-13', 'Sends L2 frames with protocol type 0x0800.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) =>
      rules.encapsulate(binding, ends, key, carriesFrames(protocol) ? etherTypes.ipv4 : protocol, payload),
  })),
  fault('l2-frames-cut', 'TS-13', 'Cuts Ethernet frames to 60 octets.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) =>
      rules.encapsulate(binding, ends, key, protocol, carriesFrames(protocol) ? payload.subarray(0, 60) : payload),
  })),
  fault('downlink-to-all', 'TN-01', 'Sends packets for one mobile node into the tunnels of all.', (rules) => ({
    deliver: (packet, from, state) => {
      const delivery = rules.deliver(packet, from, state);
      if (delivery.tunnels.length === 0) return delivery;
      return { ...delivery, tunnels: [...state.bindings.all()].filter(({ terms }) => terms.tunnel !== 'l2') };
    },
  })),
  outerFault('downlink-twice', 'TN-01', 'Sends every GRE packet twice.', (agent) => ({
    step: (input, now) =>
      agent
        .step(input, now)
        .flatMap((output) => (output.kind === 'packet' && isGre(output.bytes) ? [output, output] : [output])),
    deadline: () => agent.deadline(),
  })),
  outerFault('ip-in-ip-downlink-twice', 'TN-01', 'Sends every IP-in-IP packet twice.', (agent) => ({
    step: (input, now) =>
      agent
        .step(input, now)
        .flatMap((output) => (output.kind === 'packet' && !isGre(output.bytes) ? [output, output] : [output])),
    deadline: () => agent.deadline(),
  })),
  fault('downlink-to-sender', 'TN-01', 'Tunnels to the address that a request came from.', (rules) => {
    const senders = new Map<Binding['node'], number>();
    return {
      enter: (x, homeAddress, terms, due, state) => {
        rules.enter(x, homeAddress, terms, due, state);
        const node = state.bindings.find(x.mobileNode);
        if (node && terms.tunnel !== 'l2') senders.set(node, ipv4Number(x.remote.address) ?? 0);
      },
      tunnelEnds: (binding) => {
        const ends = rules.tunnelEnds(binding);
        return { ...ends, destination: senders.get(binding.node) ?? ends.destination };
      },
    };
  }),
  outerFault(
    'downlink-without-key',
    'YG-23',
    'Sends GRE without keys.',
    sending((packet, at) => (u16At(packet, at) & 0x2000 ? withoutKey(packet, at) : packet)),
  ),
  outerFault(
    'gre-reserved-bits-set',
    'GR-15',
    'Sets bits of the GRE header that have to be zero.',
    sending((packet, at) => {
      putU16(packet, at, u16At(packet, at) | 0x0008);
      return packet;
    }),
  ),
  outerFault(
    'gre-version-1',
    'GR-01',
    'Sends GRE version 1.',
    sending((packet, at) => {
      putU16(packet, at, u16At(packet, at) | 1);
      return packet;
    }),
  ),
  fault('gre-version-ignored', 'GR-01', 'Takes GRE of any version.', ignoringBits(0x0007)),
  fault('gre-must-be-zero-ignored', 'GR-02', 'Takes GRE with bits set that RFC 2784 wants zero.', ignoringBits(0x4c00)),
  fault('gre-reserved-bits-refused', 'GR-03', 'Drops GRE with bits set that are to be ignored.', refusingBits(0x03f8)),
  fault('gre-checksum-refused', 'GR-04', 'Drops GRE with a checksum.', refusingBits(0x8000)),
  fault('gre-sequence-refused', 'GR-13', 'Drops GRE with a sequence number.', refusingBits(0x1000)),
  fault(
    'gre-checksum-not-checked',
    'GR-05',
    'Does not look at GRE checksums.',
    beforeTunnel((packet) => {
      const at = greAt(packet);
      if (!isGre(packet) || !(u16At(packet, at) & 0x8000)) return packet;
      putU16(packet, at + 4, 0);
      putU16(packet, at + 4, onesComplement(packet.subarray(at)));
      return packet;
    }),
  ),
  fault('gre-protocol-not-checked', 'GR-07', 'Takes any protocol type for the payload of the session.', (rules) => ({
    acceptReverse: (frame, state) => {
      const guess = frame.key !== undefined && state.bindings.l2At(frame.source, frame.key);
      const protocol = guess ? etherTypes.transparentEthernetBridging : etherTypes.ipv4;
      return rules.acceptReverse({ ...frame, protocol }, state);
    },
  })),
  fault('gre-key-place-fixed', 'GR-12', 'Looks for the key behind the protocol type, checksum or not.', (rules) => ({
    readTunnel: (packet) => {
      const frame = rules.readTunnel(packet);
      const at = greAt(packet);
      if (frame?.key === undefined || !(u16At(packet, at) & 0x8000)) return frame;
      return { ...frame, key: u32At(packet, at + 4) };
    },
  })),
  fault('gre-repeats-delivered', 'GR-13', 'Does not look at sequence numbers.', () => ({ acceptSequence: () => true })),
  fault('ttl-kept', 'GR-09', 'Forwards packets without taking one from the time to live.', () => ({
    age: (packet) => packet,
  })),
  fault(
    'back-to-encapsulator',
    'GR-10',
    'Sends packets whose inner destination is the care-of address back to it.',
    (rules) => ({
      deliver: (packet, from, state) =>
        from && u32At(packet, ip.destination) === from.terms.careOf
          ? { home: false, tunnels: [from] }
          : rules.deliver(packet, from, state),
    }),
  ),
  fault('outer-source-first', 'TN-02', 'Tunnels from its first address, whatever the reply said.', (rules, config) => ({
    tunnelEnds: (binding) => {
      const ends = rules.tunnelEnds(binding);
      const [first] = config.addresses;
      return first === undefined ? ends : { ...ends, source: ipv4Number(first) ?? ends.source };
    },
  })),
  fault('inner-tos-cleared', 'TN-01', 'Clears the type of service of inner packets.', (rules) => ({
    prepare: (packet, binding) => {
      const changed = rules.prepare(packet, binding).slice();
      changed[1] = 0;
      sealHeader(changed);
      return changed;
    },
  })),
  fault('inner-source-rewritten', 'TN-01', 'Puts its own address into inner packets, as a NAT would.', (rules) => ({
    prepare: (packet, binding) => {
      const changed = rules.prepare(packet, binding).slice();
      putU32(changed, ip.source, binding.terms.homeAgent);
      sealHeader(changed);
      return changed;
    },
  })),
  fault('mac-rewritten', 'TS-13', 'Puts the MAC address of the gateway into bridged frames.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) => {
      if (!carriesFrames(protocol) || macAt(payload, 6) === 0)
        return rules.encapsulate(binding, ends, key, protocol, payload);
      const changed = payload.slice();
      changed.fill(0x02, 6, 12);
      return rules.encapsulate(binding, ends, key, protocol, changed);
    },
  })),
];
