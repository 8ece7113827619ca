import { expect } from 'chai';
import { ipv4Start, linkTypes, notIpv4, unknownLink } from '../../src/net/capture-link.js';
import { Ipv4Stream } from '../../src/net/capture-ipv4.js';
import { type Overlooked, relevantPackets } from '../../src/net/capture-relevant.js';

import { udpPacket } from '../../src/net/udp-packet.js';
import { fragmentPacket } from '../../src/wire/fragment.js';
import { concat, fromHex } from '../../src/wire/text.js';

const packet = udpPacket({ address: '10.0.0.1', port: 434 }, { address: '10.0.0.2', port: 9 }, new Uint8Array(99), 7);
const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);
const macs = '020000000001020000000002';

describe('link headers of captures', () => {
  const links: readonly (readonly [name: string, linkType: number, header: string])[] = [
    ['Ethernet', linkTypes.ethernet, `${macs}0800`],
    ['Ethernet with a VLAN', linkTypes.ethernet, `${macs}810000050800`],
    ['Ethernet with QinQ', linkTypes.ethernet, `${macs}88a80005810000060800`],
    ['Linux cooked', linkTypes.cooked, `0000000100060200000000010000 0800`],
    ['Linux cooked with a VLAN', linkTypes.cooked, `0000000100060200000000010000 810000050800`],
    ['PPP', linkTypes.ppp, '0021'],
    ['PPP with address and control field', linkTypes.ppp, 'ff03 0021'],
    ['PPP with a compressed protocol field', linkTypes.pppSerial, 'ff03 21'],
    ['Linux cooked v2', linkTypes.cooked2, `0800000000000002 0001000602000000000100 00`],
    ['raw IP', linkTypes.raw, ''],
    ['null, little-endian', linkTypes.null, '02000000'],
    ['null, big-endian', linkTypes.null, '00000002'],
    ['loop', linkTypes.loop, '00000002'],
  ];
  for (const [name, linkType, header] of links) {
    it(`finds IPv4 behind ${name}`, () => {
      const frame = concat(hex(header), packet, Uint8Array.of(0, 0, 0));
      expect(ipv4Start(frame, 0, frame.length, linkType)).to.equal(hex(header).length);
      expect(relevantPackets({ links: new Map(), cut: 0 })(frame, 0, frame.length, linkType)).to.equal(true);
      const whole = new Ipv4Stream().take({
        number: 1,
        seconds: 1,
        nanoseconds: 0,
        linkType,
        bytes: frame,
        originalLength: 1,
      });
      expect(whole?.bytes).to.deep.equal(packet);
    });
  }

  it('knows other payload, cut headers, endless tags and unknown links', () => {
    const tags = hex(macs + '81000005'.repeat(100));
    expect(ipv4Start(hex(`${macs}86dd`), 0, 14, linkTypes.ethernet)).to.equal(notIpv4);
    expect(ipv4Start(hex(macs), 0, 12, linkTypes.ethernet)).to.equal(notIpv4);
    expect(ipv4Start(tags, 0, tags.length, linkTypes.ethernet)).to.equal(notIpv4);
    expect(ipv4Start(packet, 0, packet.length, 105)).to.equal(unknownLink);
  });

  it('keeps what may be a Registration Reply, whatever its ports', () => {
    const wants = relevantPackets({ links: new Map(), cut: 0 });
    const from = (type: number, length: number): boolean => {
      const payload = new Uint8Array(length).fill(type, 0, 1);
      const bytes = udpPacket({ address: '10.0.0.1', port: 435 }, { address: '10.0.0.2', port: 40_000 }, payload, 7);
      return wants(bytes, 0, bytes.length, linkTypes.raw);
    };
    expect([from(3, 20), from(3, 19), from(1, 24)]).to.deep.equal([true, false, false]);
  });

  it('counts what it cannot look into', () => {
    const overlooked: Overlooked = { links: new Map(), cut: 0 };
    const wants = relevantPackets(overlooked);
    expect(wants(packet, 0, packet.length, 105)).to.equal(false);
    expect(wants(packet, 0, 22, linkTypes.raw)).to.equal(false);
    expect([...overlooked.links]).to.deep.equal([[105, 1]]);
    expect(overlooked.cut).to.equal(1);
  });
});

describe('IPv4 packets of captures', () => {
  const captured = (bytes: Uint8Array, number: number) =>
    ({ number, seconds: 1, nanoseconds: 0, linkType: linkTypes.raw, bytes, originalLength: bytes.length }) as const;

  it('puts fragments together in any order, under the number of the last', () => {
    const long = udpPacket(
      { address: '10.0.0.1', port: 434 },
      { address: '10.0.0.2', port: 434 },
      new Uint8Array(3000),
      7,
    );
    const parts = fragmentPacket(long, 1500, 7) ?? [];
    expect(parts.length).to.be.greaterThan(1);
    const stream = new Ipv4Stream();
    const results = [...parts].reverse().map((part, i) => stream.take(captured(part, i + 1)));
    expect(results.slice(0, -1).every((r) => r === undefined)).to.equal(true);
    expect(results.at(-1)?.bytes.subarray(20)).to.deep.equal(long.subarray(20));
    expect(results.at(-1)?.number).to.equal(parts.length);
  });

  it('says what the snapshot length cut off', () => {
    const whole = new Ipv4Stream().take(captured(packet.subarray(0, 60), 1));
    expect(whole?.missing).to.equal(packet.length - 60);
  });

  it('bounds fragments that overlap without end', () => {
    const stream = new Ipv4Stream();
    const part = fragmentPacket(
      udpPacket({ address: '10.0.0.1', port: 434 }, { address: '10.0.0.2', port: 434 }, new Uint8Array(3000), 7),
      1500,
      7,
    )?.[0];
    for (let i = 0; i < 20_000; i++) {
      const bent = part?.slice() ?? new Uint8Array(20);
      bent[7] = i & 0xff;
      bent[6] = 0x20 | ((i >> 8) & 0x1f);
      stream.take(captured(bent, i));
    }
    expect(process.memoryUsage().heapUsed).to.be.below(500e6);
  });
});
