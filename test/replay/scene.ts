/** Captures made packet by packet: a mobile node registers and sends, and each packet may be bent, lost or copied. */
import { udpPacket } from '../../src/net/udp-packet.js';
import { Audit, type AuditOutcome } from '../../src/replay/audit.js';
import type { AuditOptions } from '../../src/replay/settings.js';
import { defaultDialect, type Extension, type WireContext } from '../../src/wire/extensions.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { etherTypes, gre } from '../../src/wire/gre.js';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { encodeRrp, encodeRrq, ntpTimestamp, type RrpInput, type RrqInput } from '../../src/wire/mobileip.js';
import { resultOf } from './taps.js';

export const mnHa = { spi: 256, key: new Uint8Array(16).fill(9), algorithm: 'hmac-md5' } as const;
export const ha = '192.0.2.1';
export const otherHa = '192.0.2.9';
export const mpa = '198.51.100.7';
export const otherMpa = '198.51.100.8';
const gateway = '02:bb:00:00:00:01';

/** A mobile node, and what it was last granted. */
export interface Node {
  readonly nai: string;
  readonly mac: string;
  readonly l2: boolean;
  home: string;
  reverseKey: number;
  forwardKey: number;
}

export const node = (number: number, l2 = false): Node => ({
  nai: `mn${number}@example.org`,
  mac: `02:aa:00:00:00:0${number}`,
  l2,
  home: l2 ? '0.0.0.0' : `10.99.0.${number}`,
  reverseKey: 0,
  forwardKey: 0,
});

export interface Ask {
  readonly to?: string;
  readonly from?: string;
  /** UDP port of the MPA. */
  readonly port?: number;
  readonly key?: number;
  readonly form?: WireContext['dialect']['greKeyForm'];
  readonly rrq?: RrqInput;
  /** In the place of all extensions. */
  readonly extensions?: Extension[];
  /** IP Identification. */
  readonly ipId?: number;
}

export interface Answer {
  readonly key?: number | 'none';
  readonly code?: number;
  readonly from?: string;
  readonly fromPort?: number;
  readonly rrp?: RrpInput;
  readonly extensions?: Extension[];
}

interface Asked {
  readonly node: Node;
  readonly ask: Ask;
  readonly rrq: RrqInput;
  readonly port: number;
}

export class Scene {
  /** Milliseconds since the Unix epoch. */
  now = 1_800_000_000_000;
  readonly #packets: { at: number; bytes: Uint8Array }[] = [];
  #ipId = 1;

  wait(seconds: number): this {
    this.now += seconds * 1000;
    return this;
  }

