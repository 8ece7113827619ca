import type { Carrier } from './carrier.js';
import { dotted, ipv4LongestPacket, octets, readIpv4, sealIpv4 } from './ipv4-fields.js';
import { NetError } from './net-error.js';
import type { Clock, Datagram, Endpoint, Packet, RawPort, UdpPort } from './port.js';
import { Reassembler } from './reassemble.js';
import { FaultCount } from './send-faults.js';
import { longestUdpPayload, readUdpPacket, udpPacket, udpProtocol } from './udp-packet.js';

interface UdpSocket {
  readonly local: Endpoint;
  readonly receive: (datagram: Datagram) => void;
}

interface RawSocket {
  readonly address: string;
  readonly protocol: number;
  readonly receive: (packet: Packet) => void;
}

const firstFreePort = 49152;

/** The IPv4 hosts of a memory network: who listens where, and who gets an arriving packet. */
export class MemoryIp {
  readonly #clock: Clock;
  readonly #carrier: Carrier;
  readonly #udp = new Map<string, UdpSocket>();
  readonly #raw = new Set<RawSocket>();
  readonly #reassembler = new Reassembler();
  #identification = 0;
  #lastFreePort = 65535;

  constructor(clock: Clock, carrier: Carrier) {
    this.#clock = clock;
    this.#carrier = carrier;
  }

  openUdp(wanted: Endpoint, receive: (datagram: Datagram) => void): UdpPort {
    const local = { address: wanted.address, port: wanted.port || this.#freePort(wanted.address) };
    const key = keyOf(local.address, local.port);
    if (this.#udp.has(key)) throw new NetError('address-in-use', `UDP ${key} is open already; close it first`);
    const socket: UdpSocket = { local, receive };
    this.#udp.set(key, socket);
    const faults = new FaultCount();
    return {
      local,
      faults,
      send: (to, payload) => {
        const destination = keyOf(to.address, to.port);
        if (this.#udp.get(key) !== socket) return faults.add('closed', destination);
        if (to.port === 0) return faults.add('EINVAL', destination);
        if (payload.length > longestUdpPayload) return faults.add('EMSGSIZE', destination);
        this.#send(udpPacket(local, to, payload, this.#nextIdentification()));
      },
      close: async () => {
        if (this.#udp.get(key) === socket) this.#udp.delete(key);
      },
    };
  }

  openRaw(address: string, protocol: number, receive: (packet: Packet) => void): RawPort {
    const socket: RawSocket = { address, protocol, receive };
    this.#raw.add(socket);
    const faults = new FaultCount();
    return {
      address,
      protocol,
      faults,
      send: (packet) => {
        const fields = readIpv4(packet);
        if (!this.#raw.has(socket)) return faults.add('closed', fields?.destination ?? 'nowhere');
        if (fields === undefined) return faults.add('EINVAL', 'nowhere');
        if (packet.length > ipv4LongestPacket) return faults.add('EMSGSIZE', fields.destination);
        const sent = packet.slice();
        // As Linux does with hand-made headers: an empty source is filled in, length and checksum are set.
        if (fields.source === '0.0.0.0') sent.set(octets(address), 12);
        sealIpv4(sent, fields.headerLength);
        this.#send(sent);
      },
      close: async () => {
        this.#raw.delete(socket);
      },
    };
  }

  #send(packet: Uint8Array): void {
    this.#carrier.carry(undefined, packet, () => this.#arrive(packet));
  }

  #arrive(part: Uint8Array): void {
    const fields = readIpv4(part);
    if (fields === undefined || fields.version !== 4) return;
    const packet = this.#reassembler.take(part, fields, this.#clock.now());
    if (packet === undefined) return;
    const at = this.#clock.now();
    for (const { address, protocol, receive } of [...this.#raw]) {
      if (address === fields.destination && protocol === fields.protocol) receive({ at, bytes: packet.slice() });
    }
    if (fields.protocol === udpProtocol) this.#arriveUdp(packet, at);
  }

  #arriveUdp(packet: Uint8Array, at: number): void {
    const datagram = readUdpPacket(packet, readIpv4(packet)?.headerLength ?? 0);
    if (datagram === undefined) return;
    const socket = this.#udp.get(keyOf(dotted(packet, 16), datagram.destinationPort));
    const remote = { address: dotted(packet, 12), port: datagram.sourcePort };
    socket?.receive({ at, local: socket.local, remote, payload: datagram.payload });
  }

  #freePort(address: string): number {
    // In turn, so that a late answer to a port just closed does not reach its successor.
    for (let tries = firstFreePort; tries < 65536; tries++) {
      this.#lastFreePort = this.#lastFreePort === 65535 ? firstFreePort : this.#lastFreePort + 1;
      if (!this.#udp.has(keyOf(address, this.#lastFreePort))) return this.#lastFreePort;
    }
    throw new NetError('address-in-use', `UDP ${address}: no free port left; close some`);
  }

  #nextIdentification(): number {
    this.#identification = (this.#identification % 0xffff) + 1;
    return this.#identification;
  }
}

function keyOf(address: string, port: number): string {
  return `${address}:${port}`;
}
