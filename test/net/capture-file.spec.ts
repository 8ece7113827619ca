import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { CaptureError } from '../../src/net/capture-packet.js';
import { pcapngHeader, pcapngPacket } from '../../src/net/capture-write.js';
import { block, fields, interfaceBlock, packetBlock, pcap, readAll, sectionBlock } from './capture-support.js';

const one = Uint8Array.of(1, 2, 3, 4, 5);
const two = Uint8Array.of(6, 7, 8);

function problem(error: unknown): CaptureError {
  if (error instanceof CaptureError) return error;
  throw new Error(`expected a CaptureError, got ${String(error)}`);
}

describe('reading captures', () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    'pcap, little-endian': pcap([{ data: one }, { seconds: 2, units: 7, data: two }]),
    'pcap, big-endian': pcap([{ data: one }, { seconds: 2, units: 7, data: two }], { littleEndian: false }),
    'pcap with nanoseconds': pcap([{ data: one }, { seconds: 2, units: 7000, data: two }], { magic: 0xa1b23c4d }),
    'pcapng, little-endian': Buffer.concat([
      sectionBlock(),
      interfaceBlock(101),
      packetBlock(one, 1_000_000n),
      packetBlock(two, 2_000_007n),
    ]),
    'pcapng, big-endian': Buffer.concat([
      sectionBlock(false),
      interfaceBlock(101, false, 9),
      packetBlock(one, 1_000_000_000n, false),
      packetBlock(two, 2_000_007_000n, false),
    ]),
    'pcapng of several sections': Buffer.concat([
      ...[sectionBlock(), interfaceBlock(101), packetBlock(one, 1_000_000n)],
      ...[sectionBlock(false), interfaceBlock(101, false), packetBlock(two, 2_000_007n, false)],
    ]),
    'pcapng of our own writer': Buffer.concat([
      pcapngHeader([{ linkType: 101, name: 'wire' }]),
      pcapngPacket({ seconds: 1, nanoseconds: 0, interfaceId: 0, bytes: one, comment: 'first', direction: 'inbound' }),
      pcapngPacket({ seconds: 2, nanoseconds: 7000, interfaceId: 0, bytes: two }),
    ]),
    'pcapng with blocks to pass over': Buffer.concat([
      ...[sectionBlock(), block(0xbad, Buffer.alloc(3_000_000)), interfaceBlock(101), packetBlock(one, 1_000_000n)],
      ...[block(5, Buffer.alloc(8)), packetBlock(two, 2_000_007n)],
    ]),
  };
  for (const [name, file] of Object.entries(files)) {
    for (const size of [1, 7, 1 << 16]) {
      if (size === 1 && file.length > 100_000) continue;
      it(`reads ${name} in pieces of ${size}`, async () => {
        const { packets, error } = await readAll(file, size);
        expect(error).to.equal(undefined);
        expect(packets.map(({ number, seconds, nanoseconds }) => [number, seconds, nanoseconds])).to.deep.equal([
          [1, 1, 0],
          [2, 2, 7000],
        ]);
        expect(packets.map(({ bytes }) => [...bytes])).to.deep.equal([[...one], [...two]]);
      });
    }
    it(`reads ${name} compressed`, async () => {
      const { packets, error } = await readAll(gzipSync(file), 1000);
      expect(error).to.equal(undefined);
      expect(packets).to.have.length(2);
    });
    it(`says where ${name} is cut short, wherever that is`, async () => {
      for (let length = 0; length < file.length; length += file.length > 1000 ? 99_991 : 1) {
        const { packets, error } = await readAll(file.subarray(0, length));
        const whole = packets.length;
        if (error === undefined) {
          // only between two records does a cut leave a sound file
          expect((await readAll(file.subarray(0, length))).packets).to.have.length(whole);
          continue;
        }
        expect(problem(error).isCutShort, `${length} octets: ${String(error)}`).to.equal(true);
        expect(problem(error).offset).to.be.at.most(length);
      }
    });
  }

  it('reads obsolete and simple packet blocks', async () => {
    const old = fields(true, [16, 0], [16, 0], [32, 0], [32, 3_000_000], [32, 3], [32, 9]);
    const simple = Buffer.concat([fields(true, [32, 5]), one, Buffer.alloc(3)]);
    const file = [
      sectionBlock(),
      interfaceBlock(1),
      block(2, Buffer.concat([old, two, Buffer.alloc(1)])),
      block(3, simple),
    ];
    const { packets, error } = await readAll(Buffer.concat(file));
    expect(error).to.equal(undefined);
    expect(packets.map(({ bytes, originalLength, seconds }) => [bytes.length, originalLength, seconds])).to.deep.equal([
      [3, 9, 3],
      [5, 5, 3],
    ]);
  });

  it('counts only frames that Wireshark counts', async () => {
    const file = [
      sectionBlock(),
      interfaceBlock(1),
      block(9, Buffer.alloc(8)),
      block(5, Buffer.alloc(8)),
      packetBlock(one),
    ];
    const { packets } = await readAll(Buffer.concat(file));
    expect(packets.map(({ number }) => number)).to.deep.equal([2]);
  });

  const hostile: Readonly<Record<string, readonly [file: Uint8Array, offset: number, words: RegExp]>> = {
    'a captured length of ffffffff': [pcap([{ data: one }, { data: two, captured: 0xffffffff }]), 45, /4294967295/],
    'a captured length above snapshot and original length': [
      pcap([{ data: new Uint8Array(200), original: 100 }], { snapLength: 100 }),
      24,
      /snapshot length 100/,
    ],
    'a wrong magic number': [Buffer.from('not a capture at all'), 0, /neither pcap nor pcapng/],
    zstd: [Buffer.from('28b52ffd00000000', 'hex'), 0, /zstd/],
    'another version of pcap': [pcap([], { version: [2, 3] }), 4, /2\.3/],
    'a block of length 0': [Buffer.concat([sectionBlock(), block(6, Buffer.alloc(20), true, 0)]), 32, /length 0/],
    'a block length that is no multiple of 4': [
      Buffer.concat([sectionBlock(), block(1, Buffer.alloc(20), true, 33)]),
      32,
      /33/,
    ],
    'a block whose lengths differ': [
      Buffer.concat([sectionBlock(), block(1, Buffer.alloc(20)).fill(9, 28)]),
      56,
      /ends with length/,
    ],
    'a packet larger than its block': [
      Buffer.concat([sectionBlock(), interfaceBlock(1), packetBlock(one, 0n, true, 9000)]),
      68,
      /9000/,
    ],
    'a packet without interface': [Buffer.concat([sectionBlock(), packetBlock(one)]), 36, /interface 0/],
    'a section of unknown byte order': [block(0x0a0d0d0a, Buffer.alloc(16)), 8, /byte-order/],
    'an endless packet block': [
      Buffer.concat([sectionBlock(), interfaceBlock(1), block(6, Buffer.alloc(20), true, 0xfffffffc)]),
      52,
      /4294967292/,
    ],
    'a damaged gzip stream': [
      Buffer.concat([gzipSync(pcap([{ data: one }])).subarray(0, 20), Buffer.alloc(50, 7)]),
      0,
      /gzip/,
    ],
  };
  for (const [name, [file, offset, words]] of Object.entries(hostile)) {
    it(`refuses ${name} and says where`, async () => {
      const { error } = await readAll(file);
      expect(problem(error).message).to.match(words);
      if (name !== 'a damaged gzip stream') expect(problem(error).offset).to.equal(offset);
      expect(problem(error).isCutShort).to.equal(false);
    });
  }

  it('delivers what stands before a fault', async () => {
    const { packets } = await readAll(pcap([{ data: one }, { data: two, captured: 0xffffffff }]));
    expect(packets).to.have.length(1);
  });

  it('takes writers that exceed their own snapshot length', async () => {
    const { error, packets } = await readAll(pcap([{ data: new Uint8Array(200) }], { snapLength: 100 }));
    expect(error).to.equal(undefined);
    expect(packets).to.have.length(1);
  });
});
