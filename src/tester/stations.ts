/**
 * The tester's own addresses with their sockets: one UDP socket and one raw socket for each tunnel protocol on every
 * care-of address, opened before the first registration and kept, so that the kernel never answers for us.
 */
import type { Clock, Datagram, Endpoint, Net, Packet, RawPort, Timer, UdpPort } from '../net/port.js';
import { ipProtocols } from '../wire/ipv4.js';
import { mobileIpPort } from '../wire/mobileip.js';

/** ICMP too: what a device says about packets that it should drop without a word. */
const heard = [ipProtocols.gre, ipProtocols.ipInIp, ipProtocols.icmp];

export interface StationListener {
  onDatagram(station: Station, datagram: Datagram): void;
  onPacket(station: Station, bytes: Uint8Array, at: number): void;
}

export interface Station {
  readonly address: string;
  readonly udp: UdpPort;
  /** By IP protocol number; empty without raw sockets. */
  readonly raw: ReadonlyMap<number, RawPort>;
  /** Port 434 of the address where the tester could have it, so that what a device sends there is heard. */
  readonly wellKnown: UdpPort | undefined;
}

/** A port that a case opened for itself; closing it twice is harmless. */
export interface ExtraPort {
  readonly station: Station;
  close(): Promise<void>;
}

export class Stations {
  readonly clock: Clock;
  readonly #stations: Station[] = [];
  readonly #own = new Set<string>();
  readonly #gap: number;
  readonly #extra = new Set<{ close(): Promise<void> }>();
  #net: Net | undefined;
  #listener: StationListener | undefined;
  #queue: (() => void)[] = [];
  #next = 0;
  #timer: Timer | undefined;

  /** `rate` caps the packets sent a second; undefined for no cap. */
  constructor(clock: Clock, rate?: number) {
    this.clock = clock;
    this.#gap = rate === undefined ? 0 : 1000 / rate;
  }

  /** `port` is the UDP port on every address; 0 lets the system choose one each. */
  async open(net: Net, addresses: readonly string[], raw: boolean, listener: StationListener, port = 0): Promise<void> {
    this.#net = net;
    this.#listener = listener;
    for (const address of addresses) {
      const found: { station?: Station } = {};
      const udp = await net.openUdp({ address, port }, (datagram) => {
        if (found.station) listener.onDatagram(found.station, datagram);
      });
      const ports = new Map<number, RawPort>();
      const wellKnown = await this.#openWellKnown(net, address, udp, (datagram) => {
        if (found.station) listener.onDatagram(found.station, datagram);
      });
      const station: Station = { address, udp, raw: ports, wellKnown };
      found.station = station;
      this.#stations.push(station);
      this.#own.add(address);
      for (const protocol of raw ? heard : []) {
        ports.set(
          protocol,
          await net.openRaw(address, protocol, ({ bytes, at }) => listener.onPacket(station, bytes, at)),
        );
      }
    }
  }

  /** It may belong to another program, or need a privilege; nothing depends on it but what would come there. */
  async #openWellKnown(
    net: Net,
    address: string,
    own: UdpPort,
    receive: (datagram: Datagram) => void,
  ): Promise<UdpPort | undefined> {
    if (own.local.port === mobileIpPort) return own;
    try {
      const opened = await net.openUdp({ address, port: mobileIpPort }, receive);
      this.#extra.add(opened);
      return opened;
    } catch {
      return undefined;
    }
  }

  /** Opens a further UDP port (0: any) on the address of a station; undefined when it cannot be had. */
  async openPort(base: Station, port: number): Promise<ExtraPort | undefined> {
    if (port === mobileIpPort && base.wellKnown) {
      return { station: { ...base, udp: base.wellKnown }, close: async () => {} };
    }
    const listener = this.#listener;
    if (!this.#net || !listener) return undefined;
    const found: { station?: Station } = {};
    try {
      const udp = await this.#net.openUdp({ address: base.address, port }, (datagram) => {
        if (found.station) listener.onDatagram(found.station, datagram);
      });
      found.station = { ...base, udp };
      return { station: found.station, close: this.#keep(udp) };
    } catch {
      return undefined;
    }
  }

  /**
   * Lets a station send hand-made UDP datagrams until closed; `receive` is told of those that come, as IPv4 packets.
   * Undefined without raw sockets.
   */
  async openHandMade(base: Station, receive: (packet: Packet) => void = () => {}): Promise<ExtraPort | undefined> {
    if (!this.#net || base.raw.size === 0) return undefined;
    const raw = await this.#net.openRaw(base.address, ipProtocols.udp, receive);
    return {
      station: { ...base, raw: new Map([...base.raw, [ipProtocols.udp, raw]]) },
      close: this.#keep(raw),
    };
  }

  #keep(port: { close(): Promise<void> }): () => Promise<void> {
    this.#extra.add(port);
    return async () => {
      if (this.#extra.delete(port)) await port.close();
    };
  }

  get addresses(): readonly string[] {
    return this.#stations.map((s) => s.address);
  }

  /** The same, for those who look whether an address is among them. */
  get own(): ReadonlySet<string> {
    return this.#own;
  }

  at(index: number): Station {
    const station = this.#stations[index % this.#stations.length];
    if (!station) throw new RangeError('no station is open');
    return station;
  }

  /** One of them that is not this one. */
  otherThan(address: string): string | undefined {
    return this.addresses.find((own) => own !== address);
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
    await Promise.all([
      ...[...this.#extra].map((p) => p.close()),
      ...this.#stations.flatMap((s) => [s.udp.close(), ...[...s.raw.values()].map((p) => p.close())]),
    ]);
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
