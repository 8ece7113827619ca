/** Every bent message and packet differs from its valid twin only where its bend says, and in what follows from that. */
import { expect } from 'chai';
import { sections } from '../../suites/index.js';
import { memoryConfig, runInMemory } from '../../src/cli/selfcheck/in-memory.js';
import type { Dut } from '../../src/cli/selfcheck/jobs.js';
import type { Bent } from '../../src/tester/bend.js';
import { dialectOf } from '../../src/tester/dialect.js';
import type { Extension } from '../../src/wire/extensions.js';
import { gre } from '../../src/wire/gre.js';
import { decode } from '../../src/wire/layout.js';
import { decodeRevocation, decodeRrp, decodeRrq } from '../../src/wire/mobileip.js';

interface Part {
  readonly name: string;
  readonly extension: Extension;
  /** Hexadecimal, the authenticator left out: it follows from all that is before it. */
  readonly text: string;
}

interface Message {
  readonly fixed: Readonly<Record<string, unknown>>;
  readonly parts: readonly Part[];
}

const authenticators: ReadonlySet<string> = new Set(['mnHa', 'mnFa', 'faHa', 'mnAaa']);

function read({ kind }: Bent, octets: Uint8Array): Message {
  const dialect = dialectOf(memoryConfig('ha'));
  const reader = kind === 'revocation' ? decodeRevocation : kind === 'reply' ? decodeRrp : decodeRrq;
  const decoded = reader(octets, dialect);
  if (!decoded.ok) throw new Error(`cannot be read: ${JSON.stringify(decoded.issue)}`);
  const { extensions, ...fixed } = decoded.value;
  const parts = extensions.map((extension): Part => {
    const { name, at = 0, size = 0 } = extension;
    const counted = authenticators.has(name) ? Math.min(size, 6) : size;
    return { name, extension, text: Buffer.from(octets.subarray(at, at + counted)).toString('hex') };
  });
  return { fixed, parts };
}

const differing = (a: Readonly<Record<string, unknown>>, b: Readonly<Record<string, unknown>>): string[] =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].filter(
    (k) => JSON.stringify(plain(a[k])) !== JSON.stringify(plain(b[k])),
  );

const plain = (value: unknown): unknown =>
  typeof value === 'bigint' ? String(value) : value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value;

/** Extensions that only one of them has, in their order; a moved one is none. */
function only(these: readonly Part[], those: readonly Part[]): Part[] {
  const left = those.map((p) => p.text);
  return these.filter((part) => {
    const at = left.indexOf(part.text);
    if (at >= 0) left.splice(at, 1);
    return at < 0;
  });
}

const namesOf = (parts: readonly Part[]): string[] =>
  parts.map(({ extension: e }) => (e.name === 'raw' ? `type ${e.type}` : e.name));

/** The bits that differ, of octets of the same length. */
function bitsTurned(a: Uint8Array, b: Uint8Array): number {
  expect(b.length).to.equal(a.length);
  return a.reduce((sum, octet, i) => sum + (octet ^ (b[i] ?? 0)).toString(2).replaceAll('0', '').length, 0);
}

/** How a bend may differ from its twin, by the form of what it declares. */
const forms: readonly (readonly [RegExp, (bent: Bent, words: readonly string[]) => void])[] = [
  // the request itself was made otherwise, or nothing but the UDP header is bent
  [
    /^(nothing|sent again|nonce$|Identification|UDP checksum|no UDP checksum|an )/,
    ({ twin, octets }) => expect(octets).to.deep.equal(twin),
  ],
  [/, one bit$/, ({ twin, octets }) => expect(bitsTurned(twin, octets)).to.equal(1)],
  [
    /^cut to (-?\d+) octets$/,
    ({ twin, octets }, [length]) => expect(octets).to.deep.equal(twin.slice(0, Number(length))),
  ],
  [
    /^(?:signed|(.+) signed) with another key$/,
    (bent) => {
      const [twin, octets] = [read(bent, bent.twin), read(bent, bent.octets)];
      expect(octets.parts.map((p) => p.text)).to.deep.equal(twin.parts.map((p) => p.text));
      expect(differing(twin.fixed, octets.fixed)).to.deep.equal([]);
      expect(bent.octets).to.not.deep.equal(bent.twin);
    },
  ],
  [
    /^authenticator cut to (\d+) octets$/,
    (bent, [length]) => {
      const shorter = 16 - Number(length);
      expect(bent.octets.length).to.equal(bent.twin.length - shorter);
      // made anew: the Length, of which it is one octet, is covered
      const repaired = bent.octets.slice(0, bent.octets.length - Number(length));
      repaired[repaired.length - 5] = (repaired[repaired.length - 5] ?? 0) + shorter;
      expect(repaired).to.deep.equal(bent.twin.slice(0, repaired.length));
    },
  ],
  [
    /^greKey ([a-zA-Z, ]+?)(, after signing)?$/,
    (bent, [fields = '', afterwards]) => {
      if (fields.startsWith('replaced') || fields.startsWith('behind')) return shape(bent);
      const [twin, octets] = [read(bent, bent.twin), read(bent, bent.octets)];
      expect(differing(twin.fixed, octets.fixed)).to.deep.equal([]);
      const [before, after] = [only(twin.parts, octets.parts), only(octets.parts, twin.parts)];
      expect(namesOf(before)).to.deep.equal(['greKey']);
      expect(namesOf(after)).to.deep.equal(['greKey']);
      expect(differing({ ...before[0]?.extension }, { ...after[0]?.extension })).to.have.members(fields.split(', '));
      if (afterwards !== undefined) expect(signaturesOf(octets)).to.deep.equal(signaturesOf(twin));
    },
  ],
  [/^(no|order) |(replaced by|before|behind) /, (bent) => shape(bent)],
  [
    /^[a-zA-Z]+$/,
    (bent, [field]) => {
      const [twin, octets] = [read(bent, bent.twin), read(bent, bent.octets)];
      expect(differing(twin.fixed, octets.fixed)).to.deep.equal([field]);
      expect(octets.parts.map((p) => p.text)).to.deep.equal(twin.parts.map((p) => p.text));
    },
  ],
];

