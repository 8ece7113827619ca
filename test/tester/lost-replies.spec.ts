import { expect } from 'chai';
import { memoryNet } from '../../src/net/memory.js';
import { runInMemory } from './in-memory.js';

const [udpProtocol, port, replyType] = [17, 434, 3];
/** Of so many replies one is lost. */
const every = 5;

describe('a network that loses replies', function () {
  this.timeout(60_000);

  // draft §6.2: the answer to the repeated request copies its key, if the lost answer had agreed on it
  it('lets no device be accused of sending under another key than the one that it has copied', async () => {
    const net = memoryNet();
    let replies = 0;
    net.intercept(({ link, bytes }) => {
      const header = ((bytes[0] ?? 0) & 15) * 4;
      const isReply =
        link === undefined &&
        bytes[9] === udpProtocol &&
        (((bytes[header] ?? 0) << 8) | (bytes[header + 1] ?? 0)) === port &&
        bytes[header + 8] === replyType;
      return isReply && ++replies % every === 0 ? 'drop' : undefined;
    });
    const { cases, totals } = await runInMemory({ net, select: ['ha/5.2/05', 'ha/5.2/10', 'ha/5.5.1', 'ha/tunnel/1'] });
    const held = cases.filter(({ verdict }) => verdict === 'fail' || verdict === 'warn' || verdict === 'error');
    expect(held.map(({ id, expected, actual }) => `${id}: ${expected}; ${actual}`)).to.deep.equal([]);
    expect(totals.pass).to.be.above(8);
  });
});
