/** A segment with hosts and the services of a home network on it: frames go to all, time is virtual. */
import type { HomeContext, HomeService } from '../../src/agents/home-services.js';
import { MnHost } from '../../src/agents/mn-host.js';
import type { MnCommand, MnEvent, MnOutput } from '../../src/agents/mn-types.js';
import { homeServices, type HomeServiceName } from '../../src/dut/home.js';
import { arpService, echoService } from '../../src/agents/home-services.js';
import { ipv4Number } from '../../src/wire/text.js';
import { summarizeFrame } from '../../src/wire/describe.js';

export const gateway = { ipv4: '10.99.0.1', ipv6: '2001:db8:99::1', mac: 0x020000009901 };

type Station = MnHost | readonly HomeService[];

interface Sent {
  readonly from: Station;
  readonly bytes: Uint8Array;
}

export class Segment {
  now = Date.UTC(2025, 0, 1);
  readonly hosts: MnHost[] = [];
  readonly events = new Map<MnHost, MnEvent[]>();
  /** One line for each frame. */
  readonly lines: string[] = [];
  readonly services: readonly HomeService[];
  /** Frames for which this does not hold get lost. */
  passes: (bytes: Uint8Array) => boolean = () => true;
  #seed = 1;
  #queue: Sent[] = [];

  constructor(services: readonly HomeServiceName[] = ['dhcpv4', 'dhcpv6', 'slaac']) {
    this.services = [arpService, echoService, ...homeServices({ services })];
  }

  host(number = this.hosts.length + 1): MnHost {
    const mac = `02:67:00:00:00:${number.toString(16).padStart(2, '0')}`;
    const host = new MnHost({ mac, random: () => (this.#seed = (Math.imul(this.#seed, 1664525) + 1013904223) >>> 0) });
    this.hosts.push(host);
    this.events.set(host, []);
    return host;
  }

  command(host: MnHost, command: MnCommand): void {
    this.#take(host, host.step({ kind: 'command', command }, this.now));
    this.#deliver();
  }

  /** A frame from nowhere. */
  inject(bytes: Uint8Array): void {
    this.#queue.push({ from: [], bytes });
    this.#deliver();
  }

  wait(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const [next] = this.hosts
        .flatMap((host) => host.deadline() ?? [])
        .filter((due) => due <= until)
        .sort((a, b) => a - b);
      if (next === undefined) break;
      this.now = Math.max(this.now, next);
      for (const host of this.hosts) {
        if ((host.deadline() ?? Infinity) <= this.now) this.#take(host, host.step({ kind: 'timer' }, this.now));
      }
      this.#deliver();
    }
    this.now = until;
  }

  /** The events of a kind that a host has told. */
  of<K extends MnEvent['kind']>(host: MnHost, kind: K): Extract<MnEvent, { kind: K }>[] {
    return (this.events.get(host) ?? []).filter((event): event is Extract<MnEvent, { kind: K }> => event.kind === kind);
  }

  #take(host: MnHost, outputs: readonly MnOutput[]): void {
    for (const output of outputs) {
      if (output.kind === 'event') this.events.get(host)?.push(output.event);
      else this.#queue.push({ from: host, bytes: output.bytes });
    }
  }

  #deliver(): void {
    for (let sent; (sent = this.#queue.shift());) {
      const { from, bytes } = sent;
      this.lines.push(summarizeFrame(bytes));
      if (!this.passes(bytes)) continue;
      for (const host of this.hosts) {
        if (host !== from) this.#take(host, host.step({ kind: 'frame', bytes }, this.now));
      }
      if (from === this.services) continue;
      for (const service of this.services) {
        const answers = service.onFrame?.(bytes, this.#context()) ?? [];
        this.#queue.push(...answers.map((answer) => ({ from: this.services, bytes: answer })));
      }
    }
  }

  #context(): HomeContext {
    const ipv4 = ipv4Number(gateway.ipv4) ?? 0;
    return { mac: gateway.mac, ipv4, proxies: () => false, isLocal: (address) => address === ipv4, now: this.now };
  }
}
