import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import fc from 'fast-check';
import { CaptureError } from '../../src/net/capture-packet.js';
import { haConfig } from '../tester/in-memory.js';
import { auditBytes } from './taps.js';

const folder = fileURLToPath(new URL('../../../pcaps/', import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.includes('.pcap'))
  .map((name) => ({ name, bytes: new Uint8Array(readFileSync(`${folder}${name}`)) }));

/** What an audit makes of a file: an outcome, or a CaptureError that says where; all else is thrown on. */
async function offsetOfFault(file: Uint8Array): Promise<number | undefined> {
  try {
    await auditBytes(file, { knobs: {}, mnHa: haConfig.mnHa });
    return undefined;
  } catch (error) {
    if (error instanceof CaptureError) return error.offset;
    throw error;
  }
}

type Change = (file: Uint8Array) => Uint8Array;

const place = fc.nat({ max: 0xffffff });
const replaced = (at: number, octets: Uint8Array, gone: number): Change => {
  return (file) => {
    const start = at % (file.length + 1);
    return Buffer.concat([file.subarray(0, start), octets, file.subarray(start + gone)]);
  };
};
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.tuple(place, fc.uint8Array({ minLength: 1, maxLength: 8 })).map(([at, o]) => replaced(at, o, o.length)),
  fc.tuple(place, fc.uint8Array({ maxLength: 40 })).map(([at, o]) => replaced(at, o, 0)),
  fc.tuple(place, fc.nat({ max: 200 })).map(([at, gone]) => replaced(at, new Uint8Array(0), gone)),
  // lengths that lie
  fc
    .tuple(place, fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff), fc.boolean())
    .map(([at, n, le]) => {
      const octets = new Uint8Array(4);
      new DataView(octets.buffer).setUint32(0, n, le);
      return replaced(at & ~3, octets, 4);
    }),
  fc.tuple(place, place).map(([from, to]): Change => (file) => {
    const part = file.subarray(from % file.length, (from % file.length) + 300);
    return replaced(to, part, 0)(file);
  }),
);

describe('any capture', () => {
  it('is audited or refused with an offset, whatever was done to it', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        async (file, changes) => {
          const changed = changes.reduce<Uint8Array>((bytes, apply) => apply(bytes), file.bytes);
          const offset = await offsetOfFault(changed);
          if (offset !== undefined) expect(offset).to.be.within(0, changed.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('may end anywhere, compressed or not', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), place, fc.boolean(), async ({ bytes }, at, isCompressed) => {
        const whole = isCompressed ? gzipSync(bytes) : bytes;
        const length = at % whole.length;
        const offset = await offsetOfFault(whole.subarray(0, length));
        // a cut between two records cannot be told; offsets are those of what is compressed
        if (isCompressed) expect(offset).to.be.within(0, bytes.length);
        else if (offset !== undefined) expect(offset).to.be.within(0, length);
      }),
      { numRuns: 400 },
    );
  });
});
