import { expect } from 'chai';
import type { Finding } from '../../src/oracle/finding.js';
import { Oracle } from '../../src/oracle/oracle.js';
import { readTunnelFrame } from '../../src/oracle/frame.js';
import { defaultKnobs, type KnobValues } from '../../src/spec/knobs.js';
import { defaultDialect, type Extension, type WireContext } from '../../src/wire/extensions.js';
import { etherTypes, gre } from '../../src/wire/gre.js';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { encodeRrp, encodeRrq, type RrqInput } from '../../src/wire/mobileip.js';

const key = new Uint8Array(16).fill(7);
const sa = { spi: 256, key, algorithm: 'hmac-md5' } as const;
const wire: WireContext = { dialect: defaultDialect, keys: () => sa };
const homeAgent = '192.0.2.1';
const careOf = '198.51.100.7';

const nai: Extension = { name: 'nai', nai: 'mn@example.org' };
const greKey: Extension = { name: 'greKey', a: true, key: 0 };
const mnHa: Extension = { name: 'mnHa', spi: 256 };
const faHa: Extension = { name: 'faHa', spi: 512 };

const right: RrqInput = {
  gre: true,
  lifetime: 600,
  homeAddress: '0.0.0.0',
  homeAgent,
  careOfAddress: careOf,
  identification: 100n,
  extensions: [nai, greKey, mnHa],
};

interface Asked {
  readonly rrq?: RrqInput;
  readonly from?: string;
  readonly at?: number;
}

class Bench {
  readonly oracle: Oracle;
  constructor(knobs: KnobValues = {}) {
    this.oracle = new Oracle({
      dialect: defaultDialect,
      knobs: { ...defaultKnobs(), ...knobs },
      replay: 'timestamps',
      mnHa: sa,
    });
  }

  /** Sends a request that differs from the right one as said; gives what was found about it. */
  ask({ rrq = {}, from = careOf, at = 0 }: Asked = {}): readonly Finding[] {
    return this.oracle.request(this.#message({ ...right, ...rrq }, from, at)).findings;
  }

  /** The same, accepted: the binding is then known. */
  accepted(asked: Asked = {}, granted: number | 'none' = 77, code = 0): readonly Finding[] {
    const { rrq = {}, from = careOf, at = 0 } = asked;
    const input = { ...right, ...rrq };
    const request = this.#message(input, from, at);
    this.oracle.request(request);
    const a = input.extensions?.find((e) => e.name === 'greKey')?.a ?? false;
    const extensions: Extension[] = [
      nai,
      ...(granted === 'none' ? [] : [{ name: 'greKey', a, key: granted } as const]),
      mnHa,
    ];
    const bytes = encodeRrp(
      {
        code,
        lifetime: input.lifetime ?? 0,
        homeAddress: a ? '0.0.0.0' : '10.99.0.5',
        homeAgent,
        identification: input.identification ?? 0n,
        extensions,
      },
      wire,
    );
    const reply = { at: at + 1, from: request.to, to: request.from, bytes };
    const { exchange } = this.oracle.exchange({ request, reply });
    return exchange ? this.oracle.acceptance(exchange) : [];
  }

  /** A packet from the care-of address, in GRE unless `key` is `ipip`. */
  uplink(
    greKeyOf: number | undefined | 'ipip',
    to = homeAgent,
    protocol: number = etherTypes.ipv4,
  ): readonly Finding[] {
    const inner = encode(ipv4, {
      source: '10.99.0.5',
      destination: '10.99.0.1',
      protocol: 1,
      payload: new Uint8Array(8),
    });
    const payload =
      greKeyOf === 'ipip'
        ? inner
        : encode(gre, { protocol, payload: inner, ...(greKeyOf !== undefined && { key: greKeyOf }) });
    const outer = greKeyOf === 'ipip' ? ipProtocols.ipInIp : ipProtocols.gre;
    const bytes = encode(ipv4, { source: careOf, destination: to, protocol: outer, payload });
    const frame = readTunnelFrame(bytes, 10_000);
    if (!frame) throw new Error('no tunnel packet');
    return this.oracle.uplink(frame);
  }

  #message(rrq: RrqInput, from: string, at: number) {
    const bytes = encodeRrq(rrq, wire);
    return { at, from: { address: from, port: 434 }, to: { address: homeAgent, port: 434 }, bytes };
  }
}

const violated = (findings: readonly Finding[]): string[] => findings.filter((f) => !f.holds).map((f) => f.requirement);
const held = (findings: readonly Finding[]): string[] => findings.filter((f) => f.holds).map((f) => f.requirement);

const normal: Extension = { name: 'greKey', a: false, key: 0 };
const own: Extension = { name: 'greKey', a: false, key: 5 };
const ownL2: Extension = { name: 'greKey', a: true, key: 5 };
const other: Extension = { name: 'nai', nai: 'other@example.org' };

