import { expect } from 'chai';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { checkFree, writeConfig } from '../../src/cli/write-config.js';
import { inTemporaryFolder } from './grespec.js';

describe('cli configuration file', () => {
  it('gets the folder that it needs before anything is asked', async () => {
    await inTemporaryFolder((folder) => {
      const file = path.join(folder, 'new', 'lab.yaml');
      checkFree(file, false);
      expect(existsSync(file)).to.equal(false);
      writeConfig(file, 'gre: false\n', false);
      expect(readFileSync(file, 'utf8')).to.equal('gre: false\n');
      return Promise.resolve();
    });
  });

  it('is refused before anything is asked where it cannot be written', async () => {
    await inTemporaryFolder((folder) => {
      const file = path.join(folder, 'lab.yaml');
      writeFileSync(file, 'gre: true\n');
      mkdirSync(path.join(folder, 'folder'));
      for (const [bad, isForced, why] of [
        [file, false, 'lab.yaml exists'],
        [path.join(file, 'x.yaml'), false, 'a part of the path is a file, not a directory'],
        [path.join(folder, 'folder'), true, 'it is a directory'],
        ['/proc/nosuch/lab.yaml', false, 'no such folder can be made there'],
      ] as const) {
        expect(() => checkFree(bad, isForced))
          .to.throw(why)
          .with.property('exitCode', 2);
      }
      checkFree(file, true);
      expect(readFileSync(file, 'utf8')).to.equal('gre: true\n');
      return Promise.resolve();
    });
  });
});
