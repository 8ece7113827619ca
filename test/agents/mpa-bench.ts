/** A mobility proxy agent on the bench: the hand on the bench is the home agent and the devices. */
import type { AgentOutput } from '../../src/agents/agent.js';
import type { MobilityProxyAgent } from '../../src/agents/mobility-proxy-agent.js';
import type { MpaConfig, MpaInput, TunnelMode } from '../../src/agents/mpa-config.js';
import { buildMpa, mpaConfig, type MpaOptions } from '../../src/dut/mpa.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { defaultDialect, type Extension, type GreKeyExtension, type WireContext } from '../../src/wire/extensions.js';
import { etherTypes } from '../../src/wire/gre.js';
import { decode, encode, type InputOf } from '../../src/wire/layout.js';
import {
  decodeRevocationAck,
  decodeRrq,
  encodeRrp,
  type RevocationAck,
  revocationLayout,
  type Rrq,
  type RrpInput,
} from '../../src/wire/mobileip.js';
import { fromHex } from '../../src/wire/text.js';
import { echo, inGre, inIp, tunnelled, type Tunnelled } from './ha-bench.js';

export const ha = '192.0.2.1';
export const otherHa = '192.0.2.9';
export const coa = '198.51.100.7';
export const routerMac = '02:00:00:00:98:01';
export const gateway = '10.99.0.1';
export const home = '10.99.0.20';
export const l2ZeroKey: TunnelMode = { l2: true, key: 'zero' };
export const modes: readonly TunnelMode[] = [
  l2ZeroKey,
  { l2: true, key: 'own' },
  { l2: false, key: 'zero' },
  { l2: false, key: 'own' },
  { l2: false, key: 'none' },
];
export const modeName = ({ l2, key }: TunnelMode): string => `${l2 ? 'L2' : 'normal'} mode, key ${key}`;
export const macOf = (number: number): string => `02:00:00:00:01:${number.toString(16).padStart(2, '0')}`;
export const naiOf = (number: number): string => `mn${number}@example.org`;

const keys = {
  mnHa: fromHex('00112233445566778899aabbccddeeff') ?? new Uint8Array(0),
  faHa: fromHex('ffeeddccbbaa99887766554433221100') ?? new Uint8Array(0),
};
const wire: WireContext = {
  dialect: defaultDialect,
  keys: (type) => ({ key: type === 34 ? keys.faHa : keys.mnHa, algorithm: 'hmac-md5' }),
};

export interface Sent {
  /** Milliseconds since the bench began. */
  readonly at: number;
  readonly rrq: Rrq;
  /** Where it went. */
  readonly to: string;
  readonly payload: Uint8Array;
}

export interface AnswerOptions extends RrpInput {
  /** Key Identifier; undefined: no extension. */
  readonly key?: number | undefined;
  readonly a?: boolean;
  /** In place of NAI, GRE key and MN-HA. */
  readonly list?: readonly Extension[];
  readonly mangle?: (octets: Uint8Array) => Uint8Array;
  readonly from?: string;
}

export const start = Date.UTC(2025, 0, 1);

export class MpaBench {
  readonly config: MpaConfig;
  agent: MobilityProxyAgent;
  now = start;
  /** Every request so far. */
  readonly sent: Sent[] = [];
  /** Frames on the access link so far. */
  readonly frames: Uint8Array[] = [];
  /** Tunnel packets so far. */
  readonly tunnel: Tunnelled[] = [];
  readonly outputs: AgentOutput[] = [];
  /** Every acknowledgment of a revocation so far. */
  readonly acks: { readonly ack: RevocationAck; readonly to: string }[] = [];

  constructor(options: Partial<MpaOptions> = {}) {
    const given = mpaConfig({ address: coa, homeAgent: { address: ha }, seed: 1, accessLink: 'access', ...options });
    ({ agent: this.agent, config: this.config } = buildMpa(given, options));
  }

  input(input: MpaInput): void {
    for (const output of this.agent.step(input, this.now)) {
      this.outputs.push(output);
      if (output.kind === 'frame') this.frames.push(output.bytes);
      if (output.kind !== 'udp') continue;
      const ack = decodeRevocationAck(output.payload, this.config.dialect);
      if (ack.ok) this.acks.push({ ack: ack.value, to: `${output.remote.address}:${output.remote.port}` });
      const rrq = decodeRrq(output.payload, this.config.dialect);
      if (rrq.ok)
        this.sent.push({ at: this.now - start, rrq: rrq.value, to: output.remote.address, payload: output.payload });
    }
    this.tunnel.push(...tunnelled(this.outputs.splice(0)));
  }

  attach(number = 1, mode: TunnelMode = l2ZeroKey): void {
    this.input({ kind: 'attach', nai: naiOf(number), mac: macOf(number), ...mode });
  }

  detach(number = 1): void {
    this.input({ kind: 'detach', nai: naiOf(number), mac: macOf(number) });
  }

  /** The newest request. */
  get last(): Sent {
    const last = this.sent.at(-1);
    if (!last) throw new Error('no request was sent');
    return last;
  }

