import { expect } from 'chai';
import { systemClock } from '../../src/net/clock.js';

describe('system clock', () => {
  it('tells epoch milliseconds and never goes backwards', () => {
    expect(Math.abs(systemClock.now() - Date.now())).to.be.lessThan(60_000);
    let last = systemClock.now();
    for (let i = 0; i < 10_000; i++) {
      const now = systemClock.now();
      expect(now).to.be.at.least(last);
      last = now;
    }
  });

  it('never fires early', async () => {
    const early: number[] = [];
    await Promise.all(
      Array.from({ length: 100 }, (_, i) => {
        const ms = i * 0.37;
        const due = systemClock.now() + ms;
        return new Promise<void>((resolve) => {
          systemClock.setTimer(ms, () => {
            if (systemClock.now() < due) early.push(ms);
            resolve();
          });
        });
      }),
    );
    expect(early).to.deep.equal([]);
  });

  it('does not fire a timer longer than setTimeout can hold at once', async () => {
    let fired = false;
    const timer = systemClock.setTimer(2 ** 31 + 1000, () => (fired = true));
    await new Promise<void>((resolve) => systemClock.setTimer(20, resolve));
    timer.cancel();
    expect(fired).to.equal(false);
  });

  it('does not fire what was cancelled, were it twice', async () => {
    let fired = 0;
    for (const ms of [0, 1, 5]) {
      const timer = systemClock.setTimer(ms, () => (fired += 1));
      timer.cancel();
      timer.cancel();
    }
    await new Promise<void>((resolve) => systemClock.setTimer(20, resolve));
    expect(fired).to.equal(0);
  });
});
