import { expect } from 'chai';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { exitCodes } from '../../src/cli/cli-error.js';
import { signals } from '../../src/cli/interrupt.js';
import { run } from '../../src/cli/run.js';
import { watchRuns } from '../../src/cli/watch.js';
import { rejection } from '../net/support.js';
import { inTemporaryFolder } from './grespec.js';

const held = (): readonly number[] => signals.map((name) => process.listenerCount(name));
const silent = (): void => {};

describe('cli watch', () => {
  it('refuses a folder that is not there, and gives the signals back', async () => {
    await inTemporaryFolder(async (folder) => {
      const before = held();
      const files = [path.join(folder, 'lab.yaml'), path.join(folder, 'nosuch', 'x.mjs')];
      const once = () => Promise.resolve<number>(exitCodes.ok);
      const error = await rejection(watchRuns({ files, once, tell: silent }));
      expect(error).to.include({ exitCode: 2 });
      expect(String(error)).to.match(/--watch: cannot watch the folder .*nosuch: there is no such file$/);
      expect(held()).to.deep.equal(before);
    });
  });

  it('runs again after a change, also one that came during a run, until Ctrl-C', async () => {
    await inTemporaryFolder(async (folder) => {
      const before = held();
      const file = path.join(folder, 'lab.yaml');
      writeFileSync(file, '');
      let runs = 0;
      const once = (): Promise<number> => {
        if (++runs === 1) writeFileSync(file, 'changed');
        return runs === 1 ? Promise.reject(new Error('wrong file')) : Promise.resolve(exitCodes.interrupted);
      };
      const told: string[] = [];
      expect(await watchRuns({ files: [file], once, tell: (text) => told.push(text) })).to.equal(130);
      expect(told).to.deep.equal(['wrong file', `waiting for a change of ${file}; Ctrl-C ends`]);
      expect(runs).to.equal(2);
      expect(held()).to.deep.equal(before);
    });
  });
});

describe('cli run that cannot begin', () => {
  for (const flags of [{ pcap: '/dev/null/captures' }, { report: ['json=/dev/null/report.json'] }]) {
    it(`holds no signals: ${JSON.stringify(flags)}`, async () => {
      const before = held();
      const error = await rejection(run(['ha/5.2/01'], { ...flags, gre: false }));
      expect(error).to.include({ exitCode: 2 });
      expect(held()).to.deep.equal(before);
    });
  }
});