describe('rules for requests', () => {
  it('find nothing wrong with a right one', () => {
    const findings = new Bench().ask();
    expect(violated(findings)).to.deep.equal([]);
    expect(held(findings)).to.include.members([
      'TS-01',
      'YG-07',
      'YG-08',
      'YG-09',
      'MN-21',
      'MN-25',
      'MN-28',
      'LG-02',
      'LG-03',
    ]);
  });

  const lonely: readonly (readonly [what: string, asked: Asked, ids: readonly string[]])[] = [
    ['reserved bits', { rrq: { extensions: [nai, { ...greKey, reserved: 4 }, mnHa] } }, ['TS-01', 'YG-22']],
    [
      'a wrong length',
      { rrq: { extensions: [nai, { name: 'raw', type: 48, data: new Uint8Array(4) }, mnHa] } },
      ['TS-01', 'YG-08'],
    ],
    ['two extensions', { rrq: { extensions: [nai, greKey, greKey, mnHa] } }, ['TS-01']],
    ['the bit r', { rrq: { reservedR: true } }, ['MN-25']],
    ['the bit x', { rrq: { reservedX: true } }, ['MN-25']],
    ['another source', { rrq: { decapsulation: true }, from: '198.51.100.99' }, ['MN-21']],
    ['no care-of address', { rrq: { careOfAddress: '0.0.0.0' }, from: '0.0.0.0' }, ['LG-02']],
    ['no G', { rrq: { gre: false } }, ['YG-18']],
    ['the key behind FA-HA', { rrq: { extensions: [nai, mnHa, faHa, greKey] } }, ['YG-09']],
    ['the NAI behind MN-HA', { rrq: { extensions: [greKey, mnHa, nai] } }, ['MN-28']],
    ['nobody named', { rrq: { extensions: [greKey, mnHa] } }, ['MN-28']],
    ['no authentication', { rrq: { extensions: [nai, greKey] } }, ['LG-03']],
    ['FA-HA before MN-HA', { rrq: { extensions: [nai, greKey, faHa, mnHa] } }, ['MN-26']],
    [
      '47 behind MN-HA',
      { rrq: { extensions: [nai, greKey, mnHa, { name: 'pmipNonSkippable', method: 1 }] } },
      ['LG-23'],
    ],
  ];
  for (const [what, asked, ids] of lonely) {
    it(`find ${what}`, () => expect(violated(new Bench().ask(asked))).to.deep.equal(ids));
  }

  it('take either place of the key, unless a knob says which (A-02)', () => {
    const behind = { rrq: { extensions: [nai, mnHa, greKey] } };
    expect(violated(new Bench().ask(behind))).to.deep.equal([]);
    expect(violated(new Bench({ ext_place: 'before_mnha' }).ask(behind))).to.deep.equal(['YG-09']);
    expect(violated(new Bench({ ext_place: 'after_mnha' }).ask())).to.deep.equal(['YG-09']);
  });

  it('say nothing of what may stand in octets that cannot be divided', () => {
    const tail: Extension = { name: 'tail', data: Uint8Array.of(47, 200, 0) };
    expect(violated(new Bench().ask({ rrq: { extensions: [tail] } }))).to.deep.equal([]);
  });

  it('want a greater Identification each time, by the same sender', () => {
    const bench = new Bench();
    bench.ask();
    expect(violated(bench.ask({ rrq: { identification: 101n }, at: 1 }))).to.deep.equal([]);
    expect(violated(bench.ask({ rrq: { identification: 101n }, at: 2 }))).to.deep.equal(['MN-05', 'MN-07']);
    // so soon, one may have overtaken the other
    expect(violated(bench.ask({ rrq: { identification: 99n }, at: 3 }))).to.deep.equal([]);
    expect(violated(bench.ask({ rrq: { identification: 99n }, at: 1500 }))).to.deep.equal(['MN-05']);
    const elsewhere = { rrq: { identification: 98n, careOfAddress: '198.51.100.8' }, from: '198.51.100.8', at: 1600 };
    expect(violated(bench.ask(elsewhere))).to.deep.equal([]);
  });

  it('let an Identification go back after code 133 (A-26), unless a knob forbids', () => {
    for (const [knob, ids] of [
      ['allow', []],
      ['forbid', ['MN-05']],
    ] as const) {
      const bench = new Bench({ id_decrease_after_133: knob });
      bench.accepted({ rrq: { identification: 1000n } }, 'none', 133);
      expect(violated(bench.ask({ rrq: { identification: 500n }, at: 1500 }))).to.deep.equal(ids);
    }
  });

  it('compare Identifications over the end of the NTP era', () => {
    const bench = new Bench();
    bench.ask({ rrq: { identification: 0xffff_ffff_0000_0000n } });
    expect(violated(bench.ask({ rrq: { identification: 1n }, at: 1 }))).to.deep.equal([]);
  });

  it('want the extension in all requests of a session with keys', () => {
    const plain = { extensions: [nai, mnHa], identification: 200n };
    const started = (): Bench => {
      const bench = new Bench();
      bench.accepted();
      return bench;
    };
    expect(violated(started().ask({ rrq: plain, at: 5 }))).to.deep.equal(['YG-07', 'TS-28']);
    expect(violated(started().ask({ rrq: { ...plain, gre: false }, at: 5 }))).to.deep.equal(['TS-28']);
    expect(violated(started().ask({ rrq: { ...plain, lifetime: 0 }, at: 5 }))).to.deep.equal(['YG-07']);
    expect(violated(started().ask({ rrq: { identification: 200n }, at: 5 }))).to.deep.equal([]);
    expect(violated(new Bench().ask({ rrq: plain }))).to.deep.equal([]);
  });

  it('want a key of its own for each L2 node of a proxy agent', () => {
    const bench = new Bench();
    bench.accepted({ rrq: { extensions: [nai, ownL2, mnHa] } });
    expect(violated(bench.ask({ rrq: { extensions: [other, ownL2, mnHa] }, at: 5 }))).to.deep.equal(['TS-03']);
    const elsewhere = {
      rrq: { extensions: [other, ownL2, mnHa], careOfAddress: '198.51.100.8' },
      from: '198.51.100.8',
    };
    expect(violated(bench.ask({ ...elsewhere, at: 5 }))).to.deep.equal([]);
    expect(violated(bench.ask({ rrq: { extensions: [other, own, mnHa], identification: 101n }, at: 6 }))).to.deep.equal(
      [],
    );
  });
});

