import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { marked, withBaseline } from '../../src/cli/baseline/apply.js';
import { type BaselineEntry, baselineOf } from '../../src/cli/baseline/read.js';
import { baselineFrom, baselineText } from '../../src/cli/baseline/write.js';
import { parseConfig } from '../../src/cli/config/document.js';
import type { CaseResult, RunResult } from '../../src/report/result.js';
import { failed, nasty, passed, runOf, skipped, undecided, warned } from '../report/sample.js';
import { grespec, inTemporaryFolder } from './grespec.js';

const ids = new Set([passed, failed, warned, undecided, skipped, nasty].map(({ id }) => id));
const read = (text: string) => baselineOf(parseConfig(text, 'known.yaml'), 'known.yaml', ids);
const today = '2026-06-15';
const blaming = (requirement: string): CaseResult => ({
  ...failed,
  reason: `${requirement} (MUST, somewhere): a rule`,
});

function stateOf(entry: Partial<BaselineEntry>, result: CaseResult): string | undefined {
  const whole = { id: result.id, verdict: 'fail', reason: 'x', ...entry };
  return marked(result, read(JSON.stringify({ known: [whole] })), today).baseline?.state;
}

describe('cli --baseline', () => {
  describe('knows', () => {
    for (const [what, entry, result, state] of [
      ['what fails as it says', {}, failed, 'known'],
      ['what does better than it says', {}, warned, 'known'],
      ['a warning that it names', { verdict: 'warn' }, warned, 'known'],
      ['what could not be decided, where it says so', { verdict: 'inconclusive' }, undecided, 'known'],
      ['the requirement that it names', { requirement: 'TS-12' }, blaming('TS-12'), 'known'],
      ['an entry on its last day', { expires: today }, failed, 'known'],
      ['no entry after its last day', { expires: '2026-06-14' }, failed, 'expired'],
      ['what passes now', {}, passed, 'fixed'],
      ['what passes now, after its last day too', { expires: '2020-01-01' }, passed, 'fixed'],
      ['not what does worse', { verdict: 'warn' }, failed, 'other'],
      ['not what could not be decided', {}, undecided, 'other'],
      ['not another requirement', { requirement: 'TS-13' }, blaming('TS-12'), 'other'],
      ['nothing of what was skipped', {}, skipped, undefined],
    ] as const) {
      it(what, () => {
        expect(stateOf(entry, result)).to.equal(state);
      });
    }

    it('other cases nothing', () => {
      const baseline = read(`known: [{ id: ${failed.id}, verdict: fail, reason: x }]`);
      const result = withBaseline(runOf([passed, failed]), baseline, today);
      expect(result.run.baseline).to.equal('known.yaml');
      expect(result.cases.map((one) => one.baseline?.state)).to.deep.equal([undefined, 'known']);
      expect(result.totals).to.include({ fail: 1 });
    });
  });

  describe('refuses', () => {
    for (const [text, part] of [
      [
        `known:\n  - { id: ha/5.2/99, verdict: fail, reason: x }`,
        'known.yaml:2: there is no case "ha/5.2/99"; did you mean ha/5.2/0',
      ],
      [`known:\n  - { id: nothing, verdict: fail, reason: x }`, 'see: grespec list'],
      [`known:\n  - { id: ha/5.2/02, verdict: fail }`, 'has no "reason"'],
      [
        `known:\n  - { id: ha/5.2/02, verdict: pass, reason: x }`,
        'must be one of fail, warn, inconclusive, not "pass"',
      ],
      [`known:\n  - { id: ha/5.2/02, verdict: fail, reason: x, until: 1 }`, 'unknown setting "known.0.until"'],
      [`known:\n  - { id: ha/5.2/02, verdict: fail, reason: x, expires: soon }`, 'known.yaml:2: "soon" is no date'],
      [`known:\n  - { id: ha/5.2/02, verdict: fail, reason: x, expires: 2026-02-30 }`, 'is no date'],
      [`known:\n  - &a { id: ha/5.2/02, verdict: fail, reason: x }\n  - *a`, 'ha/5.2/02 has two entries'],
      ['[]', 'the baseline must be a group of settings'],
      ['', 'has no "known"'],
      ['known: {', 'known.yaml:1'],
    ] as const) {
      it(JSON.stringify(text), () => {
        expect(() => read(text))
          .to.throw(part)
          .with.property('exitCode', 2);
      });
    }
  });

  describe('is written', () => {
    const run = runOf([passed, blaming('TS-13'), warned, undecided, nasty]);

    it('with what fails, and reads back to where nothing is new', () => {
      for (const file of ['known.yaml', 'known.json']) {
        const text = baselineText(baselineFrom(run, undefined), run, file);
        const baseline = read(text);
        expect([...baseline.entries.keys()]).to.deep.equal([failed.id, nasty.id]);
        expect(baseline.entries.get(failed.id)).to.include({ requirement: 'TS-13', verdict: 'fail' });
        const states = withBaseline(run, baseline, today).cases.map((one) => one.baseline?.state);
        expect(states).to.deep.equal([undefined, 'known', undefined, undefined, 'known']);
      }
    });

    it('with warnings where they count', () => {
      const strict: RunResult = { ...run, run: { ...run.run, strict: true } };
      expect(baselineFrom(strict, undefined).map(({ verdict }) => verdict)).to.deep.equal(['fail', 'warn', 'fail']);
    });

    it('anew, keeping what people wrote as long as it holds', () => {
      const earlier = read(
        JSON.stringify({
          known: [
            { id: failed.id, verdict: 'fail', reason: 'ticket 4711', expires: '2027-01-01' },
            { id: passed.id, verdict: 'fail', reason: 'ticket 12' },
            { id: skipped.id, verdict: 'fail', reason: 'ticket 13' },
          ],
        }),
      );
      const entries = baselineFrom(withBaseline(run, earlier, today), earlier);
      expect(entries.map(({ id, reason }) => [id, reason])).to.deep.equal([
        [failed.id, 'ticket 4711'],
        [nasty.id, entries[1]?.reason],
        [skipped.id, 'ticket 13'],
      ]);
    });
  });

  it('lets a run with known deviations end with 0, and with others with 1', async () => {
    await inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'known.yaml');
      const args = ['run', 'ha/5.3/05', 'ha/5.3/06', '--fault', 'a-not-echoed'];
      const first = await grespec([...args, '--write-baseline', file]);
      expect(first.code).to.equal(1);
      expect(first.stderr).to.include(`1 known deviation written to ${file}`);
      const second = await grespec([...args, '--baseline', file]);
      expect(second.stdout).to.include('≈ ha/5.3/06').and.to.include('nothing failed besides 1 known deviation');
      expect(second.code).to.equal(0);
      const good = await grespec(['run', 'ha/5.3/06', '--baseline', file]);
      expect(good.stdout).to.include('PASSES NOW');
      expect(good.code).to.equal(0);
      writeFileSync(file, readFileSync(file, 'utf8').replace('reason:', 'expires: 2020-01-01\n    reason:'));
      const expired = await grespec([...args, '--baseline', file]);
      expect(expired.stdout).to.include('was a known fail until 2020-01-01');
      expect(expired.code).to.equal(1);
    });
  });
});
