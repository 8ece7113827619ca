import { expect } from 'chai';
import fc from 'fast-check';
import { describe, it } from 'mocha';
import { arp } from '../../src/wire/arp.js';
import { summarizeFrame, summarizeMessage, summarizePacket } from '../../src/wire/describe.js';
import { ethernet } from '../../src/wire/ethernet.js';
import { defaultDialect, type Dialect, type Extension } from '../../src/wire/extensions.js';
import { gre } from '../../src/wire/gre.js';
import { icmpEcho } from '../../src/wire/icmp.js';
import { ipv4, type Ipv4Input } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { encodeRrp, encodeRrq, type RrqInput } from '../../src/wire/mobileip.js';
import { udp } from '../../src/wire/udp.js';
import { octetsOf, readVectors, vectorFiles } from './vectors.js';

const context = { dialect: defaultDialect };
const authenticator = new Uint8Array(16);
const mnHa: Extension = { name: 'mnHa', spi: 256, authenticator };
const rrq: RrqInput = {
  gre: true,
  reverseTunneling: true,
  lifetime: 1800,
  homeAgent: '192.0.2.1',
  careOfAddress: '198.51.100.7',
};

const summaryOf = (extensions: readonly Extension[], dialect: Dialect = defaultDialect): string =>
  summarizeMessage(encodeRrq({ extensions: [...extensions] }, { dialect }), dialect).replace(/^.*? \| /, '');

describe('summarizeMessage', () => {
  it('tells a request', () => {
    const extensions: Extension[] = [
      { name: 'nai', nai: 'mn1@example.org' },
      { name: 'greKey', a: true, key: 0 },
      mnHa,
    ];
    expect(summarizeMessage(encodeRrq({ ...rrq, extensions }, context), defaultDialect)).to.equal(
      'RRQ life 1800 HoA 0.0.0.0 HA 192.0.2.1 CoA 198.51.100.7 G T | nai mn1@example.org | greKey A=1 key 0 | mnHa 256',
    );
  });

  it('tells a reply', () => {
    const extensions: Extension[] = [{ name: 'greKey', a: true, key: 0x1a2b3c4d }, mnHa];
    const reply = { lifetime: 1800, homeAddress: '10.99.0.7', homeAgent: '192.0.2.1', extensions };
    expect(summarizeMessage(encodeRrp(reply, context), defaultDialect)).to.equal(
      'RRP code 0 (accepted) life 1800 HoA 10.99.0.7 HA 192.0.2.1 | greKey A=1 key 0x1a2b3c4d | mnHa 256',
    );
    expect(summarizeMessage(encodeRrp({ code: 133 }, context), defaultDialect)).to.match(
      /^RRP code 133 \(HA: registration Identification mismatch\) life 0 /,
    );
    expect(summarizeMessage(encodeRrp({ code: 63 }, context), defaultDialect)).to.match(/^RRP code 63 life 0 /);
  });

  for (const [what, hex, line] of [
    [
      'a revocation',
      '0700c0000a63000ac0000201c633640711223344',
      'revocation HoA 10.99.0.10 home domain 192.0.2.1 foreign domain 198.51.100.7 id 0x11223344 A I',
    ],
    ['its acknowledgment', '0f0080000a63000a11223344', 'revocation ack HoA 10.99.0.10 id 0x11223344 I'],
    ['no octets', '', 'Mobile IP, no octets'],
    ['one octet of an unknown type', '09', 'Mobile IP type 9, 1 octet'],
    ['a request that is cut', '010a0708000000', 'RRQ cut short: homeAddress: 4 octets wanted, 3 left'],
  ] as const) {
    it(`tells ${what}`, () => expect(summarizeMessage(octetsOf(hex), defaultDialect)).to.equal(line));
  }

  for (const [extension, text] of [
    [{ name: 'greKey', a: false, key: 1 }, 'greKey A=0 key 0x00000001'],
    [{ name: 'faHa', spi: 512, authenticator }, 'faHa 512'],
    [{ name: 'dynamicHa', subType: 1, homeAgent: '192.0.2.1' }, 'dynamicHa requested 192.0.2.1'],
    [{ name: 'dynamicHa', subType: 2, homeAgent: '192.0.2.1' }, 'dynamicHa redirected 192.0.2.1'],
    [{ name: 'pmipNonSkippable', method: 1 }, 'pmip method 1'],
    [{ name: 'pmipSkippable', subType: 1, data: octetsOf('abcd') }, 'pmip 1: abcd'],
    [{ name: 'criticalVendor', subType: 0, data: octetsOf('0102') }, 'vendor, 2 octets'],
    [{ name: 'revocationSupport', inform: true, timestamp: 0 }, 'revocationSupport I'],
    [{ name: 'raw', type: 200, data: octetsOf('01') }, 'type 200, 1 octet'],
    [{ name: 'raw', type: 47, subType: 3, data: octetsOf('') }, 'type 47.3, 0 octets'],
    [{ name: 'raw', type: 32, data: octetsOf('01') }, 'type 32, 1 octet (bad: mnHa with a body of 1 octet)'],
    [{ name: 'tail', data: octetsOf('c8ff') }, '2 octets left over (length points past the end of the message)'],
  ] as const satisfies readonly (readonly [Extension, string])[]) {
    it(`tells the extension as '${text}'`, () => expect(summaryOf([extension])).to.equal(text));
  }

  it('shows the A flag only where the dialect has one', () => {
    for (const greKeyForm of ['yegani-02', 'rfc6245'] as const) {
      expect(summaryOf([{ name: 'greKey', key: 7 }], { greKeyType: 48, greKeyForm })).to.equal('greKey key 0x00000007');
    }
  });

  it('counts pads instead of listing them', () => {
    const pad: Extension = { name: 'pad' };
    expect(summaryOf([pad, mnHa, pad, pad, pad])).to.equal('pad | mnHa 256 | 3 pads');
  });

  it('attack: thousands of extensions do not fill the page', () => {
    const line = summaryOf(Array.from({ length: 3000 }, () => ({ name: 'raw', type: 200, data: octetsOf('') })));
    expect(line.length).to.be.below(400);
    expect(line).to.match(/ \| and 2033 more$/);
  });

  it('attack: an NAI that would drive a terminal or start a line of its own', () => {
    expect(summaryOf([{ name: 'nai', nai: '\x1b[2J\nmn\x9b|' }])).to.equal('nai \\x1b[2J\\x0amn\\x9b|');
  });
});

