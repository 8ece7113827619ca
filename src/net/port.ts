/**
 * What the rest of grespec knows of sockets: types only, so every layer may import this file.
 * Two implementations exist: real sockets (system.ts) and an in-memory network with a virtual clock (memory.ts).
 */

/** A running timer; cancelling twice is harmless. */
export interface Timer {
  cancel(): void;
}

/** Time, handed to everything that needs it. */
export interface Clock {
  /** Milliseconds since the Unix epoch, with fraction; never goes backwards during a run. */
  now(): number;
  /** Calls `fire` once, `ms` milliseconds from now (0 or more). */
  setTimer(ms: number, fire: () => void): Timer;
  /**
   * Milliseconds by which this process has noticed events late, at the worst since then: what arrived may have arrived
   * that much earlier than it was seen. The first call begins to watch. Absent where events are noticed at once.
   */
  lag?(since: number): number;
}

export interface Endpoint {
  /** Dotted IPv4 address. */
  readonly address: string;
  /** 0 to 65535; 0 when opening lets the system choose. */
  readonly port: number;
}

/** A UDP datagram as it arrived. */
export interface Datagram {
  /** Arrival in milliseconds since the Unix epoch. */
  readonly at: number;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The UDP payload; the receiver owns it. */
  readonly payload: Uint8Array;
}

/** A whole IPv4 packet as it arrived on a raw socket, reassembled by the system. */
export interface Packet {
  readonly at: number;
  /** IPv4 header and payload; the receiver owns it. */
  readonly bytes: Uint8Array;
}

/** An Ethernet frame as it arrived on a link. */
export interface LinkFrame {
  readonly at: number;
  /** From destination address to the end of the payload, no frame check sequence; the receiver owns it. */
  readonly bytes: Uint8Array;
}

/** Sends that the system refused (no route, too large, interface down). The packet counts as lost, nothing is thrown. */
export interface SendFaults {
  readonly count: number;
  /** The newest one in words, for example `EMSGSIZE to 192.0.2.1`; worth showing when a peer stays silent. */
  readonly last: string | undefined;
}

export interface UdpPort {
  readonly local: Endpoint;
  readonly faults?: SendFaults;
  send(to: Endpoint, payload: Uint8Array): void;
  close(): Promise<void>;
}

export interface RawPort {
  readonly address: string;
  readonly protocol: number;
  readonly faults?: SendFaults;
  /**
   * Sends a whole IPv4 packet to the destination its header names. Total length and header checksum are rewritten,
   * whatever they say. A packet above the MTU leaves in fragments; one that says "don't fragment" is refused.
   */
  send(packet: Uint8Array): void;
  close(): Promise<void>;
}

export interface LinkPort {
  readonly name: string;
  readonly faults?: SendFaults;
  send(frame: Uint8Array): void;
  close(): Promise<void>;
}

/** Why a port could not be opened: the environment's fault, exit code 3. */
export type NetIssue =
  'no-privilege' | 'address-in-use' | 'address-not-local' | 'no-route' | 'no-such-link' | 'no-libpcap' | 'unsupported';

export interface Net {
  readonly clock: Clock;
  /** Opens a UDP socket; unconnected, because some devices answer from another of their addresses. */
  openUdp(local: Endpoint, receive: (datagram: Datagram) => void): Promise<UdpPort>;
  /**
   * Opens a raw IPv4 socket for one protocol, bound to one local address. With protocol 17 it sends hand-made UDP, and
   * it receives a copy of every UDP datagram to its address, whoever it is for: a mere sender passes an empty `receive`.
   */
  openRaw(address: string, protocol: number, receive: (packet: Packet) => void): Promise<RawPort>;
  /** Opens an Ethernet link by interface name, promiscuous; own frames are not delivered back. */
  openLink(name: string, receive: (frame: LinkFrame) => void): Promise<LinkPort>;
}
