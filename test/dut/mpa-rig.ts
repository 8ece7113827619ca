/** The reference MPA and the reference HA on one network in memory, with a hand on the access link. */
import type { AttachCommand } from '../../src/agents/mpa-config.js';
import { type HomeAgentOptions, startHomeAgent } from '../../src/dut/ha.js';
import { type MpaHost, type MpaOptions, startMpa } from '../../src/dut/mpa.js';
import { memoryNet, type MemoryNet } from '../../src/net/memory.js';
import type { LinkPort } from '../../src/net/port.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { defaultDialect } from '../../src/wire/extensions.js';
import { etherTypes, gre, type Gre } from '../../src/wire/gre.js';
import { icmpEcho } from '../../src/wire/icmp.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { decode, encode } from '../../src/wire/layout.js';
import { decodeRrp, decodeRrq, type Rrp, type Rrq } from '../../src/wire/mobileip.js';

export const haAddress = '192.0.2.1';
export const coa = '198.51.100.7';
export const otherCoa = '198.51.100.8';
export const gateway = '10.99.0.1';
export const gatewayMac = '02:00:00:00:99:01';
export const macOf = (number: number): string => `02:00:00:00:01:${number.toString(16).padStart(2, '0')}`;
export const naiOf = (number: number): string => `mn${number}@example.org`;

export interface TunnelPacket {
  readonly source: string;
  readonly destination: string;
  /** Absent for IP-in-IP. */
  readonly gre?: Gre;
  readonly payload: Uint8Array;
}

export class MpaRig {
  readonly net: MemoryNet = memoryNet();
  readonly requests: Rrq[] = [];
  readonly replies: Rrp[] = [];
  readonly tunnel: TunnelPacket[] = [];
  /** Frames that came out on the access link. */
  readonly frames: Uint8Array[] = [];
  private readonly closers: (() => Promise<void>)[] = [];
  private link: LinkPort | undefined;

  async start(ha: Partial<HomeAgentOptions> = {}, mpa: Partial<MpaOptions> = {}): Promise<MpaHost> {
    this.net.tap(({ bytes }) => this.see(bytes));
    const host = await startHomeAgent(this.net.device, { addresses: [haAddress], seed: 7, ...ha });
    this.closers.push(host.close);
    this.link = await this.net.openLink('access', ({ bytes }) => this.frames.push(bytes));
    return this.agent(coa, mpa);
  }

  async agent(address: string, options: Partial<MpaOptions> = {}): Promise<MpaHost> {
    const mpa = await startMpa(this.net.device, {
      address,
      homeAgent: { address: haAddress },
      accessLink: 'access',
      seed: 3,
      ...options,
    });
    this.closers.push(mpa.close);
    return mpa;
  }

  async stop(): Promise<void> {
    for (const close of this.closers) await close();
    await this.link?.close();
  }

  wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.net.clock.setTimer(ms, resolve));
  }

  /** Puts a frame on the access link, and lets it take effect. */
  async frame(frame: Uint8Array): Promise<void> {
    this.link?.send(frame);
    await this.wait(5);
  }

  /** Decoded echo replies that came out on the access link for this MAC address. */
  echoes(mac: string): { readonly source: string; readonly destination: string; readonly identifier: number }[] {
    return this.frames.flatMap((bytes) => {
      const frame = decode(ethernet, bytes);
      if (!frame.ok || frame.value.destination !== mac || frame.value.etherType !== etherTypes.ipv4) return [];
      const packet = decode(ipv4, frame.value.payload);
      const echo = packet.ok && packet.value.protocol === 1 ? decode(icmpEcho, packet.value.payload) : undefined;
      if (!packet.ok || !echo?.ok || echo.value.type !== 0) return [];
      const { source, destination } = packet.value;
      return [{ source, destination, identifier: echo.value.identifier }];
    });
  }

  private see(bytes: Uint8Array): void {
    const packet = decode(ipv4, bytes);
    if (!packet.ok) return;
    const { source, destination, protocol, payload } = packet.value;
    if (protocol === 17) {
      const rrq = decodeRrq(payload.subarray(8), defaultDialect);
      if (rrq.ok) this.requests.push(rrq.value);
      const rrp = decodeRrp(payload.subarray(8), defaultDialect);
      if (rrp.ok) this.replies.push(rrp.value);
    } else if (protocol === 4) {
      this.tunnel.push({ source, destination, payload });
    } else if (protocol === 47) {
      const header = decode(gre, payload);
      if (header.ok) this.tunnel.push({ source, destination, gre: header.value, payload: header.value.payload });
    }
  }
}

export const attach = (number: number, mode: Partial<AttachCommand> = {}): AttachCommand => ({
  kind: 'attach',
  nai: naiOf(number),
  mac: macOf(number),
  l2: true,
  key: 'zero',
  ...mode,
});

export const ping = (mac: string, source: string, to: string, toMac: string, identifier = 1): Uint8Array =>
  encode(ethernet, {
    destination: toMac,
    source: mac,
    etherType: etherTypes.ipv4,
    payload: encode(ipv4, {
      source,
      destination: to,
      protocol: 1,
      payload: encode(icmpEcho, { identifier, sequence: 1, payload: new Uint8Array(8) }),
    }),
  });
