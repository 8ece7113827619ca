import { expect } from 'chai';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isShowable, readKey } from '../../../src/cli/config/key.js';
import { toHex } from '../../../src/wire/text.js';
import { inTemporaryFolder } from '../grespec.js';

const read = (text: string, environment: NodeJS.ProcessEnv = {}): string =>
  toHex(readKey({ text, where: '--key' }, environment));

describe('cli keys', () => {
  for (const text of ['00112233', '0x00112233', '00:11:22:33', ' 00 11 22 33\n', '00112233'.toUpperCase()]) {
    it(`takes ${JSON.stringify(text)}`, () => {
      expect(read(text)).to.equal('00112233');
    });
  }

  it('takes a key from the environment', () => {
    expect(read('env:HA_KEY', { HA_KEY: 'cafe' })).to.equal('cafe');
  });

  it('takes a key from a file', async () => {
    await inTemporaryFolder(async (folder) => {
      const file = path.join(folder, 'ha key');
      writeFileSync(file, 'cafe\n');
      expect(read(`file:${file}`)).to.equal('cafe');
    });
  });

  const secret = 'c0ffee';
  for (const [text, part] of [
    ['', '--key: the key is empty'],
    ['  ', '--key: the key is empty'],
    ['0x', '--key: the key is not hex'],
    [`${secret}0`, '--key: the key has 7 hex digits, an odd number'],
    [`${secret}zz`, '--key: the key is not hex'],
    ['env:', 'env: needs the name of a variable'],
    ['env:MISSING', 'the variable MISSING is not set'],
    ['env:EMPTY', 'the variable EMPTY is empty'],
    ['env:ODD', 'the variable ODD has 7 hex digits'],
    ['env:WORDS', 'the variable WORDS is not hex'],
    ['file:', 'file: needs a path'],
    ['file:/no/such.key', 'cannot read the key file /no/such.key: there is no such file'],
    ['file:/dev/zero', 'larger than'],
  ] as const) {
    it(`refuses ${JSON.stringify(text)} without showing it`, () => {
      const environment = { EMPTY: '', ODD: `${secret}0`, WORDS: `${secret} is the key` };
      const reading = (): string => read(text, environment);
      expect(reading).to.throw(part).with.property('exitCode', 2);
      expect(reading).not.to.throw(secret);
    });
  }

  it('refuses a directory', async () => {
    await inTemporaryFolder(async (folder) => {
      mkdirSync(path.join(folder, 'keys'));
      expect(() => read(`file:${folder}/keys`)).to.throw('it is a directory');
    });
  });

  it('knows what may be shown', () => {
    expect([isShowable('env:A'), isShowable('file:a'), isShowable('00'), isShowable('environment')]).to.deep.equal([
      true,
      true,
      false,
      false,
    ]);
  });
});
