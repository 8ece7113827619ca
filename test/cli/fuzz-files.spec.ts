import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { keepInput, readCorpus } from '../../src/cli/fuzz-files.js';
import type { Plan } from '../../src/fuzz/plan.js';
import { inTemporaryFolder } from './grespec.js';

const plan: Plan = { kind: 'request', fixed: {}, identification: 'fresh', extensions: [] };

describe('cli fuzz corpus', () => {
  it('gives back what was kept', async () => {
    await inTemporaryFolder((folder) => {
      keepInput(folder, plan);
      expect(readCorpus(folder)).to.deep.equal([plan]);
      return Promise.resolve();
    });
  });

  for (const text of ['[{"kind":"requ', '[]', '{"steps":[]}']) {
    it(`names a file that is ${text}`, async () => {
      await inTemporaryFolder((folder) => {
        keepInput(folder, plan);
        const file = path.join(folder, 'damaged.json');
        writeFileSync(file, text);
        expect(() => readCorpus(folder))
          .to.throw(`${file} holds no messages`)
          .with.property('exitCode', 2);
        return Promise.resolve();
      });
    });
  }
});
