import { expect } from 'chai';
import { parseConfig } from '../../../src/cli/config/document.js';
import { readSettings, type Settings } from '../../../src/cli/config/settings.js';

const read = (text: string): Settings => readSettings(parseConfig(text, 'lab.yaml'));

/** The example of docs/configuration.md, in full. */
const whole = `
as: mpa
target: 192.0.2.10:434
local: [192.0.2.1, 192.0.2.2]
profile: tsirtsis-00
securityAssociations:
  mnHa: { spi: 256, key: 00112233445566778899aabbccddeeff, algorithm: hmac-md5, replay: timestamps }
  faHa: { spi: 512, key: env:FA_HA_KEY }
pics:
  greKeys: true
  l2: true
  ipInIp: true
  simultaneousBindings: true
  revocation: false
  homeLink: { arp: true, icmpEcho: true, dhcpv4: true, dhcpv6: true, slaac: true }
pixit:
  realm: example.org
  homeNetwork: 10.99.0.0/24
  gateway: { ipv4: 10.99.0.1, ipv6: "2001:db8:99::1" }
  maxLifetime: 1800
  trigger: ./attach.sh
  accessLink: veth-mn
knobs: { base: rfc3344 }
`;

describe('cli configuration file', () => {
  it('reads the whole example', () => {
    const settings = read(whole);
    expect(settings.target).to.deep.equal({ address: '192.0.2.10', port: 434 });
    expect(settings.local).to.deep.equal(['192.0.2.1', '192.0.2.2']);
    expect(settings.mnHa).to.deep.include({ spi: 256, algorithm: 'hmac-md5', replay: 'timestamps' });
    expect(settings.faHa?.key?.text).to.equal('env:FA_HA_KEY');
    expect(settings.pics).to.deep.include({ l2: true, revocation: false, 'homeLink.slaac': true });
    expect(settings.pixit.gateway).to.deep.equal({ ipv4: '10.99.0.1', ipv6: '2001:db8:99::1' });
    expect(settings.knobs).to.deep.equal({ base: 'rfc3344' });
  });

  it('reads JSON, also with tabs', () => {
    const text = JSON.stringify({ target: '192.0.2.10', securityAssociations: { mnHa: { spi: 256 } } }, null, '\t');
    expect(read(text)).to.deep.include({ target: { address: '192.0.2.10', port: 434 }, mnHa: { spi: 256 } });
  });

  for (const text of ['', '# nothing\n', '{}', 'pics: {}', 'securityAssociations: {}', 'local: 192.0.2.1']) {
    it(`takes ${JSON.stringify(text)}`, () => {
      expect(() => read(text)).not.to.throw();
    });
  }

  for (const [key, text] of [
    ['00112233445566778899', 'securityAssociations: { mnHa: { key: 00112233445566778899 } }'],
    ['1e10', 'securityAssociations: { mnHa: { key: 1e10 } }'],
    ['0x0011', 'securityAssociations: { mnHa: { key: 0x0011 } }'],
  ] as const) {
    it(`keeps the key ${key} as it is written`, () => {
      expect(read(text).mnHa?.key?.text).to.equal(key);
    });
  }

  it('keeps knobs as they are written', () => {
    expect(read('knobs:\n  l2_ptype: 0x6558\n  t_bit: 1\n').knobs).to.deep.equal({ l2_ptype: '0x6558', t_bit: '1' });
  });

  it('remembers where a key was given', () => {
    expect(read(whole).faHa?.key?.where).to.equal('lab.yaml:8');
  });

  const refused: readonly (readonly [text: string, line: number, part: string])[] = [
    ['targte: 192.0.2.1', 1, 'did you mean target?'],
    ['as: mpa\n\npics:\n  l22: true', 4, 'did you mean l2?'],
    ['pics:\n  homeLink:\n    arpp: true', 3, 'did you mean arp?'],
    ['pics:\n  homeLink: true', 2, 'pics.homeLink must be a group of settings'],
    ['pics:\n  l2: yes', 2, 'pics.l2 must be true or false, not "yes"'],
    ['pics: true', 1, 'pics must be a group of settings'],
    ['- a\n- b', 1, 'must be a group of settings'],
    ['just words', 1, 'must be a group of settings'],
    ['as: fa', 1, 'as must be one of mpa, ha, not "fa"'],
    ['profile: rfc9999', 1, 'profile must be one of tsirtsis-00'],
    ['target: 192.0.2.300', 1, '"192.0.2.300" is not an IPv4 address'],
    ['target: ha.example.org', 1, 'it looks like a name, so give its address (getent ahostsv4 ha.example.org)'],
    ['target: 192.0.2.1:0', 1, '"0" is not a port'],
    ['target: 192.0.2.1:70000', 1, '"70000" is not a port'],
    ['target: 0.0.0.0', 1, '0.0.0.0 is not the address of one device'],
    ['target: 255.255.255.255', 1, 'is not the address of one device'],
    ['target: "[2001:db8::1]:434"', 1, 'the address must be IPv4'],
    ['target: 5', 1, 'target must be text, not 5'],
    ['as: mpa\nlocal: []', 2, 'local is empty'],
    ['local: [192.0.2.1, 192.0.2.1]', 1, '192.0.2.1 is given twice'],
    ['local:\n- 192.0.2.1\n- here', 1, '"here" is not an IPv4 address'],
    ['local:\n- 192.0.2.1\n- 7', 3, 'local.1 must be text, not 7'],
    ['securityAssociations:\n  mnHa:\n    spi: 255', 3, 'must be at least 256 (0 to 255 are reserved), not 255'],
    ['securityAssociations:\n  mnHa:\n    spi: 4294967296', 3, 'must be at most 4294967295'],
    ['securityAssociations:\n  mnHa:\n    spi: 256.5', 3, 'must be a whole number'],
    ['securityAssociations:\n  mnHa:\n    spi: many', 3, 'must be a whole number from 256 to 4294967295, not "many"'],
    ['securityAssociations:\n  mnHa:\n    kee: 00', 3, 'did you mean key?'],
    ['securityAssociations:\n  mnHa:\n    algorithm: md4', 3, 'must be one of hmac-md5'],
    ['securityAssociations:\n  mnHa:', 2, 'securityAssociations.mnHa must be a group of settings'],
    ['pixit:\n  realm: two words', 2, '"two words" is not a realm'],
    ['pixit:\n  realm: ""', 2, 'is not a realm'],
    ['pixit:\n  homeNetwork: 10.99.0.0', 2, 'is not a network'],
    ['pixit:\n  homeNetwork: 10.99.0.1/24', 2, 'the network is 10.99.0.0/24'],
    ['pixit:\n  homeNetwork: 10.99.0.0/31', 2, 'must be 8 to 30'],
    ['pixit:\n  gateway:\n    ipv4: 10.99.0', 3, 'is not an IPv4 address'],
    ['pixit:\n  gateway:\n    ipv6: "10.99.0.1"', 3, 'is not an IPv6 address'],
    ['pixit:\n  maxLifetime: 0', 2, 'must be at least 1'],
    ['pixit:\n  maxLifetime: 65536', 2, 'must be at most 65535'],
    ['knobs:\n  base: rfc1', 2, 'knob base cannot be "rfc1"'],
    ['knobs:\n  base: rfc3344\n  bse: rfc3344', 3, 'did you mean base?'],
    ['knobs:\n  mns: [1]', 2, 'must be text'],
    ['timeout: 0', 1, 'timeout must be at least 10'],
    ['rate: 0', 1, 'rate must be at least 1'],
    ['seed: -1', 1, 'seed must be at least 0'],
    ['restartCmd: ""', 1, 'restartCmd is empty'],
    ['as: mpa\nas: ha', 2, 'Map keys must be unique'],
    ['as: "mpa', 1, ''],
    ['local: [192.0.2.1\nas: mpa', 2, ''],
    ['as: *nowhere', 1, 'nowhere'],
    ['__proto__: { x: 1 }', 1, 'unknown setting "__proto__"'],
  ];
  for (const [text, line, part] of refused) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      const reading = (): Settings => read(text);
      expect(reading)
        .to.throw(new RegExp(`^lab\\.yaml:${line}: [^\\n]+$`))
        .with.property('exitCode', 2);
      expect(reading).to.throw(part);
    });
  }

  it('names the first of several faults', () => {
    expect(() => read('pixit:\n  maxLifetime: 0\npics:\n  l2: 1\nas: x\n')).to.throw(/^lab\.yaml:2: /);
  });

  it('refuses aliases that multiply without end', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const lines = names.map((name, i) => {
      const before = names[i - 1];
      return `${name}: &${name} [${Array.from({ length: 10 }, () => (before ? `*${before}` : 'x')).join(', ')}]`;
    });
    expect(() => read(lines.join('\n')))
      .to.throw(/^lab\.yaml:1: /)
      .with.property('exitCode', 2);
  });

  it('shows no key in any message', () => {
    for (const key of ['[0011223344]', '{ 0011223344: 1 }', 'true']) {
      const reading = (): Settings => read(`securityAssociations: { mnHa: { spi: 256, key: ${key} } }`);
      expect(reading).to.throw(/must be text \(hex, env:NAME or file:PATH\)$/);
    }
  });
});
