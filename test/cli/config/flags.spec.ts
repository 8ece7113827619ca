import { expect } from 'chai';
import { type ConfigFlags, flagSource } from '../../../src/cli/config/flags.js';
import { mergeSettings, readSettings, type Settings } from '../../../src/cli/config/settings.js';
import { parseConfig } from '../../../src/cli/config/document.js';

const read = (flags: ConfigFlags): Settings => readSettings(flagSource(flags));

describe('cli configuration flags', () => {
  for (const [flags, settings] of [
    [{}, { pics: {}, pixit: {}, knobs: {} }],
    [{ gre: true }, { pics: {} }],
    [{ gre: false }, { gre: false }],
    [{ local: ['192.0.2.1, 192.0.2.2', '192.0.2.3'] }, { local: ['192.0.2.1', '192.0.2.2', '192.0.2.3'] }],
    [{ spi: '0x100' }, { mnHa: { spi: 256 } }],
    [{ pics: ['l2=false', 'homeLink.arp=true'] }, { pics: { l2: false, 'homeLink.arp': true } }],
    [
      { pixit: ['gateway.ipv4=10.99.0.1', 'gateway.ipv6=2001:db8::1', 'maxLifetime=60', 'realm=123'] },
      { pixit: { gateway: { ipv4: '10.99.0.1', ipv6: '2001:db8::1' }, maxLifetime: 60, realm: '123' } },
    ],
    [{ knob: ['base=rfc5944', ' mns = 12 '] }, { knobs: { base: 'rfc5944', mns: '12' } }],
    [{ pixit: ['trigger=./a.sh --mode=x'] }, { pixit: { trigger: './a.sh --mode=x' } }],
    [
      { seed: '0', timeout: '500', rate: '9' },
      { seed: 0, timeout: 500, rate: 9 },
    ],
  ] as readonly (readonly [ConfigFlags, object])[]) {
    it(`reads ${JSON.stringify(flags)}`, () => {
      expect(read(flags)).to.deep.include(settings);
    });
  }

  for (const [flags, message] of [
    [{ as: 'fa' }, /^--as must be one of mpa, ha, not "fa"$/],
    [{ target: '1.2.3' }, /^--target: "1\.2\.3" is not/],
    [{ local: [''] }, /^--local: "" is not/],
    [{ spi: '12' }, /^--spi must be at least 256/],
    [{ faHaSpi: 'x' }, /^--fa-ha-spi must be a whole number from 256 to 4294967295, not "x"$/],
    [{ knob: ['bse=rfc3344'] }, /^--knob: .*did you mean base\?/],
    [{ knob: ['base=x'] }, /; see: grespec explain base$/],
    [{ knob: ['base'] }, /^--knob takes NAME=VALUE, not "base"$/],
    [{ knob: ['=x'] }, /^--knob takes NAME=VALUE/],
    [{ pics: ['l2=no'] }, /^--pics l2 must be true or false, not "no"$/],
    [{ pics: ['homeLink=true'] }, /^--pics homeLink must be a group of settings/],
    [{ pics: ['l22=true'] }, /^--pics l22: .*did you mean l2\?$/],
    [{ pics: ['__proto__=true'] }, /^--pics __proto__: unknown/],
    [{ pixit: ['__proto__.polluted=true'] }, /^--pixit __proto__/],
    [{ pixit: ['gateway.ipv5=1'] }, /^--pixit gateway\.ipv5: .*did you mean ipv4/],
    [{ pixit: ['maxLifetime=soon'] }, /^--pixit maxLifetime must be a whole number from 1 to 65535, not "soon"$/],
    [{ seed: '-1' }, /^--seed must be a whole number from 0 to 4294967295, not "-1"$/],
    [{ timeout: '9' }, /^--timeout must be at least 10/],
    [{ restartCmd: '' }, /^--restart-cmd is empty$/],
  ] as readonly (readonly [ConfigFlags, RegExp])[]) {
    it(`refuses ${JSON.stringify(flags)}`, () => {
      expect(() => read(flags))
        .to.throw(message)
        .with.property('exitCode', 2);
    });
  }

  it('win over the file, item by item', () => {
    const file = parseConfig(
      'target: 192.0.2.10\nsecurityAssociations: { mnHa: { spi: 300, key: env:A, replay: nonces } }\n' +
        'pics: { l2: true, revocation: true }\npixit: { gateway: { ipv4: 10.0.0.1 } }\nknobs: { base: rfc5944 }\n',
      'lab.yaml',
    );
    const flags = flagSource({
      ...{ target: '192.0.2.20:5434', key: 'env:B', pics: ['l2=false'] },
      ...{ pixit: ['gateway.ipv6=2001:db8::1'], knob: ['mns=5'] },
    });
    const merged = mergeSettings(readSettings(file), readSettings(flags));
    expect(merged.target).to.deep.equal({ address: '192.0.2.20', port: 5434 });
    expect(merged.mnHa).to.deep.equal({ spi: 300, key: { text: 'env:B', where: '--key' }, replay: 'nonces' });
    expect(merged.pics).to.deep.equal({ l2: false, revocation: true });
    expect(merged.pixit).to.deep.equal({ gateway: { ipv4: '10.0.0.1', ipv6: '2001:db8::1' } });
    expect(merged.knobs).to.deep.equal({ base: 'rfc5944', mns: '5' });
  });
});
