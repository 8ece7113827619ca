/** What the parts of a host share: its addresses, whom it knows, and what it is about to say. */
import { isGroupMac } from '../wire/ethernet.js';
import { ipv4Number } from '../wire/text.js';
import type { MnEvent, MnOptions, MnOutput, MnTimes } from './mn-types.js';
import { usualTimes } from './mn-types.js';

export class MnLink {
  readonly mac: string;
  readonly times: MnTimes;
  readonly random: () => number;
  /** Own IPv4 addresses; the last one is the source of what is sent. */
  readonly ipv4 = new Set<string>();
  subnetMask: string | undefined;
  router4: string | undefined;
  /** Own IPv6 addresses; a tentative one is not answered for. */
  readonly ipv6 = new Map<string, 'tentative' | 'valid'>();
  router6: string | undefined;
  /** Prefixes on the link, as the first 16 hex digits of their addresses. */
  readonly onLink = new Set<string>();
  #outputs: MnOutput[] = [];

  constructor({ mac, random, times = usualTimes }: MnOptions) {
    this.mac = mac;
    this.times = times;
    this.random = random;
  }

  get source4(): string {
    return [...this.ipv4].at(-1) ?? '0.0.0.0';
  }

  /** Frames to the host itself, and to any group. */
  readonly isMine = (mac: string): boolean => mac === this.mac || isGroupMac(mac);

  /** Whether an IPv4 address is a neighbour; without a mask everybody is. */
  isNeighbour4(address: string): boolean {
    const mask = ipv4Number(this.subnetMask ?? '0.0.0.0') ?? 0;
    return ((ipv4Number(address) ?? 0) & mask) === ((ipv4Number(this.source4) ?? 0) & mask);
  }

  send(bytes: Uint8Array): void {
    this.#outputs.push({ kind: 'frame', bytes });
  }

  tell(event: MnEvent): void {
    this.#outputs.push({ kind: 'event', event });
  }

  take(): readonly MnOutput[] {
    const outputs = this.#outputs;
    this.#outputs = [];
    return outputs;
  }
}
