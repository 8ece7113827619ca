/** Faults that change or lose some frames and packets: long ones, odd ones, broadcasts, addresses. */
import { isGroupAt, macAt, putMac } from '../../agents/octets.js';
import { withGreChecksum } from '../gre-field.js';
import { isL2Frame, mapMpaPackets, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

export const mpaFrameFaults: readonly MpaFault[] = [
  {
    id: 'odd-octet-not-summed',
    breaks: 'GR-04',
    sentence: 'Sends checksums that leave out the last octet of an odd number.',
    wrap: mapMpaPackets((packet) => withGreChecksum(packet, { counted: (length) => length & ~1 })),
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
      const isLost = isL2Frame(frame) && delivered !== undefined && isGroupAt(delivered, 0);
      return isLost ? undefined : delivered;
    },
  })),
  mpaFault(
    'multicast-not-tunnelled',
    'LG-14',
    'Tunnels no frames of L2 nodes that are for a group, but broadcasts.',
    (rules) => ({
      intercept: (frame, device, binding, state) => {
        const isLost = device.mode.l2 && isGroupAt(frame, 0) && macAt(frame, 0) !== 0xffff_ffff_ffff;
        return isLost ? undefined : rules.intercept(frame, device, binding, state);
      },
    }),
  ),
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
