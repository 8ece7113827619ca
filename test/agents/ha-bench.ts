/** A home agent on the bench: hand-made messages in, decoded answers out. */
import type { Agent, AgentOutput } from '../../src/agents/agent.js';
import type { HomeAgentConfig } from '../../src/agents/ha-config.js';
import { defaultRules } from '../../src/agents/ha-default-rules.js';
import { homeAgent, type HomeAgent } from '../../src/agents/home-agent.js';
import type { HaRules } from '../../src/agents/ha-rules.js';
import { homeAgentConfig, type HomeAgentOptions } from '../../src/dut/ha.js';
import { defaultDialect, type Extension, type GreKeyExtension, type WireContext } from '../../src/wire/extensions.js';
import { arp } from '../../src/wire/arp.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { etherTypes, gre, type Gre, type GreInput } from '../../src/wire/gre.js';
import { icmpEcho } from '../../src/wire/icmp.js';
import { ipv4, type Ipv4 } from '../../src/wire/ipv4.js';
import { decode, type Decoded, encode } from '../../src/wire/layout.js';
import { decodeRrp, encodeRrq, ntpTimestamp, type Rrp, type RrqInput } from '../../src/wire/mobileip.js';
import { fromHex } from '../../src/wire/text.js';

export const ha = '192.0.2.1';
export const coa = '198.51.100.7';
export const otherCoa = '198.51.100.8';
export const gateway = '10.99.0.1';
export const gatewayMac = '02:00:00:00:99:01';
export const mnKey = fromHex('00112233445566778899aabbccddeeff') ?? new Uint8Array(0);
export const faKey = fromHex('ffeeddccbbaa99887766554433221100') ?? new Uint8Array(0);
export const wire: WireContext = {
  dialect: defaultDialect,
  keys: (type) => ({ key: type === 34 ? faKey : mnKey, algorithm: 'hmac-md5' }),
};

export interface RequestOptions extends RrqInput {
  readonly nai?: string;
  readonly key?: number;
  readonly a?: boolean;
  /** Between NAI and GRE key. */
  readonly extra?: readonly Extension[];
  /** The whole list, in place of the one made here. */
  readonly list?: readonly Extension[];
  readonly from?: string;
  readonly to?: string;
  readonly context?: WireContext;
  readonly mangle?: (octets: Uint8Array) => Uint8Array;
}

export class Bench {
  readonly config: HomeAgentConfig;
  readonly agent: HomeAgent;
  /** What gets the inputs: the agent itself, unless a test puts something around it. */
  device: Agent;
  now = Date.UTC(2025, 0, 1);
  private ticks = 0;

  constructor(
    options: Partial<HomeAgentOptions> = {},
    change: (rules: HaRules, config: HomeAgentConfig) => HaRules = (r) => r,
  ) {
    this.config = homeAgentConfig({ addresses: [ha], seed: 1, ...options });
    this.agent = homeAgent(this.config, change(defaultRules(this.config), this.config));
    this.device = this.agent;
  }

  /** Octets of a request that is right unless the options say otherwise. */
  request(options: RequestOptions = {}): Uint8Array {
    const { nai = 'mn1@example.org', key, a = false, extra = [], list, context, mangle, ...fields } = options;
    const greKey: Extension[] = key === undefined ? [] : [{ name: 'greKey', key, a }];
    const octets = encodeRrq(
      {
        gre: key !== undefined,
        reverseTunneling: true,
        lifetime: 60,
        homeAgent: ha,
        careOfAddress: coa,
        identification: this.identification(),
        extensions: [...(list ?? [{ name: 'nai', nai }, ...extra, ...greKey, { name: 'mnHa', spi: 256 }])],
        ...fields,
      },
      context ?? wire,
    );
    return mangle ? mangle(octets) : octets;
  }

  /** Always larger than the last. */
  identification(): bigint {
    return ntpTimestamp(this.now) + BigInt(++this.ticks);
  }

