import { expect } from 'chai';
import { mpaFaults } from '../../src/dut/faults/mpa.js';
import type { MpaDeviation } from '../../src/dut/faults/mpa-types.js';
import type { MpaOptions } from '../../src/dut/mpa.js';
import { mpaVariants } from '../../src/dut/variants-mpa.js';
import { catalogue } from '../../src/spec/catalogue.js';
import { dhcpv4Options, dhcpv4Types } from '../../src/wire/dhcpv4-options.js';
import { dhcpv4 } from '../../src/wire/dhcpv4.js';
import { ethernet } from '../../src/wire/ethernet.js';
import type { Extension } from '../../src/wire/extensions.js';
import type { GreInput } from '../../src/wire/gre.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { ntpTimestamp, replyCodes } from '../../src/wire/mobileip.js';
import { option } from '../../src/wire/options.js';
import { toHex } from '../../src/wire/text.js';
import { udp } from '../../src/wire/udp.js';
import { arpRequest, echo, inGre } from '../agents/ha-bench.js';
import {
  type AnswerOptions,
  coa,
  downGre,
  downIpInIp,
  downL2,
  frameTo,
  gateway,
  ha,
  home,
  keyOf,
  macOf,
  modes,
  MpaBench,
  naiOf,
  otherHa,
  pingFrom,
  routerMac,
} from '../agents/mpa-bench.js';

interface Name {
  readonly fault?: string;
  readonly variant?: string;
}

const dhcp = (number: number, type: number): Uint8Array => {
  const options = [option(dhcpv4Options.messageType, { type })];
  const ends = { source: '0.0.0.0', destination: '255.255.255.255' };
  const payload = encode(
    udp,
    { sourcePort: 68, destinationPort: 67, payload: encode(dhcpv4, { clientMac: macOf(number), options }) },
    ends,
  );
  const packet = encode(ipv4, { ...ends, protocol: 17, payload });
  return encode(ethernet, { destination: routerMac, source: macOf(number), etherType: 0x0800, payload: packet });
};

/** What of an acceptance is bent, one after the other, each for a device of its own. */
function bends(number: number): readonly AnswerOptions[] {
  const nai: Extension = { name: 'nai', nai: naiOf(number) };
  const mnHa: Extension = { name: 'mnHa', spi: 256 };
  const greKey: Extension = { name: 'greKey', key: 0x4000 + number, a: true };
  const zeros = new Uint8Array(16);
  return [
    { key: 0 },
    { a: false },
    { list: [nai, mnHa] },
    { list: [nai, greKey, greKey, mnHa] },
    { list: [nai, { name: 'raw', type: 48, data: new Uint8Array(4).fill(1) }, mnHa] },
    { list: [nai, greKey] },
    { list: [nai, greKey, mnHa, mnHa] },
    { list: [nai, greKey, { name: 'mnHa', spi: 256, authenticator: zeros }] },
    { list: [nai, greKey, { name: 'mnHa', spi: 257 }] },
    { code: 66, list: [nai] },
    { code: 129, list: [nai] },
    { identification: 1n },
    {
      code: replyCodes.redirected,
      list: [
        nai,
        { name: 'dynamicHa', subType: 2, homeAgent: otherHa },
        { name: 'mnHa', spi: 256, authenticator: zeros },
      ],
    },
    { code: 69, lifetime: 100 },
    { code: replyCodes.administrativelyProhibited },
    { code: replyCodes.pmipUnsupported },
    { code: replyCodes.pmipDisallowed },
    { code: replyCodes.unknownHomeAgent, homeAgent: otherHa },
    { code: replyCodes.redirected, list: [nai, { name: 'dynamicHa', subType: 2, homeAgent: otherHa }, mnHa] },
    { lifetime: 0xffff },
    { list: [{ name: 'raw', type: 200, data: Uint8Array.of(1, 2, 3) }, nai, greKey, mnHa] },
    { list: [{ name: 'raw', type: 201, data: new Uint8Array(0) }, nai, greKey, mnHa] },
    { list: [{ name: 'pad' }, nai, greKey, mnHa] },
    { key: 5 },
    { key: 0xffffffff },
    { list: [nai, greKey, { name: 'mnHa', spi: 256, authenticator: new Uint8Array(0) }] },
    { lifetime: 0 },
  ];
}

/**
 * Everything that a device says to a long conversation that touches most rules. Two devices that behave alike give the
 * same text.
 */
