import { expect } from 'chai';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { triggerControl } from '../../src/cli/trigger.js';

describe('cli trigger command', () => {
  const node = (n: number) => ({ nai: `mn${n}@example.org`, mac: `02:00:00:00:00:0${n}` });
  const wish = { l2: true, key: 'own' } as const;

  it('is never run more than four times at once, and every time that it is asked for', async () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'grespec-trigger-'));
    try {
      const log = path.join(folder, 'log');
      writeFileSync(log, '');
      const control = triggerControl(`f() { echo + >>${log}; sleep 0.1; echo - >>${log}; }; f`);
      const all = Array.from({ length: 9 }, (_, n) => n);
      const outcomes = await Promise.all(all.map((n) => control.attach(node(n), wish)));
      expect(outcomes).to.deep.equal(all.map(() => 'begun'));
      const marks = readFileSync(log, 'utf8').trim().split('\n');
      expect(marks).to.have.length(18);
      let [underWay, most] = [0, 0];
      for (const mark of marks) most = Math.max(most, (underWay += mark === '+' ? 1 : -1));
      expect(most).to.be.within(2, 4);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('goes on with the others when one fails', async () => {
    const failing = triggerControl('exit 7 #');
    const outcomes = await Promise.allSettled([1, 2, 3, 4, 5, 6].map((n) => failing.attach(node(n), wish)));
    expect(outcomes.map(({ status }) => status)).to.deep.equal(outcomes.map(() => 'rejected'));
  });
});
