import { expect } from 'chai';
import { memoryConfig, runInMemory } from '../../src/cli/selfcheck/in-memory.js';
import { haRevocationFaults } from '../../src/dut/faults/ha-revocation.js';
import { haVariants } from '../../src/dut/variants.js';
import type { CaseResult } from '../../src/report/result.js';
import { revocation } from '../../suites/ha/rfc3543-revocation.suite.js';

/** One line for each case that did not simply pass. */
const blemishes = (cases: readonly CaseResult[]): string[] =>
  cases.flatMap((c) =>
    c.verdict === 'pass' ? [] : [`${c.verdict} ${c.id}: ${c.reason} | ${c.expected} | ${c.actual}`],
  );

describe('the suite of registration revocation', function () {
  this.timeout(60_000);

  it('passes on the reference home agent', async () => {
    const { cases } = await runInMemory('ha', revocation.cases);
    expect(cases).to.have.length(revocation.cases.length);
    expect(blemishes(cases)).to.deep.equal([]);
  });

  it('passes where the foreign agent has an association of its own', async () => {
    const config = memoryConfig('ha');
    const faHa = { ...config.mnHa, spi: 512, key: Uint8Array.of(1, 2, 3, 4) };
    const { cases } = await runInMemory(
      'ha',
      revocation.cases,
      {},
      { ...config, faHa, pics: { ...config.pics, revocation: true } },
    );
    expect(blemishes(cases)).to.deep.equal([]);
  });

  for (const variant of haVariants) {
    it(`objects to nothing where a home agent may choose: ${variant.id}`, async () => {
      const { cases } = await runInMemory('ha', revocation.cases, { variant: variant.id });
      expect(blemishes(cases)).to.deep.equal([]);
    });
  }

  for (const fault of haRevocationFaults) {
    it(`notices ${fault.id}`, async () => {
      const { cases } = await runInMemory('ha', revocation.cases, { fault: fault.id });
      const covering = new Set(
        revocation.cases.filter((c) => c.covers.some((id) => id === fault.breaks)).map(({ id }) => id),
      );
      const noticed = cases.filter((c) => covering.has(c.id) && (c.verdict === 'fail' || c.verdict === 'warn'));
      expect(noticed).to.not.be.empty;
    });
  }
});