function conversation(options: Partial<MpaOptions>, deviation: Name = {}): string {
  const bench = new MpaBench({ ...options, ...deviation });
  const said: string[] = [`port ${bench.config.port}`];
  const { agent } = bench;
  bench.agent = {
    ...agent,
    step(input, now) {
      const outputs = agent.step(input, now);
      said.push('.');
      for (const output of outputs) {
        const octets = output.kind === 'udp' ? output.payload : output.bytes;
        const to = output.kind === 'udp' ? output.remote.address : '';
        said.push(`${now} ${output.kind} ${to} ${toHex(octets)}`);
      }
      return outputs;
    },
  };
  const answered = (bend: AnswerOptions = {}): void => {
    if (bench.sent.length > 0) bench.answer(bend);
  };
  // a life in each mode, with renewals, in packets of all kinds
  modes.forEach((mode, i) => {
    const number = i + 1;
    said.push(
      JSON.stringify(bench.agent.objection({ kind: 'attach', nai: naiOf(number), mac: macOf(number), ...mode })),
    );
    bench.attach(number, mode);
    bench.up(pingFrom(number));
    if (!mode.l2) bench.up(dhcp(number, dhcpv4Types.discover));
    bench.wait(1500);
    const earlier = bench.sent.at(-2);
    if (earlier && i === 0) bench.answer({}, earlier);
    bench.up(pingFrom(number));
    const forward = mode.key === 'none' ? {} : { key: 0x1000 + number };
    answered({ lifetime: 20, homeAgent: i === 1 ? otherHa : ha, ...forward });
    const from = i === 1 ? otherHa : ha;
    const own = keyOf(bench.last.rrq)?.key;
    for (const mac of [routerMac, macOf(1), macOf(3), 'ff:ff:ff:ff:ff:ff'])
      bench.up(pingFrom(number, gateway, home, mac));
    bench.up(arpRequest(macOf(number), home, gateway));
    for (const key of [0x1000 + number, own, 0x7777, 0, undefined]) {
      for (const inner of [home, '10.99.0.99', '192.0.2.77', ha]) {
        bench.down(downGre(echo(gateway, inner), key, from));
        bench.down(downIpInIp(echo(gateway, inner), from));
      }
      for (const mac of [macOf(number), macOf(9)]) bench.down(downL2(frameTo(mac), key, from));
    }
    const swapped = ((0x1000 + number) & 0xff) * 2 ** 24 + 0x100000;
    bench.down(mode.l2 ? downL2(frameTo(macOf(number)), swapped, from) : downGre(echo(gateway, home), swapped, from));
    bench.down(
      mode.l2 ? downL2(frameTo(macOf(number)), 0x1001, coa) : downGre(echo(gateway, home), 0x1001, '203.0.113.1'),
    );
    const headers: readonly GreInput[] = [
      { hasChecksum: true },
      { hasChecksum: true, checksum: 1 },
      { sequence: 5 },
      { sequence: 5 },
      { sequence: 6 },
      { version: 1 },
      { reserved0: 1 },
      { reserved0: 0x80 },
      { hasRouting: true },
      { protocol: 0x1234 },
      { hasChecksum: true, sequence: 7 },
    ];
    const payload = mode.l2 ? frameTo(macOf(number)) : echo(gateway, home);
    for (const fields of headers) {
      bench.down(inGre(payload, { key: 0x1000 + number, protocol: mode.l2 ? 0x6558 : 0x0800, ...fields }, from, coa));
    }
    if (!mode.l2) bench.up(dhcp(number, dhcpv4Types.request));
    bench.wait(15_000);
    answered({ lifetime: 20, ...(mode.key !== 'none' && { key: 0x2000 + number }) });
    bench.up(pingFrom(number));
    for (const key of [0x1000, 0x2000]) {
      const down = mode.l2 ? downL2(frameTo(macOf(number)), key + number) : downGre(echo(gateway, home), key + number);
      bench.down(down);
    }
    bench.wait(30_000);
    bench.up(pingFrom(number));
    answered(forward);
    bench.up(pingFrom(number));
  });
  // two with the same address at once
  for (const number of [61, 62]) bench.registered(number, { l2: false, key: 'own' }, { key: 0x6000 + number });
  for (const number of [61, 62, 61]) bench.up(pingFrom(number, gateway));
  bench.registered(63, { l2: false, key: 'own' }, { key: 0x6000 + 63, homeAddress: '10.99.0.63' });
  bench.up(pingFrom(61, '10.99.0.63'));
  bench.down(downGre(echo(gateway, home), 0x6000 + 61));
  // departures
  bench.up(dhcp(63, dhcpv4Types.release));
  for (const number of [1, 2, 61]) {
    bench.detach(number);
    bench.up(pingFrom(number));
    bench.wait(1000);
    answered();
    bench.up(pingFrom(number));
    bench.down(downL2(frameTo(macOf(number)), 0x1000 + number));
  }
  bench.attach(2, modes[1]); // and a return
  answered();
  // larger than an Ethernet frame: it came in fragments
  bench.down(downGre(echo(gateway, home, 64, new Uint8Array(1600)), 0x6000 + 62));
  // bent replies
  bends(0).forEach((_, i) => {
    const number = 70 + i;
    bench.attach(number);
    // not the low half, but much of it
    answered({ identification: bench.last.rrq.identification ^ 0x00f00000n });
    answered(bends(number)[i]);
    bench.up(pingFrom(number));
    bench.wait(1000);
    if (bench.last.to === otherHa) answered({ code: replyCodes.unknownHomeAgent, homeAgent: ha });
    bench.wait(40_000);
    bench.detach(number);
    bench.wait(1000);
    answered();
  });
  for (const ahead of [1000, -1000]) {
    for (const low of [0n, 1n]) {
      bench.attach(100 + Number(low));
      const { identification } = bench.last.rrq;
      const high = (ntpTimestamp(bench.now + ahead * 1000) >> 32n) << 32n;
      answered({
        code: replyCodes.identificationMismatch,
        identification: high | ((identification & 0xffffffffn) ^ low),
      });
      bench.wait(5000);
      answered({ lifetime: 10 });
      bench.wait(20_000);
      bench.detach(100 + Number(low));
      bench.wait(60_000);
    }
  }
  for (const bent of revocations) {
    bench.attach(120, { l2: false, key: 'own' });
    bench.agree();
    bench.wait(5000);
    if (bent === 'replay') {
      const octets = bench.revoke();
      bench.wait(5000);
      bench.attach(120, { l2: false, key: 'own' });
      bench.agree();
      bench.hear(octets);
    } else {
      bench.revoke(
        { revocationId: bench.second + (bent === 'age' ? -6 : 0), byHomeAgent: bent !== 'reflected' },
        (octets) => octets.map((octet, i) => (bent === 'authenticator' && i === octets.length - 1 ? octet ^ 1 : octet)),
      );
    }
    bench.up(pingFrom(120));
    bench.down(downGre(echo(gateway, home), 0x1000));
    bench.detach(120);
    bench.wait(60_000);
  }
  // answers that are forged: to a renewal, to a farewell, about the time
  const forged = (number: number): readonly Extension[] => [
    { name: 'nai', nai: naiOf(number) },
    { name: 'greKey', key: 0x7000 + number, a: true },
    { name: 'mnHa', spi: 256, authenticator: new Uint8Array(16) },
  ];
  bench.attach(130);
  answered({ lifetime: 20, key: 0x5130 });
  const long = { destination: macOf(9), source: macOf(130), etherType: 0x0800, payload: new Uint8Array(300) };
  bench.up(encode(ethernet, long));
  bench.down(downL2(frameTo('ff:ff:ff:ff:ff:ff'), 0x5130));
  bench.wait(15_000);
  answered({ lifetime: 20, list: forged(130) });
  bench.up(pingFrom(130));
  bench.wait(1500);
  answered({ lifetime: 20 });
  bench.detach(130);
  answered({ list: forged(130) });
  bench.wait(5000);
  bench.attach(131);
  const ahead = (ntpTimestamp(bench.now + 1_000_000) >> 32n) << 32n;
  const identification = ahead | (bench.last.rrq.identification & 0xffffffffn);
  answered({ code: replyCodes.identificationMismatch, identification, list: forged(131) });
  bench.wait(5000);
  const leaves = (number: number): void => {
    bench.detach(number);
    bench.wait(1000);
    answered();
    bench.wait(60_000);
  };
  leaves(131);
  // renewals that are denied, granted for less, or told the time
  bench.registered(140, undefined, { lifetime: 20, key: 0x5140 });
  bench.wait(15_000);
  answered({ code: replyCodes.administrativelyProhibited });
  bench.wait(10_000);
  bench.up(pingFrom(140));
  leaves(140);
  bench.registered(141, undefined, { lifetime: 100 });
  bench.wait(75_000);
  answered({ lifetime: 4 });
  bench.wait(60_000);
  leaves(141);
  bench.registered(142, undefined, { lifetime: 20 });
  bench.wait(15_000);
  const { identification: asked } = bench.last.rrq;
  const later = (ntpTimestamp(bench.now + 1_000_000) >> 32n) << 32n;
  answered({ code: replyCodes.identificationMismatch, identification: later | (asked & 0xffffffffn) });
  bench.wait(5000);
  // two home agents give the same key
  bench.registered(143, undefined, { key: 0x5143 });
  bench.registered(144, undefined, { key: 0x5143, homeAgent: otherHa });
  bench.down(downL2(frameTo(macOf(143)), 0x5143));
  bench.up(dhcp(143, dhcpv4Types.discover));
  const group = { destination: '33:33:00:00:00:01', source: macOf(9), etherType: 0x86dd, payload: new Uint8Array(60) };
  bench.down(downL2(encode(ethernet, group), 0x5143));
  bench.down(downL2(encode(ethernet, { ...group, destination: macOf(143) }), 0x5143));
  bench.down(downL2(frameTo('33:33:00:00:00:01'), 0x5143));
  // odd headers inside
  bench.registered(145, { l2: false, key: 'own' }, { key: 0x5145 });
  bench.down(downGre(echo(gateway, home, 0), 0x5145));
  const ends = { source: gateway, destination: home, options: Uint8Array.of(1, 1, 1, 0) };
  bench.down(downGre(encode(ipv4, { ...ends, protocol: 253, payload: new Uint8Array(8) }), 0x5145));
  for (const sequence of [0x60000000, 0xc0000000, 0xfffffffd, 0])
    bench.down(inGre(echo(gateway, home), { key: 0x5145, protocol: 0x0800, sequence }, ha, coa));
  bench.registered(146, { l2: false, key: 'own' }, { key: 0x5145, homeAddress: '10.99.0.46' });
  bench.down(downGre(echo(gateway, home), 0x5145));
  for (const number of [145, 146]) bench.up(dhcp(number, dhcpv4Types.discover));
  bench.up(encode(ethernet, { ...group, source: macOf(143) }));
  // what only later answers say: of another request, of another home agent, of other keys
  bench.registered(150, { l2: false, key: 'own' }, { lifetime: 20, key: 0x5150 });
  bench.up(pingFrom(150));
  bench.wait(15_000);
  answered({ lifetime: 20, key: 0x5151, identification: 1n });
  bench.wait(1500);
  for (const key of [0x5152, 0x5153]) {
    answered({ lifetime: 20, key, homeAgent: otherHa });
    bench.up(pingFrom(150));
    bench.down(downGre(echo(gateway, home), key, otherHa));
    bench.wait(15_000);
  }
  bench.detach(150);
  bench.wait(1000);
  answered({ identification: 1n });
  bench.wait(60_000);
  // a return to another home address
  for (const homeAddress of [home, '10.99.0.53']) {
    bench.registered(153, { l2: false, key: 'own' }, { key: 0x5154, homeAddress });
    bench.down(downGre(echo(gateway, homeAddress), 0x5154));
    leaves(153);
  }
  return said.join('\n');
}