describe('rules for packets of proxy agents', () => {
  const registered = (extension: Extension | undefined, granted: number | 'none'): Bench => {
    const bench = new Bench();
    bench.accepted(
      { rrq: { gre: extension !== undefined, extensions: [nai, ...(extension ? [extension] : []), mnHa] } },
      granted,
    );
    return bench;
  };

  it('want the key of the HA where it was asked for', () => {
    expect(violated(registered(normal, 77).uplink(77))).to.deep.equal([]);
    expect(held(registered(normal, 77).uplink(77))).to.include.members(['TS-23', 'TN-08', 'YG-23', 'GR-08']);
    expect(violated(registered(normal, 77).uplink(78))).to.deep.equal(['TS-23']);
  });

  it('want the announced key where there is one', () => {
    expect(violated(registered(own, 77).uplink(5))).to.deep.equal([]);
    expect(violated(registered(own, 77).uplink(77))).to.deep.equal(['TS-05']);
    expect(violated(registered(ownL2, 77).uplink(77, homeAgent, 0x6558))).to.deep.equal(['TS-05']);
  });

  it('want a key, the agreed encapsulation, type and end', () => {
    expect(violated(registered(normal, 77).uplink(undefined))).to.deep.equal(['YG-23']);
    expect(violated(registered(normal, 77).uplink('ipip'))).to.deep.equal(['TN-09']);
    expect(violated(registered(undefined, 'none').uplink('ipip'))).to.deep.equal([]);
    expect(violated(registered(normal, 77).uplink(77, homeAgent, 0x86dd))).to.deep.equal(['GR-08']);
    expect(violated(registered(normal, 77).uplink(77, '192.0.2.2'))).to.deep.equal(['TN-08']);
  });

  it('say nothing of keys that nobody in sight has agreed on', () => {
    expect(violated(new Bench().uplink(9))).to.deep.equal([]);
    expect(violated(registered(greKey, 77).uplink(9, homeAgent, 0x6558))).to.deep.equal([]);
  });

  it('leave packets alone that were under way when keys changed', () => {
    const bench = registered(normal, 77);
    bench.accepted({ rrq: { extensions: [nai, normal, mnHa], identification: 300n }, at: 9000 }, 78);
    expect(violated(bench.uplink(77))).to.deep.equal([]);
  });
});

describe('rules for what was accepted', () => {
  it('find a wrong authenticator accepted', () => {
    const wrong: Extension = { ...mnHa, authenticator: new Uint8Array(16) };
    expect(violated(new Bench().accepted({ rrq: { extensions: [nai, greKey, wrong] } }))).to.deep.equal(['HA-05']);
    expect(violated(new Bench().accepted())).to.deep.equal([]);
  });

  it('find an old Identification accepted, but none that was overtaken', () => {
    const bench = new Bench();
    bench.accepted({ rrq: { identification: 500n }, at: 10 });
    expect(violated(bench.accepted({ rrq: { identification: 499n }, at: 20 }))).to.deep.equal(['HA-13']);
    expect(violated(bench.accepted({ rrq: { identification: 400n }, at: 5 }))).to.deep.equal([]);
  });

  it('find G without the extension accepted, by an HA that knows the extension (A-07)', () => {
    const keyless = { rrq: { extensions: [nai, mnHa], identification: 600n }, at: 20 };
    expect(violated(new Bench().accepted(keyless, 'none'))).to.deep.equal([]);
    const bench = new Bench();
    bench.accepted();
    expect(violated(bench.accepted(keyless, 'none'))).to.deep.equal(['YG-13']);
  });
});
