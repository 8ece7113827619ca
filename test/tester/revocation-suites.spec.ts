import { expect } from 'chai';
import { memoryConfig, runInMemory } from '../../src/cli/selfcheck/in-memory.js';
import { haRevocationFaults } from '../../src/dut/faults/ha-revocation.js';
import { mpaRevocationFaults } from '../../src/dut/faults/mpa-revocation.js';
import { haVariants } from '../../src/dut/variants.js';
import { mpaVariants } from '../../src/dut/variants-mpa.js';
import type { CaseResult } from '../../src/report/result.js';
import { revocation } from '../../suites/ha/rfc3543-revocation.suite.js';
import { mpaSections } from '../../suites/mpa/index.js';
import { proxyRevocation } from '../../suites/mpa/rfc3543-4.2.2.2-told-of-a-revocation.suite.js';

/** One line for each case that did not simply pass. */
const blemishes = (cases: readonly CaseResult[]): string[] =>
  cases.flatMap((c) =>
    c.verdict === 'pass' ? [] : [`${c.verdict} ${c.id}: ${c.reason} | ${c.expected} | ${c.actual}`],
  );

const devices = [
  { dut: 'ha', name: 'home agent', own: revocation.cases, faults: haRevocationFaults, variants: haVariants },
  { dut: 'mpa', name: 'proxy agent', own: proxyRevocation.cases, faults: mpaRevocationFaults, variants: mpaVariants },
] as const;

describe('registration revocation', () => {
  it('changes nothing in what else a proxy agent shows', async () => {
    const config = memoryConfig('mpa');
    const all = mpaSections.flatMap((s) => s.cases);
    const { cases } = await runInMemory('mpa', all, {}, { ...config, pics: { ...config.pics, revocation: true } });
    expect(blemishes(cases)).to.deep.equal([]);
  });
});

for (const { dut, name, own, faults, variants } of devices) {
  describe(`the suite of registration revocation by a ${name}`, () => {
    it('passes on the reference device', async () => {
      const { cases } = await runInMemory(dut, own);
      expect(cases).to.have.length(own.length);
      expect(blemishes(cases)).to.deep.equal([]);
    });

    it('passes where the agents have an association of their own', async () => {
      const config = memoryConfig(dut);
      const faHa = { ...config.mnHa, spi: 512, key: Uint8Array.of(1, 2, 3, 4) };
      const { cases } = await runInMemory(
        dut,
        own,
        {},
        { ...config, faHa, pics: { ...config.pics, revocation: true } },
      );
      expect(blemishes(cases)).to.deep.equal([]);
    });

    for (const variant of variants) {
      it(`objects to nothing where a device may choose: ${variant.id}`, async () => {
        const { cases } = await runInMemory(dut, own, { variant: variant.id });
        expect(blemishes(cases)).to.deep.equal([]);
      });
    }

    for (const fault of faults) {
      it(`notices ${fault.id}`, async () => {
        const { cases } = await runInMemory(dut, own, { fault: fault.id });
        const covering = new Set(own.filter((c) => c.covers.some((id) => id === fault.breaks)).map(({ id }) => id));
        const noticed = cases.filter((c) => covering.has(c.id) && (c.verdict === 'fail' || c.verdict === 'warn'));
        expect(noticed).to.not.be.empty;
      });
    }
  });
}
