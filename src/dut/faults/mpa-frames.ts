/** Faults that change or lose some frames and packets: long ones, odd ones, broadcasts, addresses. */
import { ip, putMac, putU16, sealHeader, u16At } from '../../agents/octets.js';
import { onesComplement } from '../../wire/checksum.js';
import { etherTypes } from '../../wire/gre.js';
import { ipProtocols } from '../../wire/ipv4.js';
import { concat } from '../../wire/text.js';
import { mapMpaPackets, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

/** A GRE packet with a checksum over so many of its octets; the header of the packet outside has 20. */
function withChecksum(packet: Uint8Array, counted: (length: number) => number): Uint8Array {
  const whole = concat(packet.subarray(0, 24), new Uint8Array(4), packet.subarray(24));
  putU16(whole, 20, u16At(whole, 20) | 0x8000);
  putU16(whole, 24, onesComplement(whole.subarray(20, 20 + counted(whole.length - 20))));
  putU16(whole, ip.totalLength, whole.length);
  sealHeader(whole);
  return whole;
}

export const mpaFrameFaults: readonly MpaFault[] = [
  {
    id: 'odd-octet-not-summed',
    breaks: 'GR-04',
    sentence: 'Sends checksums that leave out the last octet of an odd number.',
    wrap: mapMpaPackets((packet) =>
      packet[ip.protocol] === ipProtocols.gre ? withChecksum(packet, (length) => length & ~1) : packet,
    ),
  },
  mpaFault('source-rewritten', 'TS-02', 'Puts its own address into frames from L2 tunnels.', (rules) => ({
    deliver: (frame, device, state) => {
      const delivered = rules.deliver(frame, device, state)?.slice();
      if (delivered && device.mode.l2) putMac(delivered, 6, state.gateway.mac);
      return delivered;
    },
  })),
  mpaFault('tunnel-broadcast-dropped', 'TS-02', 'Drops broadcasts that come from L2 tunnels.', (rules) => ({
    deliver: (frame, device, state) => {
      const delivered = rules.deliver(frame, device, state);
      const isGroup = ((delivered?.[0] ?? 0) & 1) === 1;
      return frame.protocol === etherTypes.transparentEthernetBridging && isGroup ? undefined : delivered;
    },
  })),
  mpaFault('downlink-cut-at-1000', 'GR-16', 'Delivers no more than 1000 octets of a frame.', (rules) => ({
    deliver: (frame, device, state) => rules.deliver(frame, device, state)?.slice(0, 1000),
  })),
  mpaFault('uplink-cut-at-200', 'LG-14', 'Tunnels no more than 200 octets of a packet.', (rules) => ({
    intercept: (frame, device, binding, state) => {
      const payload = rules.intercept(frame, device, binding, state);
      return payload && { ...payload, bytes: payload.bytes.slice(0, 200) };
    },
  })),
];
