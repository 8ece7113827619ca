import { expect } from 'chai';
import { defaultKnobs, knobs, knobValue, parseKnob } from '../../src/spec/knobs.js';
import type { Knob } from '../../src/spec/types.js';

const rows: readonly Knob[] = knobs;

// are settled without a choice, and A-40 is a rule: key 0 is never allocated.
const withoutKnob = ['A-11', 'A-31', 'A-40'];

describe('knobs', () => {
  it('have unique names of lower-case words', () => {
    expect(new Set(rows.map(({ name }) => name)).size).to.equal(rows.length);
    for (const { name } of rows) expect(name).to.match(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/);
  });

  it('cover every ambiguity that leaves a choice', () => {
    const all = Array.from({ length: 40 }, (_, index) => `A-${String(index + 1).padStart(2, '0')}`);
    const covered = new Set(rows.flatMap(({ ambiguity }) => ambiguity ?? []));
    expect([...covered]).to.have.members(all.filter((id) => !withoutKnob.includes(id)));
  });

  for (const knob of rows) {
    it(`${knob.name} takes its own default, ${knob.default}`, () => {
      expect(parseKnob(`${knob.name}=${knob.default}`)).to.deep.equal({
        ok: true,
        name: knob.name,
        value: knob.default,
      });
    });

    it(`${knob.name} is explained in one or two sentences`, () => {
      expect(knob.why.length).to.be.at.least(20);
      expect(knob.why.match(/[.!?] (?=[A-Z`0-9])/g) ?? []).to.have.length.at.most(1);
    });
  }

  it('have the defaults that the guide promises', () => {
    expect(defaultKnobs()).to.include({
      base: 'rfc3344',
      mns: '300',
      key_direction: 'sender',
      ext_type: '48',
      zero_key: 'asks',
      l2_ptype: '0x6558',
      unknown_ext: 'silent',
      accept_codes: 'both',
    });
    expect(Object.keys(defaultKnobs())).to.deep.equal(rows.map(({ name }) => name));
  });
});

describe('knobValue', () => {
  it('prefers what is set and falls back to the default', () => {
    expect(knobValue({ base: 'rfc5944' }, 'base')).to.equal('rfc5944');
    expect(knobValue({}, 'base')).to.equal('rfc3344');
  });
});

describe('parseKnob', () => {
  const accepted = [
    ['base=rfc5944', 'base', 'rfc5944'],
    ['mns=2', 'mns', '2'],
    ['mns=70000', 'mns', '70000'],
    ['ext_type=0', 'ext_type', '0'],
    ['ext_type=127', 'ext_type', '127'],
    ['l2_ptype=0x0800+0x86dd', 'l2_ptype', '0x0800+0x86dd'],
    [' key_direction = auto ', 'key_direction', 'auto'],
  ] as const;

  const rejected = [
    ['base', 'NAME=VALUE'],
    ['', 'NAME=VALUE'],
    ['=rfc3344', 'no knob is called ""'],
    ['base=rfc2002', 'allowed: rfc3344, rfc5944'],
    ['base=RFC3344', 'allowed: rfc3344, rfc5944'],
    ['base=', 'cannot be ""'],
    ['base=rfc3344=rfc5944', 'cannot be "rfc3344=rfc5944"'],
    ['mns=1', 'a whole number from 2 to 70000'],
    ['mns=70001', 'a whole number from 2 to 70000'],
    ['mns=3e2', 'a whole number from 2 to 70000'],
    ['mns=0300', 'a whole number from 2 to 70000'],
    ['mns=-5', 'a whole number from 2 to 70000'],
    ['mns=2.5', 'a whole number from 2 to 70000'],
    ['mns=99999999999999999999', 'a whole number from 2 to 70000'],
    ['ext_type=128', 'a whole number from 0 to 127'],
    ['ext-type=48', 'did you mean ext_type?'],
    ['key_direcion=sender', 'did you mean key_direction?'],
    ['Base=rfc3344', 'did you mean base?'],
    ['zzzzzzzz=1', 'the knobs are: base, mns, key_direction'],
    ['__proto__=1', 'no knob is called "__proto__"'],
    ['bell\u0007=1', '\\u0007'],
    [`${'x'.repeat(100_000)}=1`, 'no knob is called'],
    [`base=${'x'.repeat(100_000)}`, 'allowed: rfc3344, rfc5944'],
  ] as const;

  for (const [text, name, value] of accepted) {
    it(`accepts ${JSON.stringify(text)}`, () => {
      expect(parseKnob(text)).to.deep.equal({ ok: true, name, value });
    });
  }

  for (const [text, message] of rejected) {
    it(`rejects ${JSON.stringify(text.slice(0, 40))} with a hint`, () => {
      const result = parseKnob(text);
      expect(result).to.have.property('ok', false);
      expect(result).to.have.property('message').that.includes(message);
      expect(JSON.stringify(result).length).to.be.below(1500);
    });
  }
});
