import { expect } from 'chai';
import { describe, it } from 'mocha';
import { icmpEcho, icmpTypes } from '../../src/wire/icmp.js';
import { encode } from '../../src/wire/layout.js';
import { toHex } from '../../src/wire/text.js';
import { obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

obeysTheLaws({
  layout: icmpEcho,
  examples: [{}, { type: icmpTypes.echoReply, identifier: 0x1234, sequence: 0xffff, payload: octetsOf('616263') }],
});

describe('ICMP', () => {
  it('sends a wrong checksum as it is given', () => {
    expect(toHex(encode(icmpEcho, { checksum: 0xbad, identifier: 1, sequence: 2 }))).to.equal('08000bad00010002');
  });
});
