import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { CliError } from '../../src/cli/cli-error.js';
import { loadSuites } from '../../src/cli/user-suites.js';
import { sections } from '../../suites/index.js';
import { grespec, inTemporaryFolder } from './grespec.js';

const page = fileURLToPath(new URL('../../../docs/writing-a-suite.md', import.meta.url));

/** The examples of the documentation, octet by octet. */
const [example = '', agentExample = ''] = Array.from(
  readFileSync(page, 'utf8').matchAll(/^```js\n([^]*?)^```$/gm),
  ([, text]) => text,
);

const place = `{ document: 'tsirtsis', section: '5.3' }`;
const one = (key: string, body: string): string =>
  `export default ({ section }) => section('${key}', ${place}, (test) => { ${body} });`;
const body = `async () => {}`;

async function refusal(text: string): Promise<string> {
  return inTemporaryFolder(async (folder) => {
    const file = path.join(folder, 'lab.suite.mjs');
    writeFileSync(file, text);
    const error: unknown = await loadSuites([file], sections).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(CliError).with.property('exitCode', 2);
    const { message } = error as CliError;
    expect(message).to.include('lab.suite.mjs: ');
    expect(message).to.match(/^[^\n]+$/);
    return message;
  });
}

describe('cli suites of the user', () => {
  it('the example of the documentation passes on the reference, is listed, and finds a fault', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.suite.mjs');
      writeFileSync(file, example);
      const own = ['run', 'ha/lab', '--suite', file];
      const listed = await grespec([...own, '--list']);
      expect(listed.stdout).to.match(/ha\/lab\/01 {2}MUST return A=1/);
      const good = await grespec(own);
      expect(good.stdout).to.match(/ha\/lab\/02 {2}MUST deny/);
      expect(good.code, good.stdout + good.stderr).to.equal(0);
      const bad = await grespec([...own, '--fault', 'a-not-echoed']);
      expect(bad.code).to.equal(1);
      expect(bad.stdout).to.include(`ha/lab/01 --suite ${file}`);
    }));

  it('so does that for a mobility proxy agent, which list knows too', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'agent.suite.mjs');
      writeFileSync(file, agentExample);
      const listed = await grespec(['list', 'mpa/lab', '--suite', file]);
      expect(listed.stdout).to.match(/mpa\/lab\/01 {2}MUST send the extension/);
      const own = ['run', 'mpa/lab', '--as', 'ha', '--no-gre', '--suite', file];
      const good = await grespec(own);
      expect(good.code, good.stdout + good.stderr).to.equal(0);
      const bad = await grespec([...own, '--fault', 'no-extension']);
      expect(bad.code, bad.stdout + bad.stderr).to.equal(1);
    }));

  for (const [what, text, part] of [
    [
      'an id of grespec',
      one('ha/5.3', `test('01', 'MUST', { covers: ['TS-20'] }, ${body})`),
      'ha/5.3/01 is taken: grespec has it',
    ],
    [
      'an id twice',
      one('ha/lab', `for (const i of [1, 2]) test('01', 'MUST', { covers: ['TS-20'] }, ${body})`),
      'ha/lab/01 is taken',
    ],
    [
      'an unknown requirement',
      one('ha/lab', `test('01', 'MUST', { covers: ['TS-200'] }, ${body})`),
      'did you mean TS-20',
    ],
    ['no requirement', one('ha/lab', `test('01', 'MUST', {}, ${body})`), 'covers no requirement'],
    [
      'an unknown PICS item',
      one('ha/lab', `test('01', 'MUST', { covers: ['TS-20'], needs: ['l3'] }, ${body})`),
      'mean l2',
    ],
    ['no number', one('ha/lab', `test('first', 'MUST', { covers: ['TS-20'] }, ${body})`), 'does not end with a number'],
    ['no title', one('ha/lab', `test('01', '', { covers: ['TS-20'] }, ${body})`), 'has no title'],
    ['a body that is none', one('ha/lab', `test('01', 'MUST', { covers: ['TS-20'] }, 7)`), 'has no body'],
    ['no cases', one('ha/lab', ''), 'has no cases'],
    ['a strange name', one('lab', `test('01', 'MUST', { covers: ['TS-20'] }, ${body})`), 'is not ha/NAME'],
    [
      'an unknown document',
      one('ha/lab', `test('01', 'MUST', { covers: ['TS-20'] }, ${body})`).replace('tsirtsis', 'rfc1'),
      'there is no document',
    ],
    ['no function', 'export const x = 1;', 'no function as default export'],
    ['nothing given back', 'export default () => {};', 'gives no sections'],
    ['an error at load', '\n\nthrow new Error("boom");', 'cannot be loaded: boom (line 3)'],
    ['what is no JavaScript', '\nexport default (', 'cannot be loaded: Unexpected end of input (line 2)'],
  ] as const) {
    it(`says what is wrong with ${what}`, async () => {
      expect(await refusal(text)).to.include(part);
    });
  }

  it('shows what a case throws with its line, as an error of the file', () =>
    inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'lab.suite.mjs');
      writeFileSync(file, one('ha/lab', `test('01', 'MUST', { covers: ['TS-20'] },\n async (t) => t.nothing());`));
      const { stdout, code } = await grespec(['run', 'ha/lab', '--suite', file, '--no-gre', '--quiet']);
      expect(stdout).to.match(/lab\.suite\.mjs: TypeError: t\.nothing is not a function \(line 2\)/);
      expect(code).to.equal(5);
    }));

  it('says that a file is not there', async () => {
    const error: unknown = await loadSuites(['no/such.mjs'], sections).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(CliError)
      .with.property('message')
      .that.matches(/^no\/such\.mjs: it cannot be loaded: there is no such file$/);
  });
});
