import { expect } from 'chai';
import { sections } from '../../suites/index.js';
import { memoryConfig, runInMemory } from '../../src/cli/selfcheck/in-memory.js';
import { haBaseFaults } from '../../src/dut/faults/ha-base.js';
import { haRegistrationFaults } from '../../src/dut/faults/ha-registration.js';
import { haSignallingFaults } from '../../src/dut/faults/ha-signalling.js';
import { haVariants } from '../../src/dut/variants.js';
import type { CaseResult, RunResult } from '../../src/report/result.js';
import type { CaseDefinition } from '../../src/tester/case.js';
import { lostDevice } from '../../src/tester/outcome.js';

const own = /^ha\/(rfc|pmip)/;
const haCases = sections.flatMap((s) => s.cases).filter(({ dut }) => dut === 'ha');
const cases = haCases.filter(({ id }) => own.test(id));

const config = memoryConfig('ha');
const rfc5944 = { ...config, knobs: { ...config.knobs, base: 'rfc5944' } };

/** One line for each case that did not simply pass. */
const blemishes = (results: readonly CaseResult[]): string[] =>
  results.flatMap((c) =>
    c.verdict === 'pass' ? [] : [`${c.verdict} ${c.id}: ${c.reason} | ${c.expected} | ${c.actual}`],
  );

/** A device that is right but lacks something may leave a case undecided or skip it. */
const accusations = (results: readonly CaseResult[]): string[] =>
  blemishes(results).filter((line) => !/^(skip|inconclusive) /.test(line));

/** A rule may be in other suites too, for instance expiry in those of tunnels. */
const covering = (requirement: string): readonly CaseDefinition[] =>
  haCases.filter(({ covers }) => covers.some((id) => id === requirement));

const isRed = ({ verdict, reason }: CaseResult): boolean =>
  verdict === 'fail' || verdict === 'warn' || reason.startsWith(lostDevice);

describe('the suites of registration', () => {
  it('pass on the reference home agent', async () => {
    const run = await runInMemory('ha', cases);
    expect(run.cases).to.have.length(cases.length);
    expect(blemishes(run.cases)).to.deep.equal([]);
  });

  it('pass on it under the base rules of RFC 5944', async () => {
    const run = await runInMemory('ha', cases, {}, rfc5944);
    expect(blemishes(run.cases).filter((line) => !line.includes('knob base='))).to.deep.equal([]);
  });

  for (const variant of haVariants) {
    it(`accuse no home agent that may choose: ${variant.id}`, async () => {
      for (const base of [config, rfc5944]) {
        const run: RunResult = await runInMemory('ha', cases, { variant: variant.id }, base);
        expect(accusations(run.cases)).to.deep.equal([]);
      }
    });
  }

  for (const fault of [...haBaseFaults, ...haRegistrationFaults, ...haSignallingFaults]) {
    it(`notice ${fault.id} in a case of ${fault.breaks}`, async () => {
      const run = await runInMemory('ha', covering(fault.breaks), { fault: fault.id });
      expect(run.cases.filter(isRed).map(({ id }) => id)).to.not.deep.equal([], blemishes(run.cases).join('\n'));
    });
  }
});
