import { expect } from 'chai';
import type { CaseDefinition } from '../../src/tester/case.js';
import { Lanes } from '../../src/tester/lanes.js';

const named = (id: string): CaseDefinition => ({ id }) as CaseDefinition;
const line = [...'abcdefghijklmnop'].map(named);
const [a, b, c] = line as [CaseDefinition, CaseDefinition, CaseDefinition];

/** Cases that are decided when told; what comes of each is its name and how often it was begun. */
function scene(width: number) {
  const begun: string[] = [];
  const ends = new Map<string, () => void>();
  const lanes = new Lanes(line, width, ({ id }) => {
    begun.push(id);
    return new Promise<string>((resolve) => {
      ends.set(id, () => resolve(`${id}${begun.filter((one) => one === id).length}`));
    });
  });
  const end = async (...ids: string[]): Promise<void> => {
    for (const id of ids) ends.get(id)?.();
    await new Promise(setImmediate);
  };
  return { lanes, begun, end };
}

describe('cases beside each other', () => {
  it('begin one by one, each when its turn comes, where there is one lane', async () => {
    const { lanes, begun, end } = scene(1);
    expect(begun).to.deep.equal([]);
    const first = lanes.result(a);
    await end('a');
    expect(await first).to.equal('a1');
    expect(begun).to.deep.equal(['a']);
  });

  it('begin as many as there are lanes, and the next ones when one has ended', async () => {
    const { begun, end } = scene(2);
    expect(begun).to.deep.equal(['a', 'b']);
    await end('b');
    expect(begun).to.deep.equal(['a', 'b', 'c']);
  });

  it('begin no more than some before the turn of the slowest', async () => {
    const { lanes, begun, end } = scene(2);
    for (const id of 'bcdefghijk') await end(id);
    expect(begun).to.have.length(8);
    const first = lanes.result(a);
    expect(begun).to.have.length(9);
    await end('a');
    expect(await first).to.equal('a1');
  });

  it('give what came of each, in whatever order they ended', async () => {
    const { lanes, end } = scene(3);
    await end('b', 'c');
    expect(lanes.early).to.deep.equal(['b1', 'c1']);
    const first = lanes.result(a);
    await end('a');
    expect([await first, await lanes.result(b), await lanes.result(c)]).to.deep.equal(['a1', 'b1', 'c1']);
    expect(lanes.early).to.deep.equal([]);
  });

  it('are decided again one by one when the device was lost in several of them', async () => {
    const { lanes, begun, end } = scene(2);
    expect(lanes.lost()).to.deep.equal(['a', 'b']);
    const first = lanes.result(a);
    await end('a');
    expect(begun, 'b is under way').to.deep.equal(['a', 'b']);
    await end('b');
    expect(begun).to.deep.equal(['a', 'b', 'a']);
    await end('a');
    expect(await first).to.equal('a2');
    const second = lanes.result(b);
    await end();
    await end('b');
    expect(await second).to.equal('b2');
    const third = lanes.result(c);
    await end('c');
    expect(await third).to.equal('c1');
    expect(begun).to.deep.equal(['a', 'b', 'a', 'b', 'c']);
  });

  it('stay as they are when the device did not come back, or was lost in one of them alone', async () => {
    const { lanes, end } = scene(2);
    lanes.lost();
    lanes.giveUp();
    await end('a');
    expect(await lanes.result(a)).to.equal('a1');
    const alone = scene(1);
    const first = alone.lanes.result(a);
    expect(alone.lanes.lost()).to.deep.equal(['a']);
    await alone.end('a');
    expect(await first).to.equal('a1');
  });

  it('are not kept early when they have to be decided again', async () => {
    const { lanes, end } = scene(2);
    lanes.lost();
    await end('b');
    expect(lanes.early).to.deep.equal([]);
  });
});
