/** Faults of user traffic: RFC 3024, RFC 2784, RFC 2890, draft-leung-mip4-proxy-mode §4.2. */
import { deliver } from '../../agents/mpa-tunnel.js';
import type { TunnelFrame } from '../../agents/ha-rules.js';
import type { Device, MpaBinding } from '../../agents/mpa-devices.js';
import { frameFor, packetOf } from '../../agents/mpa-frame.js';
import type { MpaState } from '../../agents/mpa-state.js';
import { ip, macAt, packetIn, putMac, putU16, u16At, u32At } from '../../agents/octets.js';
import { onesComplement } from '../../wire/checksum.js';
import { etherTypes } from '../../wire/gre.js';
import { ipv4Number } from '../../wire/text.js';
import { isGre, withGreChecksum } from '../gre-field.js';
import { isL2Frame, mapMpaPackets, type MpaChange, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

/** The device with this home address or MAC address that the frame is for, if it is not the sender. */
function neighbour(frame: Uint8Array, device: Device, state: MpaState): Device | undefined {
  const packet = packetOf(frame);
  const found = device.mode.l2
    ? state.devices.at(macAt(frame, 0))
    : packet && state.devices.atHome(u32At(packet, ip.destination));
  return found === device ? undefined : found;
}

/** Whether a frame has to be like this to be taken out of a tunnel. */
const onlyWhen =
  (holds: (frame: TunnelFrame, packet: Uint8Array) => boolean): MpaChange =>
  (rules) => ({
    readTunnel: (packet) => {
      const frame = rules.readTunnel(packet);
      return frame && holds(frame, packet) ? frame : undefined;
    },
  });

/** Changes tunnel packets before the agent sees them. The change gets a copy of its own. */
const beforeMpaTunnel =
  (change: (packet: Uint8Array) => Uint8Array): MpaChange =>
  (rules) => ({ readTunnel: (packet) => rules.readTunnel(change(packet.slice())) });

/** Changes the GRE header of what is sent: it begins at octet 20. */
const greFault = (id: string, breaks: string, sentence: string, change: (packet: Uint8Array) => void): MpaFault => ({
  id,
  breaks,
  sentence,
  wrap: mapMpaPackets((packet) => {
    if (isGre(packet)) change(packet);
    return packet;
  }),
});

/** Some device that the rules do not find: the first that `fits`. */
const orElse =
  (fits: (device: Device, frame: TunnelFrame) => boolean): MpaChange =>
  (rules) => ({
    acceptForward: (frame, state) => {
      const found = rules.acceptForward(frame, state);
      if (found) return found;
      for (const device of state.devices.all()) if (device.binding && fits(device, frame)) return device;
      return undefined;
    },
  });

/** RFC 2890 §2.2: the sequence number from which a receiver starts. */
const noSequence = 0xffffffff;

/** Whether the frame has this device as its inner destination, whatever tunnel it came through. */
function isFor(device: Device, frame: TunnelFrame): boolean {
  if (device.mode.l2 !== isL2Frame(frame)) return false;
  if (device.mode.l2) return macAt(frame.payload, 0) === device.mac;
  const packet = packetIn(frame.payload);
  return packet !== undefined && u32At(packet, ip.destination) === device.homeAddress;
}

/** What a device would have if it were registered. */
function supposed(device: Device, state: MpaState): MpaBinding | undefined {
  const { mode, pending } = device;
  if (!pending) return undefined;
  const key = pending.request.extensions.find((e) => e.name === 'greKey')?.key;
  const terms = {
    tunnel: mode.l2 ? 'l2' : key === undefined ? 'ip-in-ip' : 'gre',
    homeAgent: ipv4Number(device.homeAgent) ?? 0,
    homeAddress: device.homeAddress,
    reverseKey: key,
    forwardKey: key,
  } as const;
  return { terms, expires: state.now + 1, sequence: 0, revocation: undefined };
}

/** Hands packets of such devices to another one itself. */
const shortcut =
  (isMeant: (device: Device) => boolean): MpaChange =>
  (rules) => {
    const near = (frame: Uint8Array, device: Device, state: MpaState): Device | undefined =>
      isMeant(device) ? neighbour(frame, device, state) : undefined;
    return {
      intercept: (frame, device, binding, state) =>
        near(frame, device, state) ? undefined : rules.intercept(frame, device, binding, state),
      answerAccess: (frame, device, state) => {
        const other = near(frame, device, state);
        const packet = packetOf(frame);
        if (!other) return rules.answerAccess(frame, device, state);
        return device.mode.l2 || !packet ? [frame] : [frameFor(other.mac, state.gateway.mac, packet)];
      },
    };
  };

/** Tunnels for such devices before they are registered. */
const early =
  (isMeant: (device: Device) => boolean): MpaChange =>
  (rules) => ({
    tunnelOf: (device, state) =>
      rules.tunnelOf(device, state) ?? (isMeant(device) ? supposed(device, state) : undefined),
    intercept: (frame, device, binding, state) => {
      const packet = device.binding || device.mode.l2 ? undefined : packetOf(frame);
      return packet ? { protocol: etherTypes.ipv4, bytes: packet } : rules.intercept(frame, device, binding, state);
    },
  });

export const mpaTunnelFaults: readonly MpaFault[] = [
  // when there is a tunnel
  mpaFault(
    'traffic-before-success',
    'LG-13',
    'Tunnels from the first request on.',
    early(() => true),
  ),
  mpaFault(
    'normal-traffic-before-success',
    'LG-13',
    'Tunnels for nodes in normal mode from the first request on.',
    early(({ mode }) => !mode.l2),
  ),
  mpaFault('traffic-after-deregistration', 'TN-14', 'Goes on tunnelling after the deregistration.', (rules) => ({
    tunnelOf: ({ binding }) => binding,
    end: (device, cause, state) => {
      if (cause !== 'left' || !device.binding) return rules.end(device, cause, state);
      device.next = Infinity;
      state.devices.bind(device, { ...device.binding, expires: Infinity });
      state.devices.schedule(device);
    },
  })),
  mpaFault(
    'uplink-after-deregistration',
    'TN-14',
    'Goes on sending into the tunnel after the deregistration.',
    (rules) => {
      const gone = new WeakSet<Device>();
      return {
        tunnelOf: ({ binding }) => binding,
        end: (device, cause, state) => {
          if (cause !== 'left' || !device.binding) return rules.end(device, cause, state);
          gone.add(device);
          device.next = Infinity;
          state.devices.bind(device, { ...device.binding, expires: Infinity });
          state.devices.schedule(device);
        },
        acceptForward: (frame, state) => {
          const found = rules.acceptForward(frame, state);
          return found && gone.has(found) ? undefined : found;
        },
      };
    },
  ),
  mpaFault(
    'normal-traffic-after-expiry',
    'TN-14',
    'Goes on tunnelling for nodes in normal mode after the registration has ended.',
    (rules) => ({
      end: (device, cause, state) => {
        if (cause !== 'expired' || !device.binding || device.mode.l2) return rules.end(device, cause, state);
        state.devices.bind(device, { ...device.binding, expires: Infinity });
      },
    }),
  ),
  mpaFault('traffic-after-expiry', 'TN-14', 'Goes on tunnelling after the registration has ended.', (rules) => ({
    end: (device, cause, state) => {
      if (cause !== 'expired' || !device.binding) return rules.end(device, cause, state);
      state.devices.bind(device, { ...device.binding, expires: Infinity });
    },
  })),
  // what goes into it
  {
    ...mpaFault('plain-uplink', 'LG-14', 'Sends packets of devices as they are, without a tunnel.', () => ({})),
    wrap: mapMpaPackets((packet) => {
      const inner = isGre(packet) ? packet.subarray(28) : packet.subarray(20);
      return packetIn(u16At(packet, 22) === etherTypes.ipv4 || !isGre(packet) ? inner : inner.subarray(14));
    }),
  },
  mpaFault(
    'local-shortcut',
    'LG-15',
    'Hands packets from one of its devices to another itself.',
    shortcut(() => true),
  ),
  mpaFault(
    'normal-local-shortcut',
    'LG-15',
    'Hands IPv4 packets from one of its devices in normal mode to another itself.',
    shortcut(({ mode }) => !mode.l2),
  ),
  mpaFault('broadcast-kept', 'LG-14', 'Does not tunnel broadcast and multicast frames of L2 devices.', (rules) => ({
    intercept: (frame, device, binding, state) =>
      device.mode.l2 && ((frame[0] ?? 0) & 1) === 1 ? undefined : rules.intercept(frame, device, binding, state),
  })),
  mpaFault('only-ipv4-tunnelled', 'LG-14', 'Tunnels only IPv4 frames of L2 devices.', (rules) => ({
    intercept: (frame, device, binding, state) =>
      u16At(frame, 12) === etherTypes.ipv4 ? rules.intercept(frame, device, binding, state) : undefined,
  })),
  mpaFault(
    'devices-by-address',
    'LG-17',
    'Tells devices apart by IP address, so that of two with the same the last one wins.',
    (rules) => {
      const keys = new Map<number, number | undefined>();
      return {
        terms: (answer, device, state) => {
          const terms = rules.terms(answer, device, state);
          if (terms) keys.set(terms.homeAddress, terms.reverseKey);
          return terms;
        },
        reverseKey: (binding, device) => {
          const { tunnel, homeAddress } = binding.terms;
          return tunnel === 'gre' ? keys.get(homeAddress) : rules.reverseKey(binding, device);
        },
      };
    },
  ),
  // its outside
  mpaFault(
    'outer-destination-configured',
    'TN-08',
    'Tunnels to the configured HA, not to that of the reply.',
    (rules, config) => ({
      tunnelEnds: (binding, device) => ({
        ...rules.tunnelEnds(binding, device),
        destination: ipv4Number(config.homeAgent.address) ?? 0,
      }),
    }),
  ),
  mpaFault('outer-source-other', 'TN-08', 'Tunnels from another address than the care-of address.', (rules) => ({
    tunnelEnds: (binding, device) => ({ ...rules.tunnelEnds(binding, device), source: 0xcb0071c8 }),
  })),
  mpaFault(
    'uplink-ip-in-ip',
    'TN-09',
    'Tunnels IPv4 packets to the HA with IP-in-IP although GRE is agreed.',
    (rules) => ({
      encapsulate: (binding, ends, key, protocol, payload) => {
        const terms = {
          ...binding.terms,
          tunnel: binding.terms.tunnel === 'gre' ? 'ip-in-ip' : binding.terms.tunnel,
        } as const;
        return rules.encapsulate({ ...binding, terms }, ends, key, protocol, payload);
      },
    }),
  ),
  mpaFault('ip-in-ip-as-gre', 'YG-01', 'Tunnels with GRE although IP-in-IP is agreed.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) => {
      const terms = {
        ...binding.terms,
        tunnel: binding.terms.tunnel === 'ip-in-ip' ? 'gre' : binding.terms.tunnel,
      } as const;
      return rules.encapsulate({ ...binding, terms }, ends, key, protocol, payload);
    },
  })),
  mpaFault('ip-in-ip-twice', 'LG-18', 'Wraps packets twice where IP-in-IP is agreed.', (rules) => ({
    encapsulate: (binding, ends, key, protocol, payload) => {
      const once = rules.encapsulate(binding, ends, key, protocol, payload);
      return once && binding.terms.tunnel === 'ip-in-ip' ? rules.encapsulate(binding, ends, key, protocol, once) : once;
    },
  })),
  mpaFault(
    'ip-in-ip-not-taken',
    'YG-01',
    'Cannot decapsulate IP-in-IP.',
    onlyWhen(({ kind }) => kind !== 'ip-in-ip'),
  ),
  greFault('ipv4-protocol-type-other', 'GR-08', 'Marks IPv4 packets with protocol type 0x880b.', (packet) => {
    if (u16At(packet, 22) === etherTypes.ipv4) putU16(packet, 22, etherTypes.ppp);
  }),
  greFault('l2-protocol-type-other', 'TS-02', 'Marks Ethernet frames with protocol type 0x0800.', (packet) =>
    putU16(packet, 22, etherTypes.ipv4),
  ),
  greFault('gre-reserved-bits-set', 'GR-15', 'Sets a reserved bit of GRE headers.', (packet) =>
    putU16(packet, 20, u16At(packet, 20) | 0x0008),
  ),
  greFault('gre-version-1', 'GR-01', 'Sends GRE version 1.', (packet) => putU16(packet, 20, u16At(packet, 20) | 1)),
  {
    id: 'gre-reserved1-set',
    breaks: 'GR-06',
    sentence: 'Sends checksums with something in the field behind them.',
    wrap: mapMpaPackets((packet) => withGreChecksum(packet, { reserved1: 1 })),
  },
  // what comes out of it
  mpaFault('wrong-device-served', 'LG-16', 'Hands packets from the tunnel to another of its devices.', (rules) => ({
    acceptForward: (frame, state) => {
      const found = rules.acceptForward(frame, state);
      if (!found) return undefined;
      for (const other of state.devices.all()) if (other !== found && other.binding) return other;
      return found;
    },
    deliver: (frame, device, state) => {
      if (!isL2Frame(frame)) return rules.deliver(frame, device, state);
      const inner = frame.payload.slice();
      putMac(inner, 0, device.mac);
      return inner;
    },
  })),
  mpaFault('downlink-key-ignored', 'LG-16', 'Finds devices by inner destination alone.', orElse(isFor)),
  mpaFault(
    'unknown-key-delivered',
    'TN-10',
    'Takes packets with a key that nobody has for those of its only device, or of its first.',
    orElse(({ mode }, frame) => mode.l2 === isL2Frame(frame) && frame.kind === 'gre' && frame.key !== undefined),
  ),
  mpaFault(
    'keyless-delivered',
    'GR-11',
    'Takes GRE packets without a key.',
    orElse((device, frame) => frame.kind === 'gre' && frame.key === undefined && isFor(device, frame)),
  ),
  mpaFault(
    'other-encapsulation-delivered',
    'LG-16',
    'Takes IP-in-IP packets although GRE is agreed.',
    orElse((device, frame) => frame.kind === 'ip-in-ip' && isFor(device, frame)),
  ),
  mpaFault('outer-source-unchecked', 'LG-16', 'Takes tunnel packets from anybody.', (rules, { homeAgent }) => ({
    acceptForward: (frame, state) =>
      rules.acceptForward(frame, state) ??
      rules.acceptForward({ ...frame, source: ipv4Number(homeAgent.address) ?? 0 }, state),
  })),
  mpaFault(
    'inner-destination-unchecked',
    'TN-10',
    'Hands packets for any inner destination to the device of the key.',
    (rules) => ({
      acceptForward: (frame, state) => {
        const found = rules.acceptForward(frame, state);
        if (found || frame.kind !== 'gre' || frame.key === undefined) return found;
        for (const device of state.devices.all()) {
          const { tunnel, forwardKey } = device.binding?.terms ?? {};
          if (tunnel === 'gre' && forwardKey === frame.key && !isL2Frame(frame)) return device;
        }
        return undefined;
      },
      deliver: (frame, device, state) => (isL2Frame(frame) ? frame.payload : rules.deliver(frame, device, state)),
    }),
  ),
  mpaFault('ttl-kept', 'GR-09', 'Does not take from the time to live of what it decapsulates.', (rules) => ({
    deliver: (frame, device, state) => {
      const packet = isL2Frame(frame) ? undefined : packetIn(frame.payload);
      return packet ? frameFor(device.mac, state.gateway.mac, packet) : rules.deliver(frame, device, state);
    },
  })),
  // GRE headers that come
  mpaFault(
    'gre-checksum-refused',
    'GR-04',
    'Drops GRE packets that have a checksum.',
    onlyWhen((frame, packet) => frame.kind !== 'gre' || (u16At(packet, 20) & 0x8000) === 0),
  ),
  mpaFault(
    'gre-checksum-unchecked',
    'GR-05',
    'Does not look at GRE checksums.',
    beforeMpaTunnel((packet) => {
      if (isGre(packet) && u16At(packet, 20) & 0x8000) {
        putU16(packet, 24, 0);
        putU16(packet, 24, onesComplement(packet.subarray(20)));
      }
      return packet;
    }),
  ),
  mpaFault(
    'gre-ignorable-bits-refused',
    'GR-03',
    'Drops GRE packets with one of the bits 6 to 12.',
    onlyWhen((frame, packet) => frame.kind !== 'gre' || (u16At(packet, 20) & 0x03f8) === 0),
  ),
  mpaFault(
    'gre-routing-bits-ignored',
    'GR-02',
    'Takes GRE packets with bit 1, 4 or 5.',
    beforeMpaTunnel((packet) => {
      if (isGre(packet)) putU16(packet, 20, u16At(packet, 20) & ~0x4c00);
      return packet;
    }),
  ),
  mpaFault(
    'gre-version-ignored',
    'GR-01',
    'Takes GRE packets of any version.',
    beforeMpaTunnel((packet) => {
      if (isGre(packet)) putU16(packet, 20, u16At(packet, 20) & ~0x0007);
      return packet;
    }),
  ),
  mpaFault(
    'protocol-type-unchecked',
    'GR-07',
    'Takes GRE packets of unknown protocol types for what the key is used for.',
    (rules) => ({
      acceptForward: (frame, state) =>
        rules.acceptForward(frame, state) ??
        rules.acceptForward({ ...frame, protocol: etherTypes.ipv4 }, state) ??
        rules.acceptForward({ ...frame, protocol: etherTypes.transparentEthernetBridging }, state),
      deliver: (frame, device, state) =>
        deliver(
          { ...frame, protocol: device.mode.l2 ? etherTypes.transparentEthernetBridging : etherTypes.ipv4 },
          device,
          state,
        ),
    }),
  ),
  mpaFault('sequence-ignored', 'GR-13', 'Does not look at GRE sequence numbers.', () => ({
    acceptSequence: () => true,
  })),
  mpaFault('one-number-only', 'GR-13', 'Takes only the first numbered packet of each key.', (rules) => ({
    acceptSequence: (frame, binding) =>
      (frame.sequence === undefined || binding.sequence === noSequence) && rules.acceptSequence(frame, binding),
  })),
  mpaFault('unnumbered-dropped', 'GR-13', 'Drops packets without a number once it has seen one with.', (rules) => ({
    acceptSequence: (frame, binding) =>
      (frame.sequence !== undefined || binding.sequence === noSequence) && rules.acceptSequence(frame, binding),
  })),
  // addresses
  mpaFault('other-address-offered', 'LG-07', 'Offers the address behind the home address by DHCP.', (rules) => ({
    answerAccess: (frame, device, state) =>
      rules.answerAccess(frame, { ...device, homeAddress: device.homeAddress + 1 }, state),
  })),
  mpaFault('release-ignored', 'LG-29', 'Keeps the registration of a device that released its address.', () => ({
    isFarewell: () => false,
  })),
];
