import { expect } from 'chai';
import { describe, it } from 'mocha';
import { broadcastMac, ethernet, isGroupMac } from '../../src/wire/ethernet.js';
import { obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

obeysTheLaws({
  layout: ethernet,
  examples: [
    {},
    { destination: broadcastMac, source: '02:00:00:00:00:01', etherType: 0x0806, payload: octetsOf('00010203') },
  ],
});

describe('isGroupMac', () => {
  for (const address of [broadcastMac, '01:00:5e:00:00:01', '33:33:00:00:00:01']) {
    it(`holds for ${address}`, () => expect(isGroupMac(address)).to.equal(true));
  }
  for (const address of ['00:00:00:00:00:00', '02:00:00:00:00:01', 'fe:ff:ff:ff:ff:ff']) {
    it(`does not hold for ${address}`, () => expect(isGroupMac(address)).to.equal(false));
  }
});
