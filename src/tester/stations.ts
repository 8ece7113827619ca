/**
 * The tester's own addresses with their sockets: one UDP socket and one raw socket for each tunnel protocol on every
 * care-of address, opened before the first registration and kept, so that the kernel never answers for us.
 */
import type { Clock, Datagram, Endpoint, Net, RawPort, Timer, UdpPort } from '../net/port.js';
import { ipProtocols } from '../wire/ipv4.js';

export interface StationListener {
  onDatagram(station: Station, datagram: Datagram): void;
  onPacket(station: Station, bytes: Uint8Array, at: number): void;
}

export interface Station {
  readonly address: string;
  readonly udp: UdpPort;
  /** By IP protocol number; empty without raw sockets. */
  readonly raw: ReadonlyMap<number, RawPort>;
}

export class Stations {
  readonly clock: Clock;
  readonly #stations: Station[] = [];
  readonly #gap: number;
  #queue: (() => void)[] = [];
  #next = 0;
  #timer: Timer | undefined;

  /** `rate` caps the packets sent a second; undefined for no cap. */
  constructor(clock: Clock, rate?: number) {
    this.clock = clock;
    this.#gap = rate === undefined ? 0 : 1000 / rate;
  }

  async open(net: Net, addresses: readonly string[], raw: boolean, listener: StationListener): Promise<void> {
    for (const address of addresses) {
      const found: { station?: Station } = {};
      const udp = await net.openUdp({ address, port: 0 }, (datagram) => {
        if (found.station) listener.onDatagram(found.station, datagram);
      });
      const ports = new Map<number, RawPort>();
      const station: Station = { address, udp, raw: ports };
      found.station = station;
      this.#stations.push(station);
      for (const protocol of raw ? [ipProtocols.gre, ipProtocols.ipInIp] : []) {
        ports.set(
          protocol,
          await net.openRaw(address, protocol, ({ bytes, at }) => listener.onPacket(station, bytes, at)),
        );
      }
    }
  }

  get addresses(): readonly string[] {
    return this.#stations.map((s) => s.address);
  }

  at(index: number): Station {
    const station = this.#stations[index % this.#stations.length];
    if (!station) throw new RangeError('no station is open');
    return station;
  }

  of(address: string): Station | undefined {
    return this.#stations.find((s) => s.address === address);
  }

  /** Sends a UDP payload; `sent` is told the moment it leaves. */
  sendUdp(station: Station, to: Endpoint, payload: Uint8Array, sent: (at: number) => void): void {
    this.#paced(() => {
      sent(this.clock.now());
      station.udp.send(to, payload);
    });
  }

  /** Sends a whole IPv4 packet of a tunnel protocol. */
  sendPacket(station: Station, protocol: number, packet: Uint8Array): void {
    this.#paced(() => station.raw.get(protocol)?.send(packet));
  }

  async close(): Promise<void> {
    this.#timer?.cancel();
    this.#queue = [];
    await Promise.all(this.#stations.flatMap((s) => [s.udp.close(), ...[...s.raw.values()].map((p) => p.close())]));
  }

  #paced(send: () => void): void {
    if (this.#gap === 0) return send();
    this.#queue.push(send);
    if (!this.#timer) this.#drain();
  }

  #drain(): void {
    const now = this.clock.now();
    this.#next = Math.max(this.#next, now);
    while (this.#queue.length > 0 && this.#next <= now) {
      this.#queue.shift()?.();
      this.#next += this.#gap;
    }
    this.#timer = this.#queue.length === 0 ? undefined : this.clock.setTimer(this.#next - now, () => this.#drain());
  }
}
