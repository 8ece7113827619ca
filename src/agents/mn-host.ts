/**
 * The mobile node behind an L2 tunnel: an Ethernet host that gets itself addresses, answers for them, and pings. It opens
 * no socket, reads no clock, and whatever it hears, it neither throws nor remembers without bound.
 */
import { dhcpv4Ports } from '../wire/dhcpv4.js';
import { icmpEcho, icmpTypes } from '../wire/icmp.js';
import { icmpv6Echo, icmpv6Types } from '../wire/icmpv6.js';
import { isIpv6 } from '../wire/ipv6-address.js';
import { ipProtocols } from '../wire/ipv4.js';
import { decode, encode } from '../wire/layout.js';
import type { Agent } from './agent.js';
import { isLinkLocal, prefixOf } from './addresses.js';
import { Dhcpv4Client } from './mn-dhcpv4.js';
import { Dhcpv6Client } from './mn-dhcpv6.js';
import { hear, type Heard, icmpv6Frame, ipv4Frame, udp4Packet } from './host-frames.js';
import { MnLink } from './mn-link.js';
import { MnNeighbours, sourceFor } from './mn-neighbours.js';
import { earliest } from './mn-retry.js';
import { Autoconfiguration } from './mn-slaac.js';
import type { MnCommand, MnInput, MnOptions, MnOutput } from './mn-types.js';

/** Identifier of its echo requests. */
const echoIdentifier = 0x6772;

export class MnHost implements Agent<MnInput, MnOutput> {
  /** Its addresses: whoever gives it some by hand, puts them here. */
  readonly link: MnLink;
  readonly #neighbours: MnNeighbours;
  readonly #autoconfiguration: Autoconfiguration;
  readonly #dhcpv4: Dhcpv4Client;
  readonly #dhcpv6: Dhcpv6Client;
  #now = 0;
  #sequence = 0;

