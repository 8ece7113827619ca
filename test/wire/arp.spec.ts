import { expect } from 'chai';
import { describe, it } from 'mocha';
import { arp, arpOperations } from '../../src/wire/arp.js';
import { encode } from '../../src/wire/layout.js';
import { toHex } from '../../src/wire/text.js';
import { obeysTheLaws } from './laws.js';

obeysTheLaws({
  layout: arp,
  examples: [
    { senderMac: '02:00:00:00:00:01', senderIp: '10.99.0.7', targetIp: '10.99.0.1' },
    { operation: arpOperations.reply, targetMac: 'ff:ff:ff:ff:ff:ff', padding: new Uint8Array(18) },
  ],
});

describe('ARP', () => {
  it('is a request for IPv4 over Ethernet when nothing is said', () => {
    expect(toHex(encode(arp, {}))).to.equal('0001080006040001' + '00'.repeat(20));
  });

  it('sends wrong address lengths as they are given', () => {
    expect(toHex(encode(arp, { hardwareLength: 0, protocolLength: 255 })).slice(0, 16)).to.equal('0001080000ff0001');
  });
});