  /** Answers the newest request, or the given one: code 0 and the lifetime asked for, unless the options say otherwise. */
  answer(options: AnswerOptions = {}, to: Sent = this.last): void {
    const asked = keyOf(to.rrq);
    const { key = asked && (asked.key || 0x1000), a = asked?.a ?? false, list, mangle, from = ha, ...fields } = options;
    const greKey: Extension[] =
      key === undefined || (!asked && !('key' in options)) ? [] : [{ name: 'greKey', key, a }];
    const nai = to.rrq.extensions.filter((e) => e.name === 'nai');
    const l2 = asked?.a ?? false;
    const octets = encodeRrp(
      {
        code: 0,
        lifetime: to.rrq.lifetime,
        homeAddress: l2 ? '0.0.0.0' : home,
        homeAgent: ha,
        identification: to.rrq.identification,
        extensions: [...(list ?? [...nai, ...greKey, { name: 'mnHa', spi: 256 }])],
        ...fields,
      },
      wire,
    );
    this.input({
      kind: 'udp',
      local: { address: coa, port: 434 },
      remote: { address: from, port: 434 },
      payload: mangle ? mangle(octets) : octets,
    });
  }

  /** Answers the newest request with an offer of revocation of this moment. */
  agree(options: AnswerOptions = {}): void {
    const key = this.last.rrq.extensions.find((e) => e.name === 'greKey');
    const nai = this.last.rrq.extensions.filter((e) => e.name === 'nai');
    const greKey: Extension[] = key ? [{ name: 'greKey', key: 0x1000, a: key.a ?? false }] : [];
    const offer: Extension = { name: 'revocationSupport', timestamp: this.second };
    this.answer({ list: [...nai, ...greKey, offer, { name: 'mnHa', spi: 256 }], ...options });
  }

  /** The time as revocations tell it. */
  get second(): number {
    return Math.floor(this.now / 1000);
  }

  /** A revocation by the home agent, sent; its octets. */
  revoke(
    fields: InputOf<typeof revocationLayout> = {},
    mangle: (octets: Uint8Array) => Uint8Array = (octets) => octets,
  ): Uint8Array {
    const ends = { homeAddress: home, homeDomain: ha, foreignDomain: coa };
    const signed: Extension[] = [{ name: 'mnHa', spi: 256 }];
    const message = { byHomeAgent: true, ...ends, revocationId: this.second, extensions: signed, ...fields };
    const octets = mangle(encode(revocationLayout, message, wire));
    this.hear(octets);
    return octets;
  }

  /** A datagram from a home agent to the port for revocations. */
  hear(payload: Uint8Array, from = ha): void {
    this.input({ kind: 'udp', local: { address: coa, port: 434 }, remote: { address: from, port: 4434 }, payload });
  }

  /** A device with a registration. */
  registered(number = 1, mode: TunnelMode = l2ZeroKey, options: AnswerOptions = {}): void {
    this.attach(number, mode);
    this.answer(options);
  }

  isRegistered(number = 1): boolean {
    return this.agent.state.devices.named(naiOf(number))?.binding !== undefined;
  }

  /** Lets time pass, with the timer inputs that fall due. */
  wait(ms: number): void {
    const until = this.now + ms;
    for (let due; (due = this.agent.deadline()) !== undefined && due <= until;) {
      this.now = due;
      this.input({ kind: 'timer' });
    }
    this.now = until;
  }

  /** A frame from the access link; what went into tunnels for it. */
  up(frame: Uint8Array): Tunnelled[] {
    this.tunnel.length = 0;
    this.input({ kind: 'frame', link: 'access', bytes: frame });
    return this.tunnel.splice(0);
  }

  /** A packet for the agent; the frames that came out on the access link. */
  down(packet: Uint8Array): Uint8Array[] {
    this.frames.length = 0;
    this.input({ kind: 'packet', bytes: packet });
    return this.frames.splice(0);
  }

  /** Milliseconds between the requests so far. */
  get gaps(): number[] {
    return this.sent.slice(1).map(({ at }, i) => at - (this.sent[i]?.at ?? 0));
  }
}

export const keyOf = (rrq: Rrq): GreKeyExtension | undefined =>
  rrq.extensions.find((e): e is GreKeyExtension => e.name === 'greKey');

/** A frame of a device with an echo request. */
export const pingFrom = (number: number, to = gateway, source = home, mac = routerMac): Uint8Array =>
  encode(ethernet, {
    destination: mac,
    source: macOf(number),
    etherType: etherTypes.ipv4,
    payload: echo(source, to),
  });

export const downGre = (payload: Uint8Array, key: number | undefined, from = ha): Uint8Array =>
  inGre(payload, { key }, from, coa);
export const downL2 = (payload: Uint8Array, key: number | undefined, from = ha): Uint8Array =>
  inGre(payload, { key, protocol: etherTypes.transparentEthernetBridging }, from, coa);
export const downIpInIp = (payload: Uint8Array, from = ha): Uint8Array => inIp(payload, from, coa);

/** A frame for a device with an echo request from the gateway. */
export const frameTo = (mac: string): Uint8Array =>
  encode(ethernet, {
    destination: mac,
    source: '02:00:00:00:99:01',
    etherType: etherTypes.ipv4,
    payload: echo(gateway, home),
  });

export function destinationOf(frame: Uint8Array | undefined): string | undefined {
  const decoded = frame && decode(ethernet, frame);
  return decoded?.ok ? decoded.value.destination : undefined;
}
