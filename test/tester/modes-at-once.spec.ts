import { expect } from 'chai';
import { memoryNet } from '../../src/net/memory.js';
import { CaseBase } from '../../src/tester/case-base.js';
import { DeviceLost, Inconclusive, Skipped, Violation } from '../../src/tester/outcome.js';
import { draftModes, modeName } from '../../src/tester/request.js';
import { haConfig } from './in-memory.js';

const [first, second] = [draftModes.l2Bidirectional, draftModes.bidirectional];

/** How a case ends whose two modes, both at once, end like that. */
async function endOf(ofFirst: Error | undefined, ofSecond: Error | undefined): Promise<unknown> {
  const t = new CaseBase({ id: 'mpa/5.1/99', covers: [] }, haConfig, memoryNet().clock);
  let underWay = 0;
  let most = 0;
  const end = await t
    .inModes(
      [first, second],
      async (mode) => {
        most = Math.max(most, ++underWay);
        await Promise.resolve();
        underWay--;
        const error = mode === first ? ofFirst : ofSecond;
        if (error) throw error;
      },
      true,
    )
    .catch((error: unknown) => error);
  expect(most).to.equal(2);
  expect(underWay).to.equal(0);
  return end;
}

describe('modes of a case that go on at once', () => {
  const violation = new Violation('TS-05', 'a key', 'none');

  it('pass when all do', async () => {
    expect(await endOf(undefined, undefined)).to.equal(undefined);
  });

  it('name the mode of what fails or is not decided', async () => {
    expect(await endOf(undefined, violation)).to.include({ expected: `${modeName(second)}: a key`, actual: 'none' });
    const undecided = await endOf(new Inconclusive('nothing came'), undefined);
    expect(undecided)
      .to.be.instanceOf(Inconclusive)
      .with.property('message', `${modeName(first)}: nothing came`);
  });

  it('count a violation before what is not decided, and the loss of the device before both', async () => {
    expect(await endOf(new Inconclusive('nothing came'), violation)).to.be.instanceOf(Violation);
    expect(await endOf(new Skipped('not here'), violation)).to.be.instanceOf(Violation);
    expect(await endOf(violation, new DeviceLost('gone'))).to.be.instanceOf(DeviceLost);
  });
});