const outer = { source: '192.0.2.1', destination: '198.51.100.7' };
const inner = { source: '10.99.0.7', destination: '10.99.0.1' };
const packet = (input: Ipv4Input): Uint8Array => encode(ipv4, { ...outer, ...input });
const echo = encode(icmpEcho, { identifier: 5, sequence: 2, payload: octetsOf('00') });
const whoHas = encode(arp, { senderIp: inner.source, targetIp: inner.destination });
const arpFrame = encode(ethernet, {
  destination: 'ff:ff:ff:ff:ff:ff',
  source: '02:00:00:00:00:01',
  etherType: 0x0806,
  payload: whoHas,
});

describe('summarizePacket', () => {
  const between = '192.0.2.1 > 198.51.100.7';
  const datagram = (payload: Uint8Array, destinationPort: number): Uint8Array =>
    encode(udp, { sourcePort: 5000, destinationPort, payload }, outer);
  for (const [line, octets] of [
    [`${between} ICMP echo request id 5 seq 2`, packet({ protocol: 1, payload: echo })],
    [
      `${between} ICMP destination unreachable code 1`,
      packet({ protocol: 1, payload: encode(icmpEcho, { type: 3, code: 1 }) }),
    ],
    [`${between} ICMP type 200 code 0`, packet({ protocol: 1, payload: encode(icmpEcho, { type: 200 }) })],
    [`${between} ICMP echo cut short: code: 1 octet wanted, 0 left`, packet({ protocol: 1, payload: octetsOf('08') })],
    [`${between} UDP 5000>53, 3 octets`, packet({ protocol: 17, payload: datagram(octetsOf('010203'), 53) })],
    [
      `${between} UDP 5000>434 RRQ life 1800 HoA 0.0.0.0 HA 192.0.2.1 CoA 198.51.100.7 G T | mnHa 256`,
      packet({ protocol: 17, payload: datagram(encodeRrq({ ...rrq, extensions: [mnHa] }, context), 434) }),
    ],
    [
      `${between} IP in IP 10.99.0.7 > 10.99.0.1 ICMP echo request id 5 seq 2`,
      packet({ protocol: 4, payload: packet({ ...inner, protocol: 1, payload: echo }) }),
    ],
    [
      `${between} GRE key 0x0000cafe Ethernet 02:00:00:00:00:01>ff:ff:ff:ff:ff:ff ARP who-has 10.99.0.1 tell 10.99.0.7`,
      packet({ protocol: 47, payload: encode(gre, { protocol: 0x6558, key: 0xcafe, payload: arpFrame }) }),
    ],
    [
      `${between} GRE seq 3 checksum 10.99.0.7 > 10.99.0.1 TCP, 4 octets`,
      packet({
        protocol: 47,
        payload: encode(gre, {
          hasChecksum: true,
          sequence: 3,
          protocol: 0x800,
          payload: packet({ ...inner, protocol: 6, payload: octetsOf('00000000') }),
        }),
      }),
    ],
    [
      `${between} GRE PPP, 1 octet`,
      packet({ protocol: 47, payload: encode(gre, { protocol: 0x880b, payload: octetsOf('60') }) }),
    ],
    [
      `${between} GRE version 1 routing protocol 0x1234, 0 octets`,
      packet({ protocol: 47, payload: encode(gre, { version: 1, hasRouting: true, protocol: 0x1234 }) }),
    ],
    [`${between} protocol 200, 1 octet`, packet({ protocol: 200, payload: octetsOf('00') })],
    [
      `${between} GRE fragment at 0 with more to come, 8 octets`,
      packet({ protocol: 47, moreFragments: true, payload: new Uint8Array(8) }),
    ],
    [
      `${between} GRE fragment at 1480, 8 octets`,
      packet({ protocol: 47, fragmentOffset: 185, payload: new Uint8Array(8) }),
    ],
    ['IP version 6, 20 octets', packet({ version: 6 })],
    ['IPv4 cut short: version: 1 octet wanted, 0 left', octetsOf('')],
  ] as const) {
    it(`tells ${line.slice(0, 100)}`, () => expect(summarizePacket(octets, defaultDialect)).to.equal(line));
  }

  it('attack: thousands of packets within one another', () => {
    let nested = packet({ protocol: 1, payload: echo });
    for (let i = 0; i < 1000; i++) nested = packet({ protocol: 4, payload: nested });
    const line = summarizePacket(nested, defaultDialect);
    expect(line).to.match(/and \d+ octets nested deeper$/);
    expect(line.length).to.be.below(500);
  });
});

