import { expect } from 'chai';
import { plain } from '../../src/report/look.js';
import type { CaseResult } from '../../src/report/result.js';
import type { SectionListing } from '../../src/report/sections.js';
import { type Progress, progressLine, TreePrinter } from '../../src/report/tree.js';
import { columns } from '../../src/report/text.js';
import { expectGolden } from './fixtures.js';
import { renderTree } from './render-tree.js';
import {
  context,
  everyVerdict,
  failed,
  manyCases,
  nasty,
  passed,
  runOf,
  skipped,
  undecided,
  warned,
} from './sample.js';

const look = { ...plain, width: 100 };
const ascii = { ...look, unicode: false };

const listing: readonly SectionListing[] = [
  { key: 'ha/5.2', document: passed.document, section: '5.2', title: 'One', cases: [passed.id, failed.id, warned.id] },
  { key: 'ha/5.3', document: passed.document, section: '5.3', title: 'Two', cases: [undecided.id] },
  { key: 'ha/rfc3344-3.8', document: 'RFC 3344', section: '3.8', title: 'Three', cases: [skipped.id] },
];

function printer(sections = listing, progress: Progress[] = []) {
  const chunks: string[] = [];
  const tree = new TreePrinter({
    ...context,
    ...look,
    listing: sections,
    write: (text) => void chunks.push(text),
    onProgress: (now) => void progress.push(now),
  });
  return { tree, text: () => chunks.join('') };
}