const signaturesOf = ({ parts }: Message): unknown[] =>
  parts.map(({ extension: e }) => ('authenticator' in e ? plain(e.authenticator) : undefined));

/** Extensions left out, put in, exchanged or in another order; the fixed part as it was. */
function shape(bent: Bent): void {
  const [twin, octets] = [read(bent, bent.twin), read(bent, bent.octets)];
  expect(differing(twin.fixed, octets.fixed)).to.deep.equal([]);
  const [gone, come] = [namesOf(only(twin.parts, octets.parts)), namesOf(only(octets.parts, twin.parts))];
  const { field } = bent;
  const [, left] = /^no (\w+)$/.exec(field) ?? [];
  const [, replaced, by] = /^(\w+) replaced by (.+)$/.exec(field) ?? [];
  const [, added, place, anchor = ''] = /^(.+) (before|behind) (\w+)$/.exec(field) ?? [];
  const [, order] = /^order (.+)$/.exec(field) ?? [];
  if (order !== undefined) {
    expect([gone, come]).to.deep.equal([[], []]);
    expect(octets.parts.map((p) => p.name)).to.deep.equal(
      order.split(', ').filter((name) => twin.parts.some((p) => p.name === name)),
    );
  } else if (left !== undefined) {
    expect(new Set(gone)).to.deep.equal(new Set([left]));
    expect(come).to.deep.equal([]);
  } else if (replaced !== undefined) {
    expect(gone).to.deep.equal([replaced]);
    expect(come.length).to.equal(by?.split(', ').length);
  } else if (octets.parts.at(-1)?.name === 'tail') {
    // an extension that points past the end: all that follows is read as a part of it
    const more = bent.octets.length - bent.twin.length;
    const at = twin.parts.find((p) => p.name === anchor)?.extension.at ?? 0;
    const rest = [bent.octets.slice(0, at), bent.octets.slice(at + more, -16)];
    expect(rest).to.deep.equal([bent.twin.slice(0, at), bent.twin.slice(at, -16)]);
  } else {
    const names = (added ?? '').split(', ');
    expect(gone).to.deep.equal([]);
    expect(octets.parts.length).to.equal(twin.parts.length + names.length);
    const all = namesOf(octets.parts);
    const isHere = (_: string, i: number): boolean =>
      names.every((name, j) => all[i + j] === name) && all[place === 'before' ? i + names.length : i - 1] === anchor;
    expect(all.some(isHere), all.join(' ')).to.equal(true);
  }
}

/** Fields of the GRE header that follow from another one. */
const following: Readonly<Record<string, readonly string[]>> = {
  hasChecksum: ['checksum', 'reserved1'],
  hasRouting: ['checksum', 'reserved1'],
  key: ['hasKey'],
  hasKey: ['key'],
  sequence: ['hasSequence'],
};

function checkGre({ field, twin, octets }: Bent): void {
  const fields = field.split(', ');
  const [before, after] = [decode(gre, twin), decode(gre, octets)];
  if (!before.ok || !after.ok || fields.includes('octets')) {
    // made of the finished packet: the rest of it stays
    expect(octets.subarray(-20)).to.deep.equal(twin.subarray(-20));
    return;
  }
  const allowed = new Set([...fields, ...fields.flatMap((f) => following[f] ?? [])]);
  for (const name of differing(before.value, after.value)) expect([...allowed]).to.include(name);
}

function check(bent: Bent): void {
  if (bent.kind === 'gre') return checkGre(bent);
  for (const [pattern, holds] of forms) {
    const found = pattern.exec(bent.field);
    if (found) return holds(bent, found.length > 1 ? found.slice(1) : [bent.field]);
  }
  expect.fail(`no form for the bend ${JSON.stringify(bent.field)}: say above how it may differ from its twin`);
}

for (const dut of ['ha', 'mpa'] satisfies Dut[]) {
  describe(`bent messages to a ${dut === 'ha' ? 'home agent' : 'mobility proxy agent'}`, () => {
    it('differ from their valid twins in what they declare, and in nothing else', async () => {
      const all: Bent[] = [];
      const cases = sections.filter((s) => s.dut === dut).flatMap((s) => s.cases);
      await runInMemory(dut, cases, {}, memoryConfig(dut), (bent) => all.push(bent));
      expect(all.length).to.be.greaterThan(50);
      const wrong = all.flatMap((bent) => {
        try {
          check(bent);
          return [];
        } catch (error) {
          return [`${bent.during}, ${bent.kind} ${bent.field}: ${(error as Error).message}`];
        }
      });
      expect(wrong).to.deep.equal([]);
    });
  });
}
