import { expect } from 'chai';
import { describe, it } from 'mocha';
import { dhcpv4Options, optionsSize } from '../../src/wire/dhcpv4-options.js';
import { dhcpv4, dhcpv4OptionsOf } from '../../src/wire/dhcpv4.js';
import { dhcpv6Options } from '../../src/wire/dhcpv6-options.js';
import { dhcpv6 } from '../../src/wire/dhcpv6.js';
import { decode, dissect, encode } from '../../src/wire/layout.js';
import { type Option, option, optionIn } from '../../src/wire/options.js';
import { concat, toHex } from '../../src/wire/text.js';
import { issuesOf, obeysTheLaws } from './laws.js';
import { octetsOf } from './vectors.js';

const discover: readonly Option[] = [
  option(dhcpv4Options.messageType, { type: 1 }),
  { code: 0, data: octetsOf('') },
  option(dhcpv4Options.requestedAddress, { address: '10.99.0.7' }),
  { code: 224, data: octetsOf('0102') },
];
const iaAddress = option(dhcpv6Options.iaAddress, { address: '2001:db8::1', preferred: 60, valid: 120 });
const solicit: readonly Option[] = [
  option(dhcpv6Options.clientId, { type: 3, body: octetsOf('0001026700000001') }),
  option(dhcpv6Options.rapidCommit, {}),
  option(dhcpv6Options.iaNa, { iaid: 7, t1: 1, t2: 2, options: [iaAddress] }),
  { code: 0xfffe, data: octetsOf('ff') },
];

obeysTheLaws({
  layout: dhcpv4,
  examples: [
    { transaction: 0x12345678, clientMac: '02:67:00:00:00:01' },
    { options: discover },
    { options: discover, end: octetsOf('ff') },
  ],
});

obeysTheLaws({ layout: dhcpv6, examples: [{ transaction: 0x123456 }, { type: 7, options: solicit }] });

describe('DHCPv4', () => {
  it('fills a message up to the 300 octets of BOOTP, and no further', () => {
    expect(encode(dhcpv4, { options: discover }).length).to.equal(300);
    const long = [...discover, { code: 225, data: new Uint8Array(200) }];
    expect(encode(dhcpv4, { options: long }).length).to.equal(240 + optionsSize(long) + 1);
  });

  it('reads options by their rows, and unknown ones as octets', () => {
    const decoded = decode(dhcpv4, encode(dhcpv4, { options: discover }));
    const options = decoded.ok ? decoded.value.options : [];
    expect(optionIn(dhcpv4Options.messageType, options)).to.deep.equal({ type: 1 });
    expect(optionIn(dhcpv4Options.requestedAddress, options)?.address).to.equal('10.99.0.7');
    expect(optionIn(dhcpv4Options.leaseTime, options)).to.equal(undefined);
    expect(options.map(({ code }) => code)).to.deep.equal([53, 0, 50, 224]);
  });

  it('finds options in the file and server name fields, RFC 2131 §4.1', () => {
    const file = concat(octetsOf('3604c0000201ff'), new Uint8Array(121));
    const name = concat(octetsOf('330400000e10ff'), new Uint8Array(57));
    const options = [option(dhcpv4Options.overload, { fields: 3 })];
    const found = dhcpv4OptionsOf({ options, bootFile: file, serverName: name });
    expect(optionIn(dhcpv4Options.serverId, found)?.address).to.equal('192.0.2.1');
    expect(optionIn(dhcpv4Options.leaseTime, found)?.seconds).to.equal(3600);
    expect(dhcpv4OptionsOf({ options: [], bootFile: file, serverName: name })).to.deep.equal([]);
  });

  it('does not take an option of a wrong size for what it should be', () => {
    expect(optionIn(dhcpv4Options.leaseTime, [{ code: 51, data: octetsOf('0e10') }])).to.equal(undefined);
  });

  it('sends a wrong length as it is given', () => {
    const options = [{ code: 12, length: 200, data: octetsOf('4142') }];
    const octets = encode(dhcpv4, { options, end: octetsOf('ff') });
    expect(toHex(octets.subarray(240))).to.equal('0cc84142ff');
    expect(issuesOf(dissect(dhcpv4, octets)).map(({ name }) => name)).to.deep.equal(['malformed']);
  });

  it('attack: a message of nothing but pads costs no more than a bounded number of options', () => {
    const octets = concat(encode(dhcpv4, { end: octetsOf('') }), new Uint8Array(60000));
    const decoded = decode(dhcpv4, octets);
    expect(decoded.ok && decoded.value.options.length).to.equal(1024);
    expect(decoded.ok && toHex(encode(dhcpv4, decoded.value))).to.equal(toHex(octets));
  });
});

describe('DHCPv6', () => {
  it('reads options within options', () => {
    const ia = optionIn(dhcpv6Options.iaNa, solicit);
    expect(ia).to.deep.include({ iaid: 7, t1: 1, t2: 2 });
    expect(optionIn(dhcpv6Options.iaAddress, ia?.options ?? [])?.address).to.equal('2001:db8::1');
  });

  it('attack: options nested as deep as a packet allows', () => {
    let nested: Option = { code: 5, data: octetsOf('') };
    for (let i = 0; i < 4000; i++) nested = option(dhcpv6Options.iaNa, { options: [nested] });
    const octets = encode(dhcpv6, { options: [nested] });
    expect(decode(dhcpv6, octets).ok).to.equal(true);
    expect(() => dissect(dhcpv6, octets)).to.not.throw();
  });
});
