import { expect } from 'chai';
import { type Extension } from '../../src/wire/extensions.js';
import { high32, low32, ntpTimestamp, replyCodes } from '../../src/wire/mobileip.js';
import { type AnswerOptions, ha, keyOf, MpaBench, naiOf, otherHa, start } from './mpa-bench.js';

const nai: Extension = { name: 'nai', nai: naiOf(1) };
const mnHa: Extension = { name: 'mnHa', spi: 256 };
const greKey: Extension = { name: 'greKey', key: 0x1000, a: true };
const flipped = (octets: Uint8Array, at: number): Uint8Array => octets.map((o, i) => (i === at ? o ^ 1 : o));

/** An acceptance that is bent, and whether there is a tunnel afterwards. */
const acceptances: readonly [string, AnswerOptions, boolean, object?][] = [
  ['nothing bent', {}, true],
  ['code 1', { code: 1 }, true],
  ['extension behind MN-HA', { list: [nai, mnHa, greKey] }, true],
  ['skippable extension', { list: [nai, { name: 'raw', type: 200, data: new Uint8Array(3) }, greKey, mnHa] }, true],
  ['pads', { list: [{ name: 'pad' }, nai, { name: 'pad' }, greKey, mnHa] }, true],
  ['no NAI', { list: [greKey, mnHa] }, true],
  ['from another address', { from: otherHa }, true],
  ['NAI of another node', { list: [{ name: 'nai', nai: naiOf(2) }, greKey, mnHa] }, false],
  ['no MN-HA', { list: [nai, greKey] }, false],
  ['two MN-HA', { list: [nai, greKey, mnHa, mnHa] }, false],
  ['wrong authenticator', { mangle: (o) => flipped(o, o.length - 1) }, false],
  ['covered octet wrong', { mangle: (o) => flipped(o, 5) }, false],
  ['other SPI', { list: [nai, greKey, { name: 'mnHa', spi: 257 }] }, false],
  ['unknown extension 120', { list: [nai, { name: 'raw', type: 120, data: new Uint8Array(3) }, greKey, mnHa] }, false],
  ['extension past the end', { list: [nai, greKey, mnHa, { name: 'tail', data: Uint8Array.of(200, 9) }] }, false],
  ['no extension', { list: [nai, mnHa] }, false],
  ['key 0', { key: 0 }, false],
  ['A clear', { a: false }, false],
  ['two extensions', { list: [nai, greKey, greKey, mnHa] }, false],
  ['extension of length 4', { list: [nai, { name: 'raw', type: 48, data: new Uint8Array(4).fill(1) }, mnHa] }, false],
  ['lifetime 0', { lifetime: 0 }, false],
  ['home agent 0.0.0.0', { homeAgent: '0.0.0.0' }, false],
  ['no FA-HA where one is shared', {}, false, { faHa: [{ spi: 512, key: 'ffeeddccbbaa99887766554433221100' }] }],
  [
    'FA-HA where one is shared',
    { list: [nai, mnHa, greKey, { name: 'faHa', spi: 512 }] },
    true,
    { faHa: [{ spi: 512, key: 'ffeeddccbbaa99887766554433221100' }] },
  ],
];