  send(payload: Uint8Array, from = coa, to = ha): readonly AgentOutput[] {
    return this.device.step(
      { kind: 'udp', local: { address: to, port: 434 }, remote: { address: from, port: 40000 }, payload },
      this.now,
    );
  }

  /** The reply to a request, or undefined for silence. */
  register(options: RequestOptions = {}): Rrp | undefined {
    const outputs = this.send(this.request(options), options.from, options.to);
    return outputs.map(replyIn).find((reply) => reply !== undefined);
  }

  code(options: RequestOptions = {}): number | undefined {
    return this.register(options)?.code;
  }

  packet(bytes: Uint8Array): readonly AgentOutput[] {
    return this.device.step({ kind: 'packet', bytes }, this.now);
  }

  /** Lets time pass, with the timer inputs that fall due. */
  wait(ms: number): void {
    const until = this.now + ms;
    for (let due; (due = this.device.deadline()) !== undefined && due <= until;) {
      this.now = due;
      this.device.step({ kind: 'timer' }, this.now);
    }
    this.now = until;
  }

  get bindings(): number {
    return this.agent.state.bindings.size;
  }
}

export function replyIn(output: AgentOutput): Rrp | undefined {
  if (output.kind !== 'udp') return undefined;
  const decoded = decodeRrp(output.payload, defaultDialect);
  return decoded.ok ? decoded.value : undefined;
}

export const greKeyOf = (reply: Rrp | undefined): GreKeyExtension | undefined =>
  reply?.extensions.find((e): e is GreKeyExtension => e.name === 'greKey');

/** Key Identifier of an accepted reply; 0 when there is none. */
export const keyOf = (reply: Rrp | undefined): number => greKeyOf(reply)?.key ?? 0;

function must<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(decoded.issue.message);
  return decoded.value;
}

export const echo = (source: string, destination: string, ttl = 64, payload = Uint8Array.of(1, 2, 3)): Uint8Array =>
  encode(ipv4, {
    source,
    destination,
    ttl,
    protocol: 1,
    payload: encode(icmpEcho, { identifier: 7, sequence: 1, payload }),
  });

export const inGre = (payload: Uint8Array, fields: GreInput, source = coa, destination = ha): Uint8Array =>
  encode(ipv4, {
    source,
    destination,
    protocol: 47,
    payload: encode(gre, { protocol: etherTypes.ipv4, ...fields, payload }),
  });

export const inIp = (payload: Uint8Array, source = coa, destination = ha): Uint8Array =>
  encode(ipv4, { source, destination, protocol: 4, payload });

export const frame = (
  source: string,
  destination: string,
  payload: Uint8Array,
  etherType: number = etherTypes.ipv4,
): Uint8Array => encode(ethernet, { source, destination, etherType, payload });

export const arpRequest = (senderMac: string, senderIp: string, targetIp: string): Uint8Array =>
  frame(senderMac, 'ff:ff:ff:ff:ff:ff', encode(arp, { senderMac, senderIp, targetIp }), etherTypes.arp);

export const inL2 = (payload: Uint8Array, key: number, source = coa): Uint8Array =>
  inGre(payload, { key, protocol: etherTypes.transparentEthernetBridging }, source);

export interface Tunnelled {
  readonly outer: Ipv4;
  /** Absent for IP-in-IP. */
  readonly gre?: Gre;
  readonly payload: Uint8Array;
}

/** The tunnel packets among the outputs. */
export function tunnelled(outputs: readonly AgentOutput[]): Tunnelled[] {
  return outputs.flatMap((output) => {
    if (output.kind !== 'packet') return [];
    const outer = must(decode(ipv4, output.bytes));
    if (outer.protocol !== 47) return [{ outer, payload: outer.payload }];
    const header = must(decode(gre, outer.payload));
    return [{ outer, gre: header, payload: header.payload }];
  });
}

export const packetOf = (bytes: Uint8Array): Ipv4 => must(decode(ipv4, bytes));