describe('summarizeFrame', () => {
  const between = 'Ethernet 02:00:00:00:00:01>ff:ff:ff:ff:ff:ff';
  const frame = (etherType: number, payload: Uint8Array): Uint8Array =>
    encode(ethernet, { destination: 'ff:ff:ff:ff:ff:ff', source: '02:00:00:00:00:01', etherType, payload });
  for (const [line, octets] of [
    [`${between} ARP who-has 10.99.0.1 tell 10.99.0.7`, arpFrame],
    [
      `${between} ARP 10.99.0.1 is-at 02:00:00:00:00:02`,
      frame(0x0806, encode(arp, { operation: 2, senderIp: '10.99.0.1', senderMac: '02:00:00:00:00:02' })),
    ],
    [`${between} ARP operation 9`, frame(0x0806, encode(arp, { operation: 9 }))],
    [
      `${between} 192.0.2.1 > 198.51.100.7 ICMP echo request id 5 seq 2`,
      frame(0x0800, packet({ protocol: 1, payload: echo })),
    ],
    [`${between} VLAN 1 type 0x88b5, 1 octet`, frame(0x8100, octetsOf('000188b500'))],
    [`${between} type 0x88b5, 0 octets`, frame(0x88b5, octetsOf(''))],
  ] as const) {
    it(`tells ${line}`, () => expect(summarizeFrame(octets)).to.equal(line));
  }
});

describe('a summary of any octets', () => {
  it('is one printable line', () => {
    const known = vectorFiles().flatMap((file) => readVectors(file).map(({ hex }) => octetsOf(hex)));
    const bent = fc
      .tuple(fc.constantFrom(...known, arpFrame), fc.nat(120), fc.nat(255), fc.nat(120))
      .map(([octets, at, octet, size]) => octets.map((own, i) => (i === at ? octet : own)).subarray(0, size));
    fc.assert(
      fc.property(fc.oneof(bent, fc.uint8Array({ maxLength: 100 })), (octets) => {
        for (const line of [
          summarizeMessage(octets, defaultDialect),
          summarizePacket(octets, defaultDialect),
          summarizeFrame(octets),
        ]) {
          expect(line).to.match(/^[ -~]+$/);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
