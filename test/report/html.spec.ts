import { Script } from 'node:vm';
import { readdirSync } from 'node:fs';
import { expect } from 'chai';
import { toHtml } from '../../src/report/html.js';
import { keepFrames } from '../../src/report/html/frames.js';
import { clientModules, clientScript } from '../../src/report/html/script.js';
import type { ReportContext } from '../../src/report/context.js';
import type { PageModel } from '../../src/report/html/page-model.js';
import { context, everyVerdict, failed, nasty, passed, runOf, sent } from './sample.js';
import { framesIn } from './html-frames.js';

const hostile = '</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>" onload="x';

function dataIn(html: string, id: string): unknown {
  const found = new RegExp(`<script type="application/json" id="${id}">(.*)</script>`).exec(html)?.[1];
  return JSON.parse(found ?? 'null');
}

const modelIn = (html: string): PageModel => dataIn(html, 'model') as PageModel;

describe('report: html', () => {
  it('holds every case, requirement and ledger row', () => {
    const model = modelIn(toHtml(runOf([...everyVerdict, nasty]), context));
    expect(model.cases.map(({ id }) => id)).to.deep.equal([...everyVerdict, nasty].map(({ id }) => id));
    expect(model.requirements['TS-12']?.text).to.include('A home agent denies');
    expect(model.ledger).to.have.length(2);
    expect(model.sections.map(({ key }) => key)).to.deep.equal(['ha/5.2', 'ha/5.3', 'ha/rfc3344-3.8', 'ha/5.4']);
  });

  it('keeps the fields of each frame in reading order, with their octets', () => {
    const tree: NonNullable<ReportContext['tree']> = () => ({
      ...{ name: 'Reply', offset: 0, length: 20, text: '' },
      children: [
        { name: 'type', offset: 0, length: 1, text: '3' },
        { name: 'code', offset: 1, length: 1, text: '0', issue: 'not allowed' },
      ],
    });
    const [frame] = framesIn(keepFrames([{ ...failed }], { ...context, tree })[0] ?? '');
    expect(frame?.fields).to.deep.equal([
      [0, 'Reply', 0, 20, ''],
      [1, 'type', 0, 1, '3'],
      [1, 'code', 1, 1, '0', 'not allowed'],
    ]);
  });

  it('keeps a bounded number of fields of a frame', () => {
    const children = Array.from({ length: 2000 }, (_, i) => ({
      name: 'x',
      offset: i,
      length: 1,
      text: 'y'.repeat(9999),
    }));
    const tree = (): ReturnType<NonNullable<ReportContext['tree']>> => ({
      ...{ name: 'long', offset: 0, length: 2000, text: '', children },
    });
    const [frame] = framesIn(keepFrames([{ ...failed }], { ...context, tree })[0] ?? '');
    expect(frame?.fields).to.have.length(500);
    expect(frame?.fieldsOmitted).to.equal(1501);
    expect(frame?.fields[1]?.[4]).to.have.length(300);
  });

  it('lets nothing that a peer sent end a script or become markup', () => {
    const frames = failed.frames.map((frame) => ({ ...frame, summary: hostile, source: hostile }));
    const texts = { title: hostile, reason: hostile, expected: hostile, actual: hostile, repeat: hostile };
    const run = { target: hostile, knobs: { [hostile]: hostile }, selection: [hostile], profile: hostile };
    const html = toHtml(runOf([{ ...failed, ...texts, frames, id: `ha/5.2/${hostile}` }], run), {
      ...context,
      sectionTitle: () => hostile,
    });
    expect(html.match(/<script/g)).to.have.length(3);
    expect(html.match(/<\/script/g)).to.have.length(3);
    expect(html).not.to.include('<img');
    expect(html).not.to.include('" onload="');
    expect(modelIn(html).cases[0]?.title).to.equal(hostile);
  });

  it('shows control characters and marks that turn the direction of writing as what they are', () => {
    const html = toHtml(runOf([nasty]), context);
    expect(html).not.to.match(/[\u0000\u0008\u001b\u202e\ufffe]/); // eslint-disable-line no-control-regex
    expect(modelIn(html).cases[0]?.title).to.include('\\x1b').and.to.include('\\u202e');
  });

  it('refers to nothing outside and forbids it', () => {
    const html = toHtml(runOf([...everyVerdict]), context);
    expect(html).to.include(`default-src 'none'`);
    expect(html.replace(/http:\/\/www\.w3\.org\/2000\/svg/g, '')).not.to.match(/https?:|url\((?!#)|@import|src=/);
  });

  it('says that a run was cut short', () => {
    expect(toHtml(runOf([passed], { complete: false }))).to.include('id="cut-short"');
    const differs = toHtml(runOf([passed], { mismatch: 'it has <another> layout', fault: 'some-fault' }));
    expect(differs)
      .to.include('id="mismatch">it has &#60;another&#62; layout</p>')
      .and.include('>fault some-fault</span>');
    expect(toHtml(runOf([passed]))).not.to.match(/cut short/i);
  });

  it('shows the findings where scripts may not run', () => {
    const plain = /<noscript>(.*)<\/noscript>/s.exec(toHtml(runOf([...everyVerdict]), context))?.[1];
    expect(plain).to.include('ha/5.2/02').and.to.include('RRP with code 70').and.not.to.include('ha/5.2/01');
  });

  it('renders a run without cases and without context', () => {
    expect(modelIn(toHtml(runOf([]))).headline).to.include('nothing was judged');
    expect(modelIn(toHtml(runOf([failed]))).requirements).to.deep.equal({});
  });

  it('stays small, and leaves out frames of cases that passed first', () => {
    const cases = [passed, failed, { ...passed, frames: [sent] }, { ...failed }].map((one) => ({ ...one }));
    const [, size = 0] = keepFrames(cases, {}).map((text) => text?.length ?? 0);
    expect(keepFrames(cases, {}, 2 * size).map((text) => text?.length)).to.deep.equal([0, size, undefined, size]);
    expect(keepFrames(cases, {}, size).map((text) => text?.length)).to.deep.equal([0, size, undefined, undefined]);
  });

  it('packs a case once, however often the report is written', () => {
    const one = { ...failed };
    let asked = 0;
    const counting: ReportContext = {
      tree: () => {
        asked++;
        return { name: 'x', offset: 0, length: 1, text: '' };
      },
    };
    toHtml(runOf([one]), counting);
    toHtml(runOf([one, passed]), counting);
    expect(asked).to.equal(one.frames.length);
  });
});

describe('report: html: script', () => {
  it('is well formed once joined, without imports and exports', () => {
    expect(() => new Script(clientScript())).not.to.throw();
    expect(clientScript()).not.to.match(/^(import|export)\b/m);
  });

  it('holds every module', () => {
    const folder = new URL('../../src/report/html/client/', import.meta.url);
    const compiled = readdirSync(folder).filter((name) => name.endsWith('.js'));
    expect(compiled.toSorted()).to.deep.equal(clientModules.map((name) => `${name}.js`).toSorted());
  });
});