  ask(who: Node, ask: Ask = {}): Asked {
    this.now += 1500;
    const { to = ha, from = mpa, key = 0, form = 'tsirtsis-00', port = 40_000, ipId = this.#ipId++ } = ask;
    const extensions: Extension[] = ask.extensions ?? [
      nai(who),
      { name: 'greKey', key, a: who.l2 },
      { name: 'mnHa', spi: 256 },
    ];
    const rrq = {
      ...{ gre: true, reverseTunneling: true, lifetime: 600, homeAddress: who.home, homeAgent: to },
      ...{ careOfAddress: from, identification: ntpTimestamp(this.now), extensions },
      ...ask.rrq,
    };
    const bytes = encodeRrq(rrq, wireOf(form));
    this.packet(udpPacket({ address: from, port }, { address: to, port: 434 }, bytes, ipId));
    return { node: who, ask, rrq, port };
  }

  answer({ node: who, ask, rrq, port }: Asked, answer: Answer = {}): this {
    this.now += 6;
    const { to = ha, from = mpa, key: asked = 0, form = 'tsirtsis-00' } = ask;
    const { key = 0x700, code = 0, from: sender = to, fromPort = 434 } = answer;
    const extensions: Extension[] = answer.extensions ?? [
      nai(who),
      ...(key === 'none' || code !== 0 ? [] : [{ name: 'greKey', key, a: who.l2 } as const]),
      { name: 'mnHa', spi: 256 },
    ];
    const rrp = {
      ...{ code, lifetime: rrq.lifetime ?? 0, homeAddress: who.home, homeAgent: to },
      ...{ identification: rrq.identification, extensions },
      ...answer.rrp,
    };
    if (code === 0 && key !== 'none') Object.assign(who, { reverseKey: asked === 0 ? key : asked, forwardKey: key });
    const bytes = encodeRrp(rrp, wireOf(form));
    return this.packet(udpPacket({ address: sender, port: fromPort }, { address: from, port }, bytes, this.#ipId++));
  }

  register(who: Node, ask: Ask = {}, answer: Answer = {}): this {
    return this.answer(this.ask(who, ask), answer);
  }

  up(who: Node, bent: Bent = {}): this {
    const { homeAgent = ha, careOf = mpa } = bent;
    const key = 'key' in bent ? bent.key : who.reverseKey;
    return this.#tunnel(careOf, homeAgent, who, key, bent, true);
  }

  down(who: Node, bent: Bent = {}): this {
    const { homeAgent = ha, careOf = mpa } = bent;
    const key = 'key' in bent ? bent.key : who.forwardKey;
    return this.#tunnel(homeAgent, careOf, who, key, bent, false);
  }

  /** Both ways. */
  talk(who: Node, bent: Bent = {}): this {
    return this.up(who, bent).down(who, bent);
  }

  packet(bytes: Uint8Array): this {
    this.#packets.push({ at: this.now, bytes });
    return this;
  }

  /** Bends the packet that was added last. */
  bend(change: (bytes: Uint8Array) => Uint8Array): this {
    const last = this.#packets.at(-1);
    if (last) last.bytes = change(last.bytes.slice());
    return this;
  }

  /** Adds the last packet again, later by so many milliseconds. */
  copy(later: number): this {
    const last = this.#packets.at(-1);
    if (last) this.#packets.push({ at: last.at + later, bytes: last.bytes });
    return this;
  }

  audit(options: Partial<AuditOptions> = { mnHa }): AuditOutcome {
    const audit = new Audit({ knobs: {}, ...options });
    this.#packets.forEach(({ at, bytes }, i) => audit.packet({ number: i + 1, at, bytes, missing: 0 }));
    return audit.end();
  }

  /** What is held against whom, as `ha TN-03`. */
  violated(options?: Partial<AuditOptions>): string[] {
    return resultOf(this.audit(options))
      .cases.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn')
      .map(({ dut, requirements }) => `${dut} ${requirements.join()}`)
      .sort();
  }

  #tunnel(source: string, destination: string, who: Node, key: number | undefined, bent: Bent, isUp: boolean): this {
    this.now += bent.after ?? 50;
    const { protocol = who.l2 ? etherTypes.transparentEthernetBridging : etherTypes.ipv4 } = bent;
    const [from, to] = isUp ? [who.home, '10.50.0.9'] : ['10.50.0.9', who.home];
    const packet = encode(ipv4, { source: from, destination: to, protocol: 17, payload: new Uint8Array(20).fill(1) });
    const [macFrom, macTo] = isUp ? [who.mac, gateway] : [gateway, who.mac];
    const frame = { source: macFrom, destination: macTo, etherType: etherTypes.ipv4, payload: packet };
    const payload = bent.payload ?? (who.l2 ? encode(ethernet, frame) : packet);
    const bytes = encode(gre, { protocol, payload, ...(key !== undefined && { key }) });
    const outer = { source, destination, protocol: ipProtocols.gre, identification: this.#ipId++, payload: bytes };
    return this.packet(encode(ipv4, outer));
  }
}

export interface Bent {
  readonly homeAgent?: string;
  readonly careOf?: string;
  readonly key?: number | undefined;
  readonly protocol?: number;
  readonly payload?: Uint8Array;
  /** Milliseconds after what was last. */
  readonly after?: number;
}

export const nai = ({ nai: name }: Node): Extension => ({ name: 'nai', nai: name });
const wireOf = (greKeyForm: WireContext['dialect']['greKeyForm']): WireContext => ({
  dialect: { ...defaultDialect, greKeyForm },
  keys: () => mnHa,
});