const revocations = ['', 'authenticator', 'reflected', 'age', 'replay'] as const;

/** Configurations in which a deviation may show. */
const settings: readonly Partial<MpaOptions>[] = [
  {},
  { faHa: [{ spi: 512, key: 'ffeeddccbbaa99887766554433221100' }] },
  { lifetime: 8 },
  { replay: 'nonces' },
  { revocation: {} },
  { keyDirection: 'receiver' },
];

describe('faults and variants of the reference MPA', () => {
  const reference = settings.map((options) => conversation(options));
  const all: readonly (MpaDeviation & { readonly name: Name })[] = [
    ...mpaFaults.map((fault) => ({ ...fault, name: { fault: fault.id } })),
    ...mpaVariants.map((variant) => ({ ...variant, name: { variant: variant.id } })),
  ];

  for (const { id, sentence, name, net } of all) {
    // what a kernel does for the agent cannot be seen here
    if (net) continue;
    it(`deviates: ${id}: ${sentence}`, () => {
      expect(settings.some((options, i) => conversation(options, name) !== reference[i])).equal(true);
    });
  }

  it('have ids of their own, and faults break what the catalogue knows', () => {
    const ids = all.map(({ id }) => id);
    expect(new Set(ids).size).equal(ids.length);
    const known = new Set<string>(catalogue.map(({ id }) => id));
    expect(mpaFaults.filter(({ breaks }) => !known.has(breaks)).map(({ id }) => id)).deep.equal([]);
  });
});
