import { expect } from 'chai';
import { annotations } from '../../src/report/github.js';
import { broken, failed, manyCases, nasty, passed, runOf, skipped, undecided, warned } from './sample.js';

/** Undoes the escapes of a workflow command. */
const unescape = (text: string): string =>
  text
    .replaceAll('%0A', '\n')
    .replaceAll('%0D', '\r')
    .replaceAll('%3A', ':')
    .replaceAll('%2C', ',')
    .replaceAll('%25', '%');

describe('report: GitHub annotations', () => {
  it('are errors for failures, warnings for what is undecided, nothing for the rest', () => {
    const lines = annotations(runOf([passed, skipped, warned, undecided, failed, broken]));
    expect(lines.map((line) => /^::(\w+) title=([^:]*)::/.exec(line)?.slice(1).join(' '))).to.deep.equal([
      'error ha/5.2/02 fail',
      'error ha/rfc3344-3.8/08 error',
      'warning ha/5.2/03 warn',
      'warning ha/5.3/01 inconclusive',
    ]);
    const message = unescape(lines[0] ?? '');
    expect(message).to.include(`expected: ${failed.expected}\nactual: ${failed.actual}\n${failed.repeat}`);
    expect(annotations(runOf([warned], { strict: true }))[0]).to.match(/^::error /);
  });

  it('stay one command whatever a device has sent', () => {
    const evil = '100% of\r\n::add-mask::x\n::error::y, z: 1';
    const one = { ...failed, id: 'ha/5,2/02:x', reason: evil, actual: evil };
    for (const line of annotations(runOf([one, { ...nasty, id: 'a' }]))) {
      expect(line).to.match(/^::error title=[^:,\r\n]*::[^\r\n]*$/);
      expect(line).not.to.match(/%(?!25|0A|0D|3A|2C)/);
    }
    expect(annotations(runOf([one]))[0])
      .to.include('title=ha/5%2C2/02%3Ax fail::')
      .and.to.include('100%25 of');
  });

  it('are ten of a kind at most, the last of which counts the rest', () => {
    const lines = annotations(runOf(manyCases(700)));
    expect(lines).to.have.length(10);
    expect(lines.at(-1)).to.equal('::error title=grespec::91 more: see the step summary and the reports');
  });

  it('say that a run was cut short, and what the baseline knows', () => {
    const baseline = { verdict: 'fail', reason: 'x' } as const;
    const known = { ...failed, baseline: { ...baseline, state: 'known' as const } };
    const fixed = { ...passed, baseline: { ...baseline, state: 'fixed' as const } };
    const lines = annotations(runOf([known, fixed], { complete: false }));
    expect(lines.map((line) => line.split('::')[1])).to.deep.equal([
      'warning title=grespec',
      'notice title=ha/5.2/01 fixed',
    ]);
  });
});
