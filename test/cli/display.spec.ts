import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { checkDisplay, displayOf } from '../../src/cli/display.js';
import { Screen } from '../../src/cli/screen.js';
import { paceText } from '../../src/report/pace.js';
import { ended, grespec, inTemporaryFolder, start } from './grespec.js';

/** What is written to standard error meanwhile. */
function toldBy(act: () => void): string {
  const { write } = process.stderr;
  let told = '';
  process.stderr.write = (text: Uint8Array | string): boolean => {
    told += String(text);
    return true;
  };
  try {
    act();
  } finally {
    process.stderr.write = write;
  }
  return told;
}

describe('cli display', () => {
  it('--quiet prints what did not pass, and the outcome', async () => {
    const [good, bad] = await Promise.all([
      grespec(['run', 'ha/5.3/01', '--quiet', '--no-gre']),
      grespec(['run', 'ha/5.3/06', '--quiet', '--no-gre', '--fault', 'a-not-echoed']),
    ]);
    expect(good.stdout).to.equal('nothing failed\n');
    expect(bad.stdout).to.match(
      /^✘ ha\/5\.3\/06 {2}MUST return A=1 .*\n {4}expected {2}.*A=1\n {4}actual {4}A=0\nnon-conformance found.*\n$/,
    );
    expect(bad.code).to.equal(1);
  });

  it('--reporter takes one of mocha by name', async () => {
    const args = ['run', 'ha/5.3/05', 'ha/5.3/06', '--no-gre', '--fault', 'a-not-echoed', '--reporter', 'json'];
    const { stdout, code } = await grespec(args);
    expect(code).to.equal(1);
    const report = JSON.parse(stdout) as {
      readonly stats: Record<string, number>;
      readonly failures: readonly { readonly title: string; readonly err: { readonly message: string } }[];
    };
    expect(report.stats).to.include({ passes: 1, failures: 1, pending: 0 });
    expect(report.failures[0]?.title).to.match(/^ha\/5\.3\/06 MUST/);
    expect(report.failures[0]?.err.message).to.include('TS-20');
  });

  it('--reporter takes one of your own by path', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'mine.cjs');
      writeFileSync(
        file,
        `module.exports = function (runner) {
          runner.on('pass', (test) => console.log('P', test.title.slice(0, 9)));
          runner.on('pending', (test) => console.log('S', test.title.slice(0, 9)));
          runner.on('end', () => console.log('END'));
        };`,
      );
      const { stdout, code } = await grespec(['run', 'ha/5.3/01', 'ha/5.3/07', '--no-gre', '--reporter', file]);
      expect(stdout).to.equal('P ha/5.3/01\nS ha/5.3/07\nEND\n');
      expect(code).to.equal(0);
    }));

  for (const [what, text, part] of [
    ['no class', 'module.exports = { not: "a reporter" };', 'it exports no class or function'],
    ['no class but a function', 'module.exports = () => 1;', 'cannot begin: '],
    [
      'a class that throws',
      'module.exports = class { constructor() { throw new Error("no printer"); } };',
      'no printer',
    ],
  ] as const) {
    it(`names the file of a reporter with ${what}`, () =>
      inTemporaryFolder(async (folder) => {
        const file = path.join(folder, 'mine.cjs');
        writeFileSync(file, text);
        const { stderr, code } = await grespec(['run', 'ha/5.3/01', '--no-gre', '--reporter', file]);
        expect(code, stderr).to.equal(2);
        expect(stderr).to.include(file).and.to.include(part);
      }));
  }

  for (const [flags, part] of [
    [{ reporter: 'dott' }, 'did you mean dot?'],
    [{ reporter: './no/such.cjs' }, './no/such.cjs cannot be loaded'],
    [{ reporter: 'html' }, '--report html=FILE.html'],
    [{ reporter: 'dot', quiet: true }, 'exclude each other'],
  ] as const) {
    it(`refuses ${JSON.stringify(flags)}`, () => {
      expect(() => checkDisplay(flags)).to.throw(part);
    });
  }

  it('--reporter leaves notices to standard error', () =>
    inTemporaryFolder((folder) => {
      const reporter = path.join(folder, 'silent.cjs');
      writeFileSync(reporter, 'module.exports = class {};');
      const screen = new Screen(new PassThrough(), {});
      const options = { screen, context: {}, listing: [], titles: new Map<string, string>(), strict: false };
      const display = displayOf({ reporter }, { ...options, now: () => 0 });
      const told = toldBy(() => display.notice('the device follows rfc6245'));
      expect(told).to.equal('grespec: the device follows rfc6245\n');
      return Promise.resolve();
    }));

  for (const [elapsed, done, total, text] of [
    [400, 1, 100, '1 s'],
    [10_000, 10, 40, '10 s, about 30 s left'],
    [100_000, 50, 100, '1 min 40 s, about 1 min 40 s left'],
    [10_000, 40, 40, '10 s'],
    [10_000, 0, 40, '10 s'],
    [10_000, 3, 40, '10 s'],
    [10_000, 4, 40, '10 s, about 1 min 30 s left'],
  ] as const) {
    it(`says that ${done} of ${total} took ${text}`, () => {
      expect(paceText(elapsed, done, total)).to.equal(text);
    });
  }

  it('--watch runs again when the configuration changes, also after a mistake in it, and ends with Ctrl-C', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.yaml');
      writeFileSync(file, 'gre: false\n');
      const child = start(['run', 'ha/5.3/01', 'ha/5.3/03', '--quiet', '--watch', '--config', file]);
      let told = '';
      let waiting: { readonly text: string; readonly tell: () => void } | undefined;
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on('data', (chunk: Buffer) => {
          told += chunk.toString();
          if (waiting && told.includes(waiting.text)) waiting.tell();
        });
      }
      const says = (text: string): Promise<void> =>
        new Promise((tell) => {
          if (told.includes(text)) return tell();
          waiting = { text, tell };
        });
      const over = ended(child);
      await says('waiting for a change of');
      expect(told).to.include('nothing failed');
      told = '';
      writeFileSync(file, 'gre: falsch\n');
      await says('waiting for a change of');
      expect(told).to.include('lab.yaml:1: gre must be true or false');
      told = '';
      writeFileSync(file, 'gre: false\npics: { l2: false }\n');
      await says('waiting for a change of');
      expect(told).to.include('nothing failed');
      writeFileSync(file, 'gre: false\n'); // Ctrl-C counts also while a change settles
      child.kill('SIGINT');
      expect((await over).code).to.equal(130);
    }));

  it('--watch wants a file', async () => {
    const { code, stderr } = await grespec(['run', 'ha/5.3/01', '--watch']);
    expect(code).to.equal(2);
    expect(stderr).to.include('--config FILE');
  });
});