describe('report: tree', () => {
  it('renders every verdict', () => {
    expectGolden('tree.txt', renderTree(runOf([...everyVerdict, nasty]), look, context));
    expectGolden('tree-ascii.txt', renderTree(runOf([...everyVerdict, nasty]), ascii, context));
    expectGolden('tree-colour.txt', renderTree(runOf(everyVerdict), { ...look, colour: true }, context));
  });

  it('lists at the end of a long run what did not pass, worst first and bounded', () => {
    const many = (verdict: CaseResult['verdict'], count: number): CaseResult[] =>
      Array.from({ length: count }, (_, i) => ({ ...passed, id: `ha/5.2/${verdict}-${i}`, verdict }));
    const end = (cases: readonly CaseResult[]): string =>
      renderTree(runOf(cases), look, context).split('Slowest')[1] ?? '';
    const slow = { ...passed, durationMs: 1000 };
    const few = end([slow, ...many('pass', 20), ...many('warn', 1), ...many('fail', 1)]);
    expect(few).to.match(
      /Failed, or to be looked at\n {2}✘ ha\/5\.2\/fail-0 .*\n {2}⚠ ha\/5\.2\/warn-0 .*\n\n✘ non-conf/,
    );
    const more = end([slow, ...many('fail', 30)]);
    expect(more.match(/✘ ha\/5\.2\/fail/g)).to.have.length(19);
    expect(more).to.include('… and 11 more');
    expect(end([slow, ...many('pass', 30)])).not.to.include('looked at');
    const known = { state: 'known', verdict: 'fail', reason: '' } as const;
    expect(end([slow, ...many('fail', 30).map((one) => ({ ...one, baseline: known }))])).not.to.include('looked at');
  });

  it('says once, before the cases, how the device differs as a whole, and gathers what that left undecided', () => {
    const mismatch = 'the device has another layout: try --profile rfc6245';
    const cases = Array.from({ length: 12 }, (_, i) => ({
      ...undecided,
      id: `ha/5.3/${i}`,
      reason: `${mismatch}; until then nothing is said of rule ${i}`,
    }));
    const text = renderTree(runOf(cases, { mismatch }), { ...look, width: 120 }, context);
    expect(text.indexOf(`⚠ ${mismatch}`)).to.be.lessThan(text.indexOf('ha/5.3/0'));
    expect(text).to.include(`· 12 could not be decided: ${mismatch} (`);
    expect(text).not.to.include('more reason');
    expect(text).to.match(/could not be decided; the device has another layout/);
  });

  it('says why so many cases could not be decided in sentences', () => {
    const cases = Array.from({ length: 10 }, (_, i) => ({ ...undecided, id: `ha/5.3/${i}`, reason: `reason ${i}` }));
    expect(renderTree(runOf(cases), look, context)).to.include('2 more reasons why cases could not be decided.');
    const skips = cases.map((one) => ({ ...one, verdict: 'skip' as const }));
    expect(renderTree(runOf(skips), look, context)).to.include('2 more reasons why cases were skipped.');
  });

  it('names the fault of the embedded device', () => {
    expect(renderTree(runOf([passed], { fault: 'a-not-echoed' }), look, context)).to.include('· fault a-not-echoed');
  });

  it('is ASCII where the terminal is not UTF-8', () => {
    expect(renderTree(runOf([...everyVerdict, nasty]), ascii, context)).to.match(/^[\n\x20-\x7e]*$/);
  });

  it('has no escape sequences without colour, and the same text with it', () => {
    const run = runOf([...everyVerdict, nasty]);
    const text = renderTree(run, look, context);
    expect(text).not.to.include('\u001b');
    const coloured = renderTree(run, { ...look, colour: true }, context);
    expect(coloured).to.include('\u001b[31m');
    // eslint-disable-next-line no-control-regex
    const bare = coloured.replace(/\u001b\[\d+m/g, '');
    expect(bare.replace(/ +$/gm, '')).to.equal(text.replace(/ +$/gm, ''));
  });

  it('keeps within the width, but for commands', () => {
    for (const width of [80, 100, 120]) {
      for (const line of renderTree(runOf([...everyVerdict, nasty]), { ...look, width }, context).split('\n')) {
        if (!line.includes('repeat ')) expect(columns(line), line).to.be.at.most(width);
      }
    }
  });

  it('prints a case when all before it are printed', () => {
    const { tree, text } = printer();
    tree.caseDone(skipped);
    tree.caseDone(failed);
    tree.caseDone(undecided);
    expect(text()).to.equal('');
    tree.caseDone(passed);
    expect(text()).to.include(passed.title).and.to.include(failed.title).and.not.to.include(undecided.title);
    tree.caseDone(warned);
    const at = [passed, failed, warned, undecided, skipped].map(({ title }) => text().indexOf(title));
    expect(at).to.deep.equal(at.toSorted((a, b) => a - b));
    expect(at).not.to.include(-1);
    const before = text();
    tree.finish(runOf([passed, failed, warned, undecided, skipped]));
    expect(text().startsWith(before)).to.equal(true);
    expect(text().split(`✔ ${passed.id}`)).to.have.length(2);
    expect(text()).to.include('non-conformance found');
  });

  it('prints what there is of a run cut short, and says so', () => {
    const { tree, text } = printer();
    tree.caseDone(passed);
    tree.finish(runOf([passed], { complete: false }));
    expect(text()).to.include('… 2 cases not run');
    expect(text()).to.include('4 of 5 cases were not run.');
    expect(text()).to.include('2 cases of other sections not run');
    expect(text()).to.include('? cut short, so far: nothing failed');
  });

  it('does not call a success what was cut short before it began', () => {
    const { tree, text } = printer();
    tree.finish(runOf([], { complete: false }));
    expect(text()).to.include('5 cases of other sections not run');
    expect(text()).to.include('? cut short before any case was decided').and.not.to.include('✔');
  });

  it('puts what comes late under headings of its own', () => {
    const late = {
      key: '',
      document: '',
      section: '',
      title: '',
      heading: 'At the end',
      cases: [failed.id, skipped.id],
    };
    const [first] = listing;
    const { tree, text } = printer([{ ...(first ?? late), cases: [passed.id, warned.id] }, late]);
    for (const one of [failed, passed, warned, skipped]) tree.caseDone(one);
    expect(text()).to.match(/5\.2 {2}One[^]*5\.2\/01[^]*5\.2\/03[^]*\n\nAt the end\n {4}✘ ha\/5\.2\/02[^]*3\.8\/07/);
  });

  it('prints cases that were not announced too', () => {
    const { tree, text } = printer([]);
    tree.caseDone(passed);
    tree.finish(runOf([passed, failed]));
    expect(text()).to.include(passed.title).and.to.include(failed.title);
  });

  it('tells of progress', () => {
    const progress: Progress[] = [];
    const { tree } = printer(listing, progress);
    tree.caseStarted(failed.id);
    tree.caseStarted(passed.id);
    tree.caseDone(failed);
    expect(progress.map(({ done, total, running }) => [done, total, running.join()])).to.deep.equal([
      [0, 5, failed.id],
      [0, 5, `${failed.id},${passed.id}`],
      [1, 5, passed.id],
    ]);
    const last = progress.at(-1);
    expect(last && progressLine(last, look)).to.equal('████░░░░░░░░░░░░░░░░ 1/5  ✘ 1  ha/5.2/01');
  });

  it('groups skips by reason', () => {
    const many = Array.from({ length: 5 }, (_, i) => ({ ...skipped, id: `ha/rfc3344-3.8/1${i}` }));
    const text = renderTree(runOf(many), look);
    expect(text).to.include(
      '5 skipped: raw sockets need CAP_NET_RAW (ha/rfc3344-3.8/10, ha/rfc3344-3.8/11 and 3 more)',
    );
  });

  it('renders a run without cases', () => {
    expect(renderTree(runOf([]), look)).to.include('nothing was judged');
  });

  it('renders 3000 cases quickly', () => {
    const cases = manyCases(3000);
    const { tree, text } = printer([]);
    for (const one of cases) tree.caseDone(one);
    tree.finish(runOf(cases));
    expect(text().split('\n').length).to.be.above(3000);
  });
});