  constructor(options: MnOptions) {
    this.link = new MnLink(options);
    this.#neighbours = new MnNeighbours(this.link, (address) => this.#autoconfiguration.claimed(address));
    this.#autoconfiguration = new Autoconfiguration(this.link, (address, mac) => this.#neighbours.learn(address, mac));
    this.#dhcpv4 = new Dhcpv4Client(this.link, (to, payload) => this.#unicastDhcp(to, payload));
    this.#dhcpv6 = new Dhcpv6Client(this.link, this.#autoconfiguration.linkLocal, (address, now) =>
      this.#autoconfiguration.use(address, now),
    );
  }

  get linkLocal(): string {
    return this.#autoconfiguration.linkLocal;
  }

  step(input: MnInput, now: number): readonly MnOutput[] {
    this.#now = now;
    if (input.kind === 'timer') this.#timer(now);
    else if (input.kind === 'command') this.#obey(input.command, now);
    else {
      const heard = hear(input.bytes, this.link.isMine);
      if (heard) this.#hear(heard, now);
    }
    return this.link.take();
  }

  deadline(): number | undefined {
    return earliest(
      this.#neighbours.deadline(),
      this.#autoconfiguration.deadline(),
      this.#dhcpv4.deadline(),
      this.#dhcpv6.deadline(),
    );
  }

  #timer(now: number): void {
    this.#neighbours.timer(now);
    this.#autoconfiguration.timer(now);
    this.#dhcpv4.timer(now);
    this.#dhcpv6.timer(now);
  }

  #obey(command: MnCommand, now: number): void {
    switch (command.kind) {
      case 'dhcpv4':
        return this.#dhcpv4.start(now, command.broadcast ?? false);
      case 'renew4':
        return this.#dhcpv4.renew(now);
      case 'release4':
        return this.#dhcpv4.release();
      case 'dhcpv6':
        return this.#autoconfiguration.up(now, (at) => this.#dhcpv6.start(at, command.rapidCommit ?? false));
      case 'renew6':
        return this.#dhcpv6.renew(now);
      case 'release6':
        return this.#dhcpv6.release(now);
      case 'up6':
        return this.#autoconfiguration.up(now, () => undefined);
      case 'slaac':
        return this.#autoconfiguration.start(now);
      case 'resolve':
        return this.#neighbours.resolve(command.address, now, () => undefined, true);
      case 'ping':
        return isIpv6(command.address)
          ? this.#ping6(command.address, command.payload, now)
          : this.#ping4(command.address, command.payload, now);
    }
  }

  #hear(heard: Heard, now: number): void {
    this.#neighbours.hear(heard);
    this.#autoconfiguration.hear(heard, now);
    this.#dhcpv4.hear(heard, now);
    this.#dhcpv6.hear(heard, now);
    if (heard.ipv4?.protocol === ipProtocols.icmp) this.#hearEcho4(heard);
    else if (heard.icmpv6) this.#hearEcho6(heard, heard.icmpv6);
  }

  // --- echo -------------------------------------------------------------------------------------------------------

  #hearEcho4({ link, ipv4 }: Heard): void {
    if (!ipv4 || !this.link.ipv4.has(ipv4.destination)) return;
    const message = decode(icmpEcho, ipv4.payload);
    if (!message.ok) return;
    const { type, payload } = message.value;
    if (type === icmpTypes.echoReply) this.link.tell({ kind: 'echo', from: ipv4.source, payload });
    if (type !== icmpTypes.echo) return;
    const answer = encode(icmpEcho, { ...message.value, type: icmpTypes.echoReply, checksum: undefined });
    const addresses = { source: ipv4.destination, destination: ipv4.source };
    const ends = { source: this.link.mac, destination: link.source };
    this.link.send(ipv4Frame(ends, { ...addresses, protocol: ipProtocols.icmp, payload: answer }));
  }

  #hearEcho6({ link, ipv6 }: Heard, octets: Uint8Array): void {
    const message = decode(icmpv6Echo, octets);
    if (!message.ok || !ipv6 || this.link.ipv6.get(ipv6.destination) !== 'valid') return;
    const { type, payload } = message.value;
    if (type === icmpv6Types.echoReply) this.link.tell({ kind: 'echo', from: ipv6.source, payload });
    if (type !== icmpv6Types.echo) return;
    const addresses = { source: ipv6.destination, destination: ipv6.source };
    const ends = { source: this.link.mac, destination: link.source };
    const answer = { ...message.value, type: icmpv6Types.echoReply, checksum: undefined };
    this.link.send(icmpv6Frame(ends, addresses, icmpv6Echo, answer, usualHopLimit));
  }

  #ping4(destination: string, payload: Uint8Array, now: number): void {
    const sequence = this.#nextSequence();
    const hop = this.link.isNeighbour4(destination) ? destination : (this.link.router4 ?? destination);
    this.#neighbours.resolve(hop, now, (mac) => {
      const message = encode(icmpEcho, { identifier: echoIdentifier, sequence, payload });
      const addresses = { source: this.link.source4, destination };
      const ends = { source: this.link.mac, destination: mac };
      this.link.send(ipv4Frame(ends, { ...addresses, protocol: ipProtocols.icmp, payload: message }));
    });
  }

  #ping6(destination: string, payload: Uint8Array, now: number): void {
    const sequence = this.#nextSequence();
    const near = isLinkLocal(destination) || this.link.onLink.has(prefixOf(destination));
    const hop = near ? destination : (this.link.router6 ?? destination);
    this.#neighbours.resolve(hop, now, (mac) => {
      const source = sourceFor(destination, this.link);
      if (source === undefined) return;
      const ends = { source: this.link.mac, destination: mac };
      const message = { identifier: echoIdentifier, sequence, payload };
      this.link.send(icmpv6Frame(ends, { source, destination }, icmpv6Echo, message, usualHopLimit));
    });
  }

  #nextSequence(): number {
    this.#sequence = (this.#sequence + 1) & 0xffff;
    return this.#sequence;
  }

  #unicastDhcp(to: string, payload: Uint8Array): void {
    const datagram = { sourcePort: dhcpv4Ports.client, destinationPort: dhcpv4Ports.server, payload };
    const packet = udp4Packet({ source: this.link.source4, destination: to }, datagram);
    const hop = this.link.isNeighbour4(to) ? to : (this.link.router4 ?? to);
    this.#neighbours.resolve(hop, this.#now, (mac) => {
      this.link.send(ipv4Frame({ source: this.link.mac, destination: mac }, packet));
    });
  }
}

const usualHopLimit = 64;
