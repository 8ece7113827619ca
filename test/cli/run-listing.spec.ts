import { expect } from 'chai';
import { runListing } from '../../src/cli/run-listing.js';
import { sections } from '../../suites/index.js';

describe('cli: the listing of a run', () => {
  const cases = sections.flatMap((section) => section.cases).filter(({ dut }) => dut === 'ha');
  const listing = runListing(sections, [{ cases: cases.slice(2) }, { name: 'GRE keys off', cases: cases.slice(0, 2) }]);

  it('has every case once, in the order in which it is judged', () => {
    const ids = listing.flatMap((section) => section.cases);
    expect(ids).to.have.members(cases.map(({ id }) => id));
    expect(new Set(ids).size).to.equal(cases.length);
    const early = cases.slice(2).filter(({ waits, wholeRun }) => !waits && !wholeRun);
    expect(ids.slice(0, early.length)).to.deep.equal(early.map(({ id }) => id));
  });

  it('puts what comes late under headings behind the sections', () => {
    expect(listing.flatMap(({ heading }) => heading ?? [])).to.deep.equal([
      'What takes its time',
      'What the whole run showed',
      'Reference device, GRE keys off',
    ]);
    expect(listing.slice(-3).every(({ heading }) => heading !== undefined)).to.equal(true);
  });
});
