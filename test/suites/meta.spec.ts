import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { sections } from '../../suites/index.js';
import { ledgerEntries, ledgerMarkdown } from '../../src/cli/ledger.js';
import { allHaFaults, haFaults } from '../../src/dut/faults/ha.js';
import { mpaFaults } from '../../src/dut/faults/mpa.js';
import { haVariants } from '../../src/dut/variants.js';
import { mpaVariants } from '../../src/dut/variants-mpa.js';
import { catalogue, requirement } from '../../src/spec/catalogue.js';
import { sectionTitle } from '../../src/spec/sections.js';
import { inScope } from '../../src/tester/ledger.js';

const cases = sections.flatMap((section) => section.cases);

describe('the suites as a whole', () => {
  it('give every case an id of its own, in the form dut/section/nn', () => {
    const ids = cases.map((c) => c.id);
    expect(new Set(ids).size, `ids given twice: ${ids.filter((id, i) => ids.indexOf(id) !== i).join(' ')}`).to.equal(
      ids.length,
    );
    for (const id of ids) expect(id).to.match(/^(ha|mpa)\/[a-z0-9.-]+\/\d\d$/);
  });

  it('name sections that exist', () => {
    for (const s of sections) expect(sectionTitle(s.document, s.section), s.key).to.be.a('string').that.is.not.empty;
  });

  it('begin every title with how strong the requirement is', () => {
    for (const c of cases) expect(c.title, c.id).to.match(/^(MUST|SHOULD|MAY)\b/);
  });

  it('cover requirements of the device under test', () => {
    for (const c of cases) {
      expect(c.covers, c.id).to.not.be.empty;
      for (const id of c.covers) expect(inScope(requirement(id), c.dut), `${c.id} covers ${id}`).to.equal(true);
    }
  });

  it('have a case for every requirement that a black box can test', () => {
    for (const dut of ['ha', 'mpa'] as const) {
      const covered = new Set<string>(cases.filter((c) => c.dut === dut).flatMap((c) => c.covers));
      const missing = catalogue.filter((row) => row.test.observable && inScope(row, dut) && !covered.has(row.id));
      expect(
        missing.map((row) => row.id),
        `add a case to suites/${dut}/ for each, or say in src/spec/catalogue why it is untestable`,
      ).to.deep.equal([]);
    }
  });

  it('have a fault for every case: one that breaks a requirement it covers', () => {
    for (const [dut, faults] of [
      ['ha', haFaults],
      ['mpa', mpaFaults],
    ] as const) {
      const broken = new Set(faults.map((f) => f.breaks));
      const unproven = cases.filter((c) => c.dut === dut && !c.covers.some((id) => broken.has(id)));
      expect(
        unproven.map((c) => `${c.id} (${c.covers.join(' ')})`),
        `add a fault to src/dut/faults that breaks one of the requirements of each`,
      ).to.deep.equal([]);
    }
  });

  it('have a fault for every strict requirement that a black box can test', () => {
    for (const [dut, faults] of [
      ['ha', haFaults],
      ['mpa', mpaFaults],
    ] as const) {
      const broken = new Set(faults.map((f) => f.breaks));
      const strict = catalogue.filter((row) => row.level === 'MUST' || row.level === 'fact');
      const unbroken = strict.filter((row) => row.test.observable && inScope(row, dut) && !broken.has(row.id));
      expect(
        unbroken.map((row) => `${row.id} (${row.text})`),
        `add a fault to src/dut/faults/${dut}-*.ts that breaks each, and that a case which covers it notices`,
      ).to.deep.equal([]);
    }
  });

  it('look in the whole run at every rule that the oracle judges in what a proxy agent sends', () => {
    const source = (name: string): string =>
      readFileSync(new URL(`../../../src/oracle/${name}.ts`, import.meta.url), 'utf8');
    const header = source('frame').split('export function judgeHeader')[1]?.split('\n}\n')[0] ?? '';
    const files = ['request-fields', 'request-extensions', 'request-order', 'uplink'];
    const judged = new Set(
      [...files.map(source), header].flatMap((text) => text.match(/(?<=')[A-Z]{2}-\d\d(?=')/g) ?? []),
    );
    const covered = new Set<string>(cases.filter((c) => c.dut === 'mpa' && c.wholeRun).flatMap((c) => c.covers));
    expect([...judged].filter((id) => !covered.has(id))).to.deep.equal([]);
    expect(judged.size).to.be.greaterThan(20);
  });
});

describe('faults and variants', () => {
  it('have ids of their own and break requirements of their device', () => {
    for (const [dut, list] of [
      ['ha', allHaFaults],
      ['mpa', mpaFaults],
    ] as const) {
      const ids = list.map((f) => f.id);
      expect(new Set(ids).size).to.equal(ids.length);
      for (const f of list) expect(inScope(requirement(f.breaks), dut), f.id).to.equal(true);
    }
  });

  it('are described by an id in kebab case and a sentence', () => {
    for (const d of [...allHaFaults, ...mpaFaults, ...haVariants, ...mpaVariants]) {
      expect(d.id).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/);
      expect(d.sentence, d.id).to.match(/^[A-Z].*\.$/s);
    }
  });

  it('are as many as the claim of a proven tester needs', () => {
    expect(haFaults.length + mpaFaults.length).to.be.at.least(120);
    expect(haVariants.length + mpaVariants.length).to.be.at.least(15);
  });
});

describe('docs/ledger.md', () => {
  it('is what grespec ledger writes', () => {
    const written = readFileSync(new URL('../../../docs/ledger.md', import.meta.url), 'utf8');
    expect(written === ledgerMarkdown(ledgerEntries()), 'stale: run grespec ledger --markdown docs/ledger.md').to.equal(
      true,
    );
  });
});
