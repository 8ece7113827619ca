import { expect } from 'chai';
import { describe, it } from 'mocha';
import { icmpv6, icmpv6Checksum, icmpv6Echo } from '../../src/wire/icmpv6.js';
import { decode, encode } from '../../src/wire/layout.js';
import {
  ndpOptions,
  neighbourAdvertisement,
  neighbourSolicitation,
  routerAdvertisement,
  routerSolicitation,
} from '../../src/wire/ndp.js';
import { option, optionIn } from '../../src/wire/options.js';
import { toHex } from '../../src/wire/text.js';
import { udpChecksum } from '../../src/wire/udp.js';
import { obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const context = { source: 'fe80::1', destination: 'ff02::1' };
const source = option(ndpOptions.sourceLinkLayer, { mac: '02:00:00:00:99:01' });
const prefix = option(ndpOptions.prefix, { prefix: '2001:db8:99::', autonomous: true, valid: 600, preferred: 300 });

obeysTheLaws({ layout: icmpv6, context, examples: [{ type: 1, code: 3, body: octetsOf('00000000') }] });
obeysTheLaws({ layout: icmpv6Echo, context, examples: [{ identifier: 1, sequence: 2, payload: octetsOf('616263') }] });
obeysTheLaws({ layout: routerSolicitation, context, examples: [{}, { options: [source] }] });
obeysTheLaws({ layout: routerAdvertisement, context, examples: [{ managed: true, options: [source, prefix] }] });
obeysTheLaws({ layout: neighbourSolicitation, context, examples: [{ target: 'fe80::2', options: [source] }] });
obeysTheLaws({
  layout: neighbourAdvertisement,
  context,
  examples: [{ solicited: true, target: 'fe80::2', options: [{ code: 200, data: octetsOf('010203040506') }] }],
});

describe('neighbour discovery', () => {
  it('counts the length of options in units of 8 octets and fills them up, RFC 4861 §4.6', () => {
    const octets = encode(routerSolicitation, { options: [{ code: 200, data: octetsOf('0102') }] }, context);
    expect(toHex(octets.subarray(8))).to.equal('c801010200000000');
    expect(toHex(encode(routerSolicitation, { options: [prefix] }, context).subarray(8, 12))).to.equal('03044040');
  });

  it('reads a prefix', () => {
    expect(optionIn(ndpOptions.prefix, [prefix])).to.deep.include({ prefix: '2001:db8:99::', prefixLength: 64 });
  });

  it('attack: an option of length 0 ends the options', () => {
    const octets = encode(
      routerSolicitation,
      { options: [{ code: 1, length: 0, data: octetsOf('000000000000') }] },
      context,
    );
    const decoded = decode(routerSolicitation, octets);
    expect(decoded.ok && decoded.value.options).to.deep.equal([]);
    expect(decoded.ok && decoded.value.rest.length).to.equal(8);
  });

  it('needs the addresses for a checksum that it is to compute', () => {
    expect(() => encode(icmpv6Echo, {})).to.throw(TypeError, 'checksum');
  });

  it('sums to zero over a message whose checksum is right, and covers both addresses', () => {
    const octets = encode(icmpv6Echo, { payload: octetsOf('616263') }, context);
    expect(icmpv6Checksum(octets, context)).to.equal(0);
    expect(icmpv6Checksum(octets, { ...context, source: 'fe80::2' })).to.not.equal(0);
    expect(icmpv6Checksum(octets, { ...context, destination: 'ff02::2' })).to.not.equal(0);
  });

  it('gives UDP over IPv6 another checksum than over IPv4', () => {
    const datagram = octetsOf('0222022300080000');
    expect(udpChecksum(datagram, context)).to.not.equal(
      udpChecksum(datagram, { source: '192.0.2.1', destination: '192.0.2.2' }),
    );
  });
});
