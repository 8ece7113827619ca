import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { isReportKind, reportKinds } from '../../src/report/kinds.js';
import { renderReport, ReportError, writeReport } from '../../src/report/write.js';
import { context, everyVerdict, passed, runOf } from './sample.js';

describe('report: write', () => {
  let folder = '';
  beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'grespec-report-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const run = runOf(everyVerdict);

  for (const kind of reportKinds) {
    it(`writes ${kind}, and makes the folders for it`, () => {
      const path = join(folder, 'a/b', 'report');
      writeReport(kind, path, run, context);
      expect(readFileSync(path, 'utf8')).to.equal(renderReport(kind, run, context));
      expect(readdirSync(join(folder, 'a/b'))).to.have.length(1);
    });
  }

  it('knows its kinds', () => {
    expect(['junit', 'json', 'html', 'tap', 'markdown', 'toString', 'xml', ''].filter(isReportKind)).to.deep.equal([
      'junit',
      'json',
      'html',
      'tap',
      'markdown',
    ]);
  });

  it('replaces an older report as a whole', () => {
    const path = join(folder, 'report.json');
    writeReport('json', path, run);
    writeReport('json', path, runOf([passed]));
    expect(JSON.parse(readFileSync(path, 'utf8')))
      .to.have.property('cases')
      .with.length(1);
  });

  it('keeps a symbolic link', () => {
    writeFileSync(join(folder, 'real.xml'), 'old');
    symlinkSync('real.xml', join(folder, 'link.xml'));
    writeReport('junit', join(folder, 'link.xml'), run);
    expect(lstatSync(join(folder, 'link.xml')).isSymbolicLink()).to.equal(true);
    expect(readFileSync(join(folder, 'real.xml'), 'utf8')).to.equal(renderReport('junit', run));
  });

  it('writes to a device instead of replacing it', () => {
    writeReport('tap', '/dev/null', run);
    expect(lstatSync('/dev/null').isCharacterDevice()).to.equal(true);
  });

  it('says why a path cannot be written, and leaves nothing behind', () => {
    writeFileSync(join(folder, 'file'), '');
    mkdirSync(join(folder, 'folder'));
    const cases: readonly (readonly [string, RegExp])[] = [
      [
        join(folder, 'file/report.xml'),
        /^cannot write the junit report to .*report\.xml: a part of the path is a file/,
      ],
      [join(folder, 'file/deeper/report.xml'), /a part of the path is a file/],
      [join(folder, 'folder'), /folder: it is a directory/],
      [join(folder, 'x'.repeat(300)), /the name is too long/],
      ['', /give a file name/],
    ];
    for (const [path, message] of cases) {
      expect(() => writeReport('junit', path, run), path)
        .to.throw(ReportError, message)
        .with.property('path', path);
    }
    expect(readdirSync(folder)).to.have.members(['file', 'folder']);
    expect(existsSync(join(folder, 'folder/.grespec'))).to.equal(false);
    expect(readdirSync(join(folder, 'folder'))).to.deep.equal([]);
  });
});
