import { expect } from 'chai';
import type { Extension } from '../../src/wire/extensions.js';
import { echo } from './ha-bench.js';
import { downGre, gateway, ha, home, MpaBench, otherHa, pingFrom } from './mpa-bench.js';

const normal = { l2: false, key: 'zero' } as const;
const flipped = (octets: Uint8Array): Uint8Array => octets.map((o, i) => (i === octets.length - 1 ? o ^ 1 : o));
const offerOf = ({ extensions }: { readonly extensions: readonly Extension[] }): Extension | undefined =>
  extensions.find((e) => e.name === 'revocationSupport');

/** A bench whose first device has agreed on revocation, two seconds ago. */
function agreed(): MpaBench {
  const bench = new MpaBench({ revocation: {} });
  bench.attach(1, normal);
  bench.agree();
  bench.wait(2000);
  return bench;
}

describe('revocation at a mobility proxy agent', () => {
  it('is offered where that is configured, in requests that register', () => {
    const bench = agreed();
    const { extensions } = bench.last.rrq;
    expect(extensions.map((e) => e.name)).deep.equal(['nai', 'greKey', 'revocationSupport', 'mnHa']);
    bench.detach();
    expect(bench.last.rrq.lifetime).equal(0);
    expect(offerOf(bench.last.rrq)).equal(undefined);
    const plain = new MpaBench();
    plain.attach();
    expect(offerOf(plain.last.rrq)).equal(undefined);
  });

  it('is offered under the association of the agents where there is one', () => {
    const bench = new MpaBench({ revocation: {}, faHa: [{ spi: 512, key: 'ffeeddccbbaa99887766554433221100' }] });
    bench.attach(1, normal);
    const names = bench.last.rrq.extensions.map((e) => e.name);
    expect(names).deep.equal(['nai', 'mnHa', 'greKey', 'revocationSupport', 'faHa']);
  });

  it('ends the tunnel, then is acknowledged to where it came from', () => {
    const bench = agreed();
    expect(bench.up(pingFrom(1))).length(1);
    bench.revoke();
    expect(bench.acks).length(1);
    const [{ ack, to } = { ack: undefined, to: '' }] = bench.acks;
    expect(to).equal(`${ha}:4434`);
    expect(ack).include({ homeAddress: home, revocationId: bench.second, inform: false });
    expect(bench.up(pingFrom(1))).length(0);
    expect(bench.down(downGre(echo(gateway, home), 0x1000))).length(0);
    expect(bench.agent.state.devices.size).equal(0);
    expect(bench.agent.deadline()).equal(undefined);
  });

  it('lets the device attach anew', () => {
    const bench = agreed();
    bench.revoke();
    bench.attach(1, normal);
    bench.agree();
    expect(bench.isRegistered()).equal(true);
  });

  const ignored: readonly (readonly [string, (bench: MpaBench) => unknown])[] = [
    ['has a wrong authenticator', (bench) => bench.revoke({}, flipped)],
    ['has no authenticator', (bench) => bench.revoke({ extensions: [] })],
    ['says that a foreign agent sent it', (bench) => bench.revoke({ byHomeAgent: false })],
    ['is older than the registration', (bench) => bench.revoke({ revocationId: bench.second - 3 })],
    ['is as old as the registration', (bench) => bench.revoke({ revocationId: bench.second - 2 })],
    ['names nobody', (bench) => bench.revoke({ homeAddress: '10.99.0.77' })],
    ['is cut short', (bench) => bench.revoke({}, (octets) => octets.slice(0, 15))],
    [
      'comes from another home agent',
      (bench) => bench.hear(new MpaBench().revoke({ revocationId: bench.second }), otherHa),
    ],
  ];
  for (const [what, send] of ignored) {
    it(`is silently discarded when it ${what}`, () => {
      const bench = agreed();
      send(bench);
      expect(bench.acks).deep.equal([]);
      expect(bench.up(pingFrom(1))).length(1);
    });
  }

  it('is silently discarded when it is replayed after another registration', () => {
    const bench = agreed();
    const octets = bench.revoke();
    bench.wait(2000);
    bench.attach(1, normal);
    bench.agree();
    bench.hear(octets);
    expect(bench.acks).length(1);
    expect(bench.isRegistered()).equal(true);
  });

  const unagreed: readonly (readonly [string, (bench: MpaBench) => void])[] = [
    ['the reply had no offer', (bench) => bench.answer()],
    [
      'the offer was not protected',
      (bench) => {
        const nai = bench.last.rrq.extensions.filter((e) => e.name === 'nai');
        const offer: Extension = { name: 'revocationSupport', timestamp: bench.second };
        bench.answer({ list: [...nai, { name: 'greKey', key: 0x1000, a: false }, { name: 'mnHa', spi: 256 }, offer] });
      },
    ],
  ];
  for (const [what, answer] of unagreed) {
    it(`is silently discarded when ${what}`, () => {
      const bench = new MpaBench({ revocation: {} });
      bench.attach(1, normal);
      answer(bench);
      bench.wait(2000);
      bench.revoke();
      expect(bench.acks).deep.equal([]);
      expect(bench.isRegistered()).equal(true);
    });
  }
});
