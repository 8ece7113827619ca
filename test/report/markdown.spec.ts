import { expect } from 'chai';
import { toMarkdown } from '../../src/report/markdown.js';
import { expectGolden } from './fixtures.js';
import { context, everyVerdict, failed, manyCases, nasty, passed, runOf } from './sample.js';

describe('report: markdown', () => {
  it('writes every verdict', () => {
    expectGolden('report.md', toMarkdown(runOf([...everyVerdict, nasty]), context));
  });

  it('escapes what would be markup, a table cell or a mention', () => {
    const text = toMarkdown(runOf([{ ...failed, title: '<b>|`*@someone' }]));
    expect(text).to.include('&#60;b&#62;&#124;&#96;&#42;&#64;someone');
  });

  it('fences with more backticks than there are inside', () => {
    const text = toMarkdown(runOf([{ ...failed, actual: '````' }]));
    expect(text)
      .to.match(/^`````text$/m)
      .and.to.match(/^`````$/m);
  });

  it('says that a run was cut short', () => {
    expect(toMarkdown(runOf([passed], { complete: false }))).to.include('> **Cut short:**');
    expect(toMarkdown(runOf([passed]))).not.to.match(/cut short/i);
  });

  it('stays below the limit of a step summary', () => {
    const text = toMarkdown(runOf(manyCases(3000).map((one) => ({ ...one, verdict: 'fail' as const }))), context);
    expect(Buffer.byteLength(text)).to.be.below(1_000_000);
    expect(text).to.match(/… and \d+ findings more; the JSON report has all\./);
  });

  it('renders a run without cases', () => {
    expect(toMarkdown(runOf([])))
      .to.include('nothing was judged')
      .and.not.to.include('| Section');
  });
});
