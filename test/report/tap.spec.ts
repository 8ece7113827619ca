import { expect } from 'chai';
import { parse } from 'yaml';
import { toTap } from '../../src/report/tap.js';
import { expectGolden } from './fixtures.js';
import { context, everyVerdict, manyCases, nasty, nastyText, passed, runOf, skipped } from './sample.js';

describe('report: tap', () => {
  it('writes every verdict', () => {
    expectGolden('report.tap', toTap(runOf([...everyVerdict, nasty]), context));
  });

  it('plans what it writes, and strict turns a warning', () => {
    const points = (text: string) => text.split('\n').filter((line) => /^(not )?ok /.test(line));
    const loose = toTap(runOf(everyVerdict));
    expect(loose).to.match(/^TAP version 14\n1\.\.6\n/);
    expect(points(loose).map((line) => line.slice(0, 6))).to.deep.equal([
      'ok 1 -',
      'not ok',
      'ok 3 -',
      'not ok',
      'ok 5 -',
      'not ok',
    ]);
    expect(points(toTap(runOf(everyVerdict, { strict: true })))[2]).to.match(/^not ok 3 /);
    expect(toTap(runOf([]))).to.include('1..0 # SKIP nothing was judged');
  });

  it('escapes what would be a directive, and keeps a point on its line', () => {
    const text = toTap(runOf([{ ...skipped, title: 'a # TODO b \\ c\nd', reason: 'no #1\nx' }]));
    expect(text).to.include('ok 1 - ha/rfc3344-3.8/07 a \\# TODO b \\\\ c d # SKIP no \\#1 x\n');
  });

  it('writes diagnostics that are YAML', () => {
    const text = toTap(runOf([nasty]), { ...context, dissect: () => [nastyText] });
    const block = /^ {2}---\n([\s\S]*?)^ {2}\.\.\.$/m.exec(text)?.[1] ?? '';
    expect(parse(block)).to.include({ severity: 'fail', level: 'MUST', repeat: nasty.repeat });
    expect(parse(block))
      .to.have.property('details')
      .that.matches(/^rule {6}TS-12 MUST[^]*\nrepeat {4}grespec run .*\n$/);
  });

  it('bails out where nothing was judged', () => {
    expect(toTap(runOf([]))).to.match(/\nBail out! nothing was judged\n$/);
    expect(toTap(runOf([], { shard: { index: 2, total: 2 } }))).to.match(/\n# no case falls to shard 2 of 2\n$/);
  });

  it('bails out of a run cut short', () => {
    expect(toTap(runOf([passed], { complete: false }))).to.match(/\nBail out! cut short, so far: nothing failed\n$/);
  });

  it('writes 3000 cases quickly', () => {
    expect(toTap(runOf(manyCases(3000)))).to.include('\n1..3000\n');
  });
});
