import { expect } from 'chai';
import { onesComplement } from '../../src/wire/checksum.js';
import { fragmentPacket } from '../../src/wire/fragment.js';
import { readIpv4 } from '../../src/net/ipv4-fields.js';
import { Reassembler } from '../../src/net/reassemble.js';
import { ipv4Packet, pattern } from './support.js';

const packetOf = (length: number): Uint8Array => ipv4Packet('127.1.1.1', '127.1.1.2', 47, pattern(length));

function reassemble(fragments: readonly Uint8Array[], reassembler = new Reassembler()): Uint8Array | undefined {
  let whole: Uint8Array | undefined;
  for (const fragment of fragments) {
    const fields = readIpv4(fragment);
    if (fields !== undefined) whole = reassembler.take(fragment, fields, 0) ?? whole;
  }
  return whole;
}

describe('fragmentation', () => {
  for (const [length, mtu] of [
    [1481, 1500],
    [2000, 1280],
    [65_515, 1500],
    [100, 68],
    [100, 28],
  ] as const) {
    it(`splits ${length} octets for an MTU of ${mtu}, and they come together again in any order`, () => {
      const fragments = fragmentPacket(packetOf(length), mtu, 0x4711) ?? [];
      for (const [index, fragment] of fragments.entries()) {
        expect(fragment.length).to.be.at.most(mtu);
        expect(readIpv4(fragment)).to.include({ totalLength: fragment.length, identification: 0x4711 });
        expect(readIpv4(fragment)?.moreFragments).to.equal(index < fragments.length - 1);
        expect(onesComplement(fragment.subarray(0, 20))).to.equal(0);
      }
      for (const order of [fragments, fragments.toReversed()]) {
        expect(reassemble(order)?.subarray(20)).to.deep.equal(pattern(length));
      }
      expect(reassemble(fragments.slice(1))).to.equal(undefined);
    });
  }

  it('keeps an identification that the packet has', () => {
    const packet = packetOf(100);
    packet.set([0xab, 0xcd], 4);
    const [first = packet] = fragmentPacket(packet, 68, 1) ?? [];
    expect(readIpv4(first)?.identification).to.equal(0xabcd);
  });

  it('splits a fragment further', () => {
    const parts = fragmentPacket(packetOf(4000), 1500, 5) ?? [];
    const smaller = parts.flatMap((part) => fragmentPacket(part, 576, 6) ?? []);
    expect(smaller.length).to.be.greaterThan(parts.length);
    expect(reassemble(smaller)?.subarray(20)).to.deep.equal(pattern(4000));
  });

  it('repeats only the options that are to be copied', () => {
    const plain = packetOf(100);
    const packet = new Uint8Array(plain.length + 12);
    packet.set(plain.subarray(0, 20));
    // Record route (not copied), no operation, router alert (copied: RFC 2113).
    packet.set([7, 3, 4, 1, 0x94, 4, 0, 0, 0, 0, 0, 0], 20);
    packet.set(plain.subarray(20), 32);
    packet[0] = 0x48;
    const [first, second] = fragmentPacket(packet, 84, 1) ?? [];
    expect([...(first?.subarray(20, 32) ?? [])]).to.deep.equal([7, 3, 4, 1, 0x94, 4, 0, 0, 0, 0, 0, 0]);
    expect(second?.[0]).to.equal(0x46);
    expect([...(second?.subarray(20, 24) ?? [])]).to.deep.equal([0x94, 4, 0, 0]);
  });

  it("refuses don't fragment, an MTU without room, and what is no packet", () => {
    const packet = packetOf(100);
    packet[6] = 0x40;
    expect(fragmentPacket(packet, 68, 1)).to.equal(undefined);
    expect(fragmentPacket(packetOf(100), 27, 1)).to.equal(undefined);
    expect(fragmentPacket(new Uint8Array(10), 68, 1)).to.equal(undefined);
    expect(fragmentPacket(packetOf(65_516), 1500, 1)).to.equal(undefined);
  });
});

describe('reassembly', () => {
  it('survives parts that lie about their place', () => {
    const part = (offset: number, more: boolean, length: number): Uint8Array => {
      const packet = packetOf(length);
      packet.set([0, 9, (more ? 0x20 : 0) | (offset >> 11), (offset >> 3) & 255], 4);
      return packet;
    };
    const reassembler = new Reassembler();
    expect(reassemble([part(65_528, false, 100), part(0, true, 8)], reassembler)).to.equal(undefined);
    expect(reassemble([part(0, true, 64), part(8, true, 16), part(32, false, 8)])?.length).to.equal(60);
    expect(reassemble([part(8, false, 8), part(800, true, 64), part(0, true, 8)])?.length).to.equal(36);
  });

  it('forgets the oldest of many unfinished packets', () => {
    const reassembler = new Reassembler();
    const [first, second] = fragmentPacket(packetOf(100), 84, 1) ?? [];
    for (let id = 1; id <= 100; id++) {
      const fragment = first?.slice() ?? new Uint8Array(0);
      fragment.set([0, id], 4);
      reassemble([fragment], reassembler);
    }
    expect(reassemble(second === undefined ? [] : [second], reassembler)).to.equal(undefined);
  });
});
