import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { toJUnit } from '../../src/report/junit.js';
import type { RunResult } from '../../src/report/result.js';
import { loneSurrogates } from '../../src/report/text.js';
import { expectGolden, fixturePath } from './fixtures.js';
import { broken, context, everyVerdict, failed, manyCases, nasty, passed, runOf } from './sample.js';

const all = runOf([...everyVerdict, nasty]);
const strict = runOf([...everyVerdict, nasty], { strict: true });

const count = (xml: string, tag: string): number => xml.split(new RegExp(`<${tag}[ >]`)).length - 1;

/** Sum of an attribute over all suites. */
const sum = (xml: string, attribute: string): number =>
  Array.from(xml.matchAll(new RegExp(`<testsuite [^>]*\\b${attribute}="(\\d+)"`, 'g')), ([, digits]) =>
    Number(digits),
  ).reduce((total, value) => total + value, 0);

describe('report: junit', () => {
  it('writes every verdict', () => {
    expectGolden('junit.xml', toJUnit(all, context));
    expectGolden('junit-strict.xml', toJUnit(strict));
  });

  it('takes its counts from what it wrote', () => {
    for (const run of [all, strict, runOf([]), runOf(manyCases(100))]) {
      const xml = toJUnit(run);
      // where nothing was judged, one says so
      expect(count(xml, 'testcase')).to.equal(Math.max(1, run.cases.length));
      expect(sum(xml, 'tests')).to.equal(Math.max(1, run.cases.length));
      expect(sum(xml, 'failures')).to.equal(count(xml, 'failure'));
      expect(sum(xml, 'errors')).to.equal(count(xml, 'error'));
      expect(sum(xml, 'skipped')).to.equal(count(xml, 'skipped'));
    }
    expect(count(toJUnit(all), 'failure')).to.equal(2);
    expect(count(toJUnit(strict), 'failure')).to.equal(3);
  });

  it('does not believe the totals of the result', () => {
    const wrong: RunResult = { ...runOf([failed]), totals: { ...all.totals, fail: 99, error: 99 } };
    expect(toJUnit(wrong)).to.include('tests="1" failures="1" errors="0"');
  });

  it('names cases, classes and suites', () => {
    const xml = toJUnit(all, context);
    expect(xml).to.include(`<testcase name="${failed.id} ${failed.title}" classname="grespec.ha.5.2" time="0.112">`);
    expect(xml).to.include('classname="grespec.ha.rfc3344-3.8"');
    expect(xml).to.include('<testsuite name="ha/5.2 Receiving the Registration Request" tests="3"');
    expect(xml).to.include('timestamp="2024-05-06T07:08:09"');
  });

  it('keeps sections of the same number apart, and cases of a section together', () => {
    const elsewhere = { ...passed, id: 'ha/yegani-5.2/01' };
    const xml = toJUnit(runOf([passed, elsewhere, failed]));
    expect(Array.from(xml.matchAll(/<testsuite name="([^"]*)" tests="(\d)"/g), ([, name, n]) => `${name} ${n}`))
      .to.deep //
      .equal(['ha/5.2 2', 'ha/yegani-5.2 1']);
  });

  it('tells the outcomes apart', () => {
    const xml = toJUnit(all);
    expect(xml).to.include('<failure message="The home agent accepted a registration that it must deny." type="fail">');
    expect(xml).to.match(/<error message="[^"]*" type="inconclusive">/);
    expect(xml).to.match(/<error message="[^"]*" type="error">/);
    expect(xml).to.include('<skipped message="raw sockets need CAP_NET_RAW"/>');
    expect(xml).to.include('<system-out>WARN TS-14 SHOULD: The reply holds no protocol type.');
    expect(toJUnit(strict)).to.include('<failure message="The reply holds no protocol type." type="warn">');
    expect(toJUnit(strict)).not.to.include('WARN');
  });

  it('says that a run was cut short, even before its first case', () => {
    for (const cases of [[], [passed]]) {
      const xml = toJUnit(runOf(cases, { complete: false }));
      expect(xml).to.include('name="grespec (cut short)"');
      expect(xml).to.include('<property name="complete" value="false"/>');
      expect(xml).to.match(cases.length > 0 ? /<system-out>cut short/ : /<error message="cut short before any case/);
    }
  });

  it('is red where nothing was judged, but not for a shard without a case', () => {
    expect(toJUnit(runOf([]))).to.match(/<testsuites name="grespec" [^>]*tests="1" failures="0" errors="1"/);
    expect(toJUnit(runOf([]))).to.include('<error message="nothing was judged" type="inconclusive">');
    const shard = toJUnit(runOf([], { shard: { index: 2, total: 2 } }));
    expect(shard).to.match(/<testsuites name="grespec" [^>]*tests="0" failures="0" errors="0"/);
  });

  it('holds no character that XML 1.0 does not know', () => {
    const xml = toJUnit(all, { ...context, dissect: () => [nasty.title] });
    // eslint-disable-next-line no-control-regex
    expect(xml).not.to.match(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/);
    expect(xml).not.to.match(loneSurrogates);
    expect(xml).not.to.include(']]>');
    expect(xml).to.include('a]]&gt;b &lt;c&gt; &amp; &quot;d&quot;');
    expect(xml)
      .to.include('red')
      .and.not.to.match(/message="[^"]*\[31m/);
  });

  describe('against the Jenkins schema', () => {
    const runs: Readonly<Record<string, RunResult>> = {
      'every verdict': all,
      strict,
      'no cases': runOf([]),
      'cut short': runOf(everyVerdict, { complete: false }),
      'cut short at once': runOf([], { complete: false }),
      'a long case': runOf([{ ...broken, durationMs: 12_345_678.9 }]),
      'an odd start': runOf([passed], { startedAt: 'yesterday' }),
    };
    for (const [name, run] of Object.entries(runs)) {
      it(`is valid: ${name}`, function () {
        const { status, text } = lint(toJUnit(run, context));
        if (status === undefined) {
          if (this.test) this.test.title += ' (xmllint is not installed)';
          this.skip();
        }
        expect(status, text).to.equal(0);
      });
    }

    it('would notice a fault', function () {
      const { status } = lint(toJUnit(all).replace(' errors=', ' mistakes='));
      if (status === undefined) this.skip();
      expect(status).not.to.equal(0);
    });
  });

  it('writes 3000 cases quickly', () => {
    expect(count(toJUnit(runOf(manyCases(3000)), context), 'testcase')).to.equal(3000);
  });
});

/** Status is undefined where there is no xmllint. */
function lint(xml: string): { status: number | null | undefined; text: string } {
  const args = ['--noout', '--schema', fixturePath('jenkins-junit.xsd'), '-'];
  const { status, stderr, error } = spawnSync('xmllint', args, { input: xml, encoding: 'utf8' });
  return error && 'code' in error && error.code === 'ENOENT'
    ? { status: undefined, text: '' }
    : { status, text: stderr };
}