describe('mobility proxy agent: replies', () => {
  for (const [what, options, accepted, config] of acceptances) {
    it(`${accepted ? 'takes' : 'does not take'} an acceptance: ${what}`, () => {
      const bench = new MpaBench(config);
      bench.attach();
      bench.answer(options);
      expect(bench.isRegistered()).equal(accepted);
      bench.wait(900);
      expect(bench.sent).length(1); // whatever came, not again within a second
      bench.wait(200);
      expect(bench.sent).length(accepted ? 1 : 2);
    });
  }

  it('discards replies to anything but the newest request', () => {
    const bench = new MpaBench();
    bench.attach();
    const [first] = bench.sent;
    bench.wait(1000);
    bench.answer({}, first);
    expect(bench.isRegistered()).equal(false);
    bench.answer({ identification: bench.last.rrq.identification ^ 1n });
    expect(bench.isRegistered()).equal(false);
    bench.answer({ identification: bench.last.rrq.identification ^ (1n << 40n) }); // the high half does not count
    expect(bench.isRegistered()).equal(true);
  });

  it('needs a home address in normal mode', () => {
    const bench = new MpaBench();
    bench.registered(1, { l2: false, key: 'zero' }, { homeAddress: '0.0.0.0' });
    expect(bench.isRegistered()).equal(false);
  });

  it('keeps the keys of both directions when a renewal is answered with a copy or with the key of the HA', () => {
    for (const reply of ['copy', 'forward'] as const) {
      const bench = new MpaBench();
      bench.registered(1, { l2: true, key: 'own' }, { key: 0x2222, lifetime: 20 });
      bench.wait(15_000);
      bench.answer({ key: reply === 'copy' ? keyOf(bench.last.rrq)?.key : 0x2222 });
      const terms = bench.agent.state.devices.named(naiOf(1))?.binding?.terms;
      expect(terms).include({ forwardKey: 0x2222, reverseKey: keyOf(bench.last.rrq)?.key });
    }
  });

  it('takes another key of a home agent that has lost its state for the forward direction', () => {
    const bench = new MpaBench();
    bench.registered(1, { l2: true, key: 'zero' }, { key: 0x1111, lifetime: 20 });
    bench.wait(15_000);
    bench.answer({ key: 0x2222 });
    const terms = bench.agent.state.devices.named(naiOf(1))?.binding?.terms;
    expect(terms).include({ forwardKey: 0x2222, reverseKey: 0x1111 });
  });

  it('keeps its registration when a renewal is denied, until it ends', () => {
    const bench = new MpaBench();
    bench.registered(1, undefined, { lifetime: 20 });
    bench.wait(15_000);
    bench.answer({ code: replyCodes.insufficientResources });
    expect(bench.isRegistered()).equal(true);
    bench.wait(5000);
    expect(bench.isRegistered()).equal(false);
  });

  for (const code of [128, 129, 130, 131, 134, 135, 139, 200, 66]) {
    it(`asks again with back-off after code ${code}`, () => {
      const bench = new MpaBench();
      bench.attach();
      for (let i = 0; i < 5; i++) {
        bench.answer({ code });
        bench.wait(1000 * 2 ** i);
      }
      expect(bench.gaps).deep.equal([1000, 2000, 4000, 8000, 16_000]);
      expect(bench.isRegistered()).equal(false);
    });
  }

  for (const code of [replyCodes.pmipUnsupported, replyCodes.pmipDisallowed]) {
    it(`does not ask again after code ${code}, until the node attaches anew`, () => {
      const bench = new MpaBench();
      bench.attach();
      bench.answer({ code });
      bench.wait(1_000_000);
      expect(bench.sent).length(1);
      bench.attach();
      expect(bench.sent).length(2);
    });
  }

  it('asks for no longer lifetime than code 69 names', () => {
    const bench = new MpaBench();
    bench.attach();
    bench.answer({ code: 69, lifetime: 100 });
    bench.wait(1000);
    expect(bench.last.rrq.lifetime).equal(100);
  });

  it('sets its clock after code 133, ahead and back, and asks again after a second', () => {
    for (const seconds of [1000, -1000]) {
      const bench = new MpaBench();
      bench.attach();
      const low = BigInt(low32(bench.last.rrq.identification));
      const high = (ntpTimestamp(start + seconds * 1000) >> 32n) << 32n;
      bench.now += 100;
      bench.answer({ code: replyCodes.identificationMismatch, identification: high | low });
      bench.wait(900);
      expect(bench.gaps).deep.equal([1000]);
      expect(high32(bench.last.rrq.identification)).equal(Number(high >> 32n) + 1);
    }
  });

  it('does not set its clock after a code 133 with another low half', () => {
    const bench = new MpaBench();
    bench.attach();
    const { identification } = bench.last.rrq;
    bench.answer({ code: replyCodes.identificationMismatch, identification: (identification ^ 1n) + (1000n << 32n) });
    bench.wait(1000);
    expect(high32(bench.last.rrq.identification)).equal(high32(ntpTimestamp(start + 1000)));
  });

  it('slows down when code 133 comes again and again', () => {
    const bench = new MpaBench();
    bench.attach();
    for (let i = 0; i < 5; i++) {
      bench.answer({ code: replyCodes.identificationMismatch });
      bench.wait(60_000 / 2 ** (5 - i));
    }
    expect(Math.min(...bench.gaps)).at.least(1000);
    expect(bench.gaps.at(-1)).greaterThan(4000);
  });

  it('follows code 136 to another home agent, and stops in a circle', () => {
    const bench = new MpaBench();
    bench.attach();
    bench.answer({ code: replyCodes.unknownHomeAgent, homeAgent: otherHa });
    bench.wait(1000);
    expect(bench.last.to).equal(otherHa);
    expect(bench.last.rrq.homeAgent).equal(otherHa);
    bench.answer({ code: replyCodes.unknownHomeAgent, homeAgent: ha });
    bench.wait(1_000_000);
    expect(bench.sent).length(2);
  });

  it('takes no answer to a registration for one to the deregistration', () => {
    const bench = new MpaBench();
    bench.attach();
    bench.detach();
    bench.answer();
    expect(bench.agent.state.devices.size).equal(1);
    expect(bench.isRegistered()).equal(false);
  });
});
