import { expect } from 'chai';
import { catalogue, documents, requirement, sectionKey } from '../../src/spec/catalogue.js';
import { HarnessError } from '../../src/spec/errors.js';

// Counted by hand in the tables that the catalogue was written from: TS-01 to TS-37, and so on; HA-62 and MN-32 to MN-34 came later.
const rowsPerTable = { TS: 37, YG: 25, LG: 37, HA: 62, MN: 34, TN: 16, GR: 16, RV: 10 };

// A device cannot be blamed for these; a longer list needs a reason in review.
const untestable = [
  ...['YG-02', 'YG-03', 'YG-04', 'YG-05', 'YG-06', 'YG-21'],
  ...['LG-11', 'LG-33', 'LG-34', 'LG-36', 'LG-37', 'HA-24', 'HA-55'],
];

function idsOf(table: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${table}-${String(index + 1).padStart(2, '0')}`);
}

const documentsOfTable: Readonly<Record<string, readonly string[]>> = {
  TS: ['tsirtsis'],
  YG: ['yegani'],
  LG: ['leung'],
  HA: ['rfc3344', 'rfc2794', 'rfc3024', 'rfc4433'],
  MN: ['rfc3344', 'rfc2794', 'rfc4433'],
  TN: ['rfc3344', 'rfc3024', 'yegani', 'tsirtsis', 'leung'],
  GR: ['rfc2784', 'rfc2890'],
  RV: ['rfc3543'],
};

const rolesOfTable: Readonly<Record<string, readonly string[]>> = {
  TS: ['ha', 'mpa', 'both', 'mn'],
  YG: ['ha', 'mpa', 'both', 'fa'],
  LG: ['ha', 'mpa', 'both'],
  HA: ['ha'],
  MN: ['mpa'],
  TN: ['ha', 'mpa', 'both'],
  GR: ['both'],
  RV: ['ha', 'mpa', 'both'],
};

describe('catalogue', () => {
  it('has each of the 237 rows once, in order', () => {
    const expected = Object.entries(rowsPerTable).flatMap(([table, count]) => idsOf(table, count));
    expect(expected).to.have.length(237);
    expect(catalogue.map(({ id }) => id)).to.deep.equal(expected);
  });

  it('says each requirement in a sentence of its own', () => {
    const texts = catalogue.map(({ text }) => text);
    expect(new Set(texts).size).to.equal(texts.length);
    for (const { id, text } of catalogue) {
      expect(text.length, id).to.be.at.least(20);
      expect(text, id).to.match(/^[A-Z].*[^.]\.$/s);
    }
  });

  it('says of each requirement how it is seen, or why it cannot be', () => {
    for (const { id, test } of catalogue) {
      const sentence = test.observable ? test.how : test.why;
      expect(sentence.length, id).to.be.at.least(20);
      expect(sentence, id).to.match(/^[A-Z].*\.$/s);
    }
  });

  it('declares no more untestable than has been agreed', () => {
    const ids = catalogue.filter(({ test }) => !test.observable).map(({ id }) => id);
    expect(ids).to.deep.equal(untestable);
  });

  it('cites only the documents, and binds only the roles, of each table', () => {
    for (const { id, document, role } of catalogue) {
      const table = id.slice(0, 2);
      expect(documentsOfTable[table], id).to.include(document);
      expect(rolesOfTable[table], id).to.include(role);
    }
  });

  it('uses in its sentence the word of its level', () => {
    const words = { MUST: /\bmust\b/, SHOULD: /\bshould\b/, MAY: /\b(may|can|need not)\b/ };
    for (const { id, level, text } of catalogue) {
      if (level === 'fact' || level === 'inference' || level === 'info')
        expect(text, id).not.to.match(/\b(must|should)\b/);
      else expect(text, id).to.match(words[level]);
    }
  });

  it('finds a requirement by its id', () => {
    expect(requirement('TS-12')).to.include({ document: 'tsirtsis', section: '5.2', level: 'MUST', role: 'ha' });
  });

  for (const id of ['TS-38', 'ts-12', '', '__proto__', 'TS-12 ']) {
    it(`throws for ${JSON.stringify(id)}, which is nobody's id`, () => {
      expect(() => requirement(id))
        .to.throw(HarnessError)
        .with.property('code', 'unknown-requirement');
    });
  }
});

describe('documents', () => {
  it('have distinct prefixes, of which only that of tsirtsis is empty', () => {
    const prefixes = Object.values(documents).map(({ idPrefix }) => idPrefix);
    expect(new Set(prefixes).size).to.equal(prefixes.length);
    expect(documents.tsirtsis.idPrefix).to.equal('');
    for (const prefix of prefixes) expect(prefix).to.match(/^([a-z0-9]+-)?$/);
  });
});

describe('sectionKey', () => {
  const keys = [
    ['TS-06', '5.2'],
    ['YG-13', 'yegani-4.2'],
    ['LG-13', 'pmip-4.2'],
    ['HA-05', 'rfc3344-3.8.2.1'],
    ['HA-38', 'rfc2794-3'],
    ['RV-05', 'rfc3543-4.2.2.2'],
    ['TN-06', 'tunnel'],
    ['TN-15', 'tunnel'],
    ['GR-11', 'gre'],
  ] as const;

  for (const [id, key] of keys) {
    it(`files ${id} under ${key}`, () => {
      expect(sectionKey(requirement(id))).to.equal(key);
    });
  }
});
