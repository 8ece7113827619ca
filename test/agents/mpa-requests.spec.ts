import { expect } from 'chai';
import { verifies } from '../../src/wire/auth.js';
import type { AuthenticationExtension } from '../../src/wire/extensions.js';
import { coveredBy, high32, low32, ntpTimestamp, replyCodes } from '../../src/wire/mobileip.js';
import { coa, ha, keyOf, macOf, modeName, modes, MpaBench, naiOf, otherHa, start } from './mpa-bench.js';

const faHa = [{ spi: 512, key: 'ffeeddccbbaa99887766554433221100' }];
const names = (bench: MpaBench): string[] => bench.last.rrq.extensions.map(({ name }) => name);

describe('mobility proxy agent: requests', () => {
  for (const mode of modes) {
    const { l2, key } = mode;

    it(`asks as the draft says: ${modeName(mode)}`, () => {
      const bench = new MpaBench();
      bench.attach(1, mode);
      const { rrq, to, payload } = bench.last;
      expect(to).equal(ha);
      expect(rrq).include({ homeAddress: '0.0.0.0', homeAgent: ha, careOfAddress: coa, lifetime: 1800 });
      expect(rrq).include({ gre: key !== 'none', reverseTunneling: true, decapsulation: true });
      expect(rrq).include({
        simultaneous: false,
        broadcast: false,
        minimal: false,
        reservedR: false,
        reservedX: false,
      });
      expect(names(bench)).deep.equal(key === 'none' ? ['nai', 'mnHa'] : ['nai', 'greKey', 'mnHa']);
      const mnHa = rrq.extensions.find((e): e is AuthenticationExtension => e.name === 'mnHa');
      const authenticator = mnHa?.authenticator ?? new Uint8Array(0);
      expect(mnHa && verifies(bench.config.mnHa, coveredBy(payload, mnHa), authenticator)).equal(true);
      const extension = keyOf(rrq);
      expect(extension?.a).equal(key === 'none' ? undefined : l2);
      expect(extension?.reserved ?? 0).equal(0);
      if (key === 'zero') expect(extension?.key).equal(0);
      if (key === 'own') expect(extension?.key).greaterThan(0);
    });

    it(`renews and deregisters with the agreed key: ${modeName(mode)}`, () => {
      const bench = new MpaBench();
      bench.registered(1, mode, { lifetime: 20 });
      const agreed = key === 'own' ? keyOf(bench.last.rrq)?.key : key === 'zero' ? 0x1000 : undefined;
      bench.wait(15_000);
      expect(bench.sent).length(2);
      expect(keyOf(bench.last.rrq)?.key).equal(agreed);
      expect(bench.last.rrq.homeAddress).equal(l2 ? '0.0.0.0' : '10.99.0.20');
      bench.answer();
      bench.detach();
      bench.wait(1000);
      expect(bench.sent).length(3);
      expect(bench.last.rrq).include({ lifetime: 0, careOfAddress: coa });
      expect(keyOf(bench.last.rrq)?.key).equal(agreed);
      bench.answer();
      expect(bench.agent.state.devices.size).equal(0);
      expect(bench.agent.deadline()).equal(undefined);
    });
  }

  it('puts the extension between MN-HA and FA-HA where FA-HA is shared', () => {
    const bench = new MpaBench({ faHa });
    bench.attach();
    expect(names(bench)).deep.equal(['nai', 'mnHa', 'greKey', 'faHa']);
  });

  it('names a different key for each node', () => {
    const bench = new MpaBench();
    for (let i = 1; i <= 100; i++) bench.attach(i, { l2: true, key: 'own' });
    const keys = bench.sent.map(({ rrq }) => keyOf(rrq)?.key);
    expect(new Set(keys).size).equal(100);
    expect(keys).not.include(0);
  });

  it('waits 1, 2, 4 ... seconds between unanswered requests, up to the lifetime asked for', () => {
    const bench = new MpaBench({ lifetime: 10 });
    bench.attach();
    bench.wait(60_000);
    expect(bench.gaps).deep.equal([1000, 2000, 4000, 8000, 10_000, 10_000, 10_000, 10_000]);
  });

  it('has a larger Identification each time, near the time, with a random low half', () => {
    const bench = new MpaBench();
    bench.attach();
    bench.wait(100_000);
    bench.answer({ lifetime: 4 });
    bench.wait(10_000);
    const ids = bench.sent.map(({ rrq }) => rrq.identification);
    expect(ids.slice(1).every((id, i) => id > (ids[i] ?? id))).equal(true);
    for (const { at, rrq } of bench.sent) {
      expect(high32(rrq.identification)).equal(high32(ntpTimestamp(start + at)));
    }
    expect(new Set(ids.map(low32)).size).equal(ids.length);
  });

  it('remembers the Identification of a node that comes again at once, and keeps a second between requests', () => {
    const bench = new MpaBench();
    bench.registered();
    bench.detach();
    bench.attach();
    bench.wait(5000);
    expect(Math.min(...bench.gaps)).at.least(1000);
    const [first, second] = bench.sent.map(({ rrq }) => rrq.identification);
    expect(second !== undefined && first !== undefined && second > first).equal(true);
  });

  it('repeats a request as it was where nonces are used, and takes the nonce of each reply', () => {
    const bench = new MpaBench({ replay: 'nonces' });
    bench.attach();
    const [first] = bench.sent;
    bench.wait(1000);
    expect(bench.last.payload).deep.equal(first?.payload);
    bench.answer({
      code: replyCodes.identificationMismatch,
      identification: (0xabcdn << 32n) | BigInt(low32(bench.last.rrq.identification)),
    });
    bench.wait(5000);
    expect(high32(bench.last.rrq.identification)).equal(0xabcd);
    expect(low32(bench.last.rrq.identification)).not.equal(low32(first?.rrq.identification ?? 0n));
  });

  it('counts the lifetime from when the request was sent, and renews before it ends', () => {
    const bench = new MpaBench({ lifetime: 600 });
    bench.attach();
    bench.now += 900;
    bench.answer({ lifetime: 20 });
    bench.wait(60_000);
    const [, renewal] = bench.sent;
    expect(renewal?.at).equal(15_000);
    expect(bench.isRegistered()).equal(false);
    expect(keyOf(bench.last.rrq)?.key).equal(0); // over: a first request again
  });

  it('believes no lifetime longer than it asked for', () => {
    const bench = new MpaBench({ lifetime: 20 });
    bench.registered(1, undefined, { lifetime: 600 });
    bench.wait(20_000);
    expect(bench.isRegistered()).equal(false);
  });

  it('never renews a registration without end', () => {
    const bench = new MpaBench({ lifetime: 0xffff });
    bench.registered();
    expect(bench.agent.deadline()).equal(undefined);
  });

  it('gives up a deregistration that nobody answers', () => {
    const bench = new MpaBench();
    bench.registered();
    bench.detach();
    bench.wait(60_000);
    expect(bench.sent.filter(({ rrq }) => rrq.lifetime === 0)).length(4);
    expect(bench.agent.state.devices.size).equal(0);
  });

  it('deregisters a node whose first request is not answered yet', () => {
    const bench = new MpaBench();
    bench.attach(1, { l2: true, key: 'own' });
    bench.detach();
    bench.wait(1000);
    expect(bench.last.rrq.lifetime).equal(0);
    expect(keyOf(bench.last.rrq)?.key).equal(keyOf(bench.sent[0]?.rrq ?? bench.last.rrq)?.key);
  });

  it('goes to the home agent of the reply for renewals, and back to its own when the registration is over', () => {
    const bench = new MpaBench();
    bench.registered(1, undefined, { homeAgent: otherHa, lifetime: 8 });
    bench.wait(6000);
    expect(bench.last).include({ to: otherHa });
    expect(bench.last.rrq.homeAgent).equal(otherHa);
    bench.wait(20_000);
    expect(bench.last).include({ to: ha });
  });

  it('objects to what it cannot do', () => {
    const bench = new MpaBench({ maxDevices: 2 });
    const objection = (nai: string, mac: string, mode = modes[0]): string | undefined =>
      bench.agent.objection({ kind: 'attach', nai, mac, l2: mode?.l2 ?? true, key: mode?.key ?? 'zero' })?.reason;
    expect(objection(naiOf(1), macOf(1))).equal(undefined);
    expect(
      bench.agent.objection({ kind: 'attach', nai: 'a', mac: macOf(1), l2: true, key: 'none' })?.unsupported,
    ).equal(true);
    expect(objection(naiOf(1), '01:00:5e:00:00:01')).match(/group/);
    expect(objection('', macOf(1))).match(/NAI/);
    bench.attach(1);
    expect(objection(naiOf(1), macOf(1))).equal(undefined);
    expect(objection(naiOf(1), macOf(2))).match(/different/);
    expect(objection(naiOf(1), macOf(1), modes[1])).match(/detach/);
    bench.attach(2);
    expect(objection(naiOf(3), macOf(3))).match(/already/);
  });
});
