import { expect } from 'chai';
import { repeatCommand, shellWord } from '../../src/cli/repeat.js';

const repeat = (flags: Parameters<typeof repeatCommand>[1]): string =>
  repeatCommand(['run', 'ha/5.2/03'], flags, 7, ['grespec']).replace(/^grespec run ha\/5.2\/03 /, '');

describe('cli repeat command', () => {
  it('says the seed', () => {
    expect(repeat({})).to.equal('--seed 7');
  });

  it('keeps what says what to test', () => {
    const flags = {
      ...{ as: 'mpa', config: 'my lab.yaml', target: '192.0.2.1', local: ['192.0.2.2,192.0.2.3'], spi: '256' },
      ...{ knob: ['base=rfc5944', 'mns=9'], pics: ['l2=false'], gre: false, strict: true, fault: 'x' },
    };
    expect(repeat(flags)).to.equal(
      "--as mpa --config 'my lab.yaml' --target 192.0.2.1 --local 192.0.2.2,192.0.2.3 --spi 256 " +
        '--knob base=rfc5944 --knob mns=9 --pics l2=false --no-gre --strict --fault x --seed 7',
    );
  });

  it('leaves out what only steers the run', () => {
    expect(repeat({ bail: true, seed: '3' })).to.equal('--seed 7');
  });

  it('shows where keys are, never keys', () => {
    expect(repeat({ key: 'env:HA_KEY', faHaKey: 'file:fa.key' })).to.equal(
      '--key env:HA_KEY --fa-ha-key file:fa.key --seed 7',
    );
    expect(repeat({ key: '00112233', faHaKey: 'ccddeeff' })).to.equal(
      '--key env:HA_KEY --fa-ha-key env:FA_HA_KEY --seed 7',
    );
  });

  for (const [word, quoted] of [
    ['ha/5.2/03', 'ha/5.2/03'],
    ['', "''"],
    ['a b', "'a b'"],
    ["it's", "'it'\\''s'"],
    ['$(reboot)', "'$(reboot)'"],
  ] as const) {
    it(`writes ${JSON.stringify(word)} for a shell`, () => {
      expect(shellWord(word)).to.equal(quoted);
    });
  }
});
