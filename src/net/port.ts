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

export interface UdpPort {
  readonly local: Endpoint;
  send(to: Endpoint, payload: Uint8Array): void;
  close(): Promise<void>;
}

export interface RawPort {
  readonly address: string;
  readonly protocol: number;
  /** Sends a whole IPv4 packet. A real kernel rewrites total length and header checksum, whatever they say. */
  send(packet: Uint8Array): void;
  close(): Promise<void>;
}

export interface LinkPort {
  readonly name: string;
  send(frame: Uint8Array): void;
  close(): Promise<void>;
}

/** Why a port could not be opened: the environment's fault, exit code 3. */
export type NetIssue = 'no-privilege' | 'address-in-use' | 'address-not-local' | 'no-such-link' | 'no-libpcap' | 'unsupported';

export interface Net {
  readonly clock: Clock;
  /** Opens a UDP socket; unconnected, because some devices answer from another of their addresses. */
  openUdp(local: Endpoint, receive: (datagram: Datagram) => void): Promise<UdpPort>;
  /** Opens a raw IPv4 socket for one protocol, bound to one local address. */
  openRaw(address: string, protocol: number, receive: (packet: Packet) => void): Promise<RawPort>;
  /** Opens an Ethernet link by interface name, promiscuous; own frames are not delivered back. */
  openLink(name: string, receive: (frame: LinkFrame) => void): Promise<LinkPort>;
}
