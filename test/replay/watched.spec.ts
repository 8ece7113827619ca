/** What only those can judge who watch both sides: what was accepted, and what came too soon. */
import { expect } from 'chai';
import type { Extension } from '../../src/wire/extensions.js';
import { ipProtocols, ipv4 } from '../../src/wire/ipv4.js';
import { encode } from '../../src/wire/layout.js';
import { ntpTimestamp, type RrpInput } from '../../src/wire/mobileip.js';
import { type Answer, ha, mnHa, mpa, nai, node, otherHa, otherMpa, Scene } from './scene.js';

describe('audit of what was accepted', () => {
  const start = (): Scene => {
    const other = node(4);
    return new Scene().register(other).talk(other);
  };

  it('finds a request without authentication accepted, and one with an unknown extension', () => {
    const mn = node(5);
    const plain = [nai(mn), { name: 'greKey', key: 0, a: false } as const];
    expect(start().register(mn, { extensions: plain }).violated()).to.deep.equal(['ha HA-03', 'mpa LG-03']);
    const strange = { name: 'raw', type: 120, data: new Uint8Array(4) } as const;
    const extensions = [...plain, strange, { name: 'mnHa', spi: 256 } as const];
    expect(start().register(mn, { extensions }).violated()).to.deep.equal(['ha HA-28']);
    expect(start().register(mn, { extensions }, { code: 134 }).violated()).to.deep.equal([]);
  });

  it('counts MN-HA in an accepting reply without the key', () => {
    const mn = node(5);
    const own = [nai(mn), { name: 'greKey', key: 7, a: false } as const];
    expect(start().register(mn, {}, { extensions: own }).violated({})).to.deep.equal(['ha HA-10']);
    expect(
      start()
        .register(mn, {}, { code: 131, extensions: [nai(mn)] })
        .violated({}),
    ).to.deep.equal([]);
  });

  it('finds the time of a far-off request sent back as that of the HA', () => {
    const denied = (away: number, answered: number): string[] => {
      const scene = start().wait(1);
      const identification = ntpTimestamp(scene.now + away * 1000);
      const asked = scene.ask(node(5), { rrq: { identification } });
      const given = (ntpTimestamp(scene.now + answered * 1000) & ~0xffffffffn) | (identification & 0xffffffffn);
      return scene.answer(asked, { code: 133, rrp: { identification: given } }).violated();
    };
    expect(denied(-500, -501.5)).to.deep.equal(['ha HA-15']);
    expect(denied(-500, 0)).to.deep.equal([]);
    expect(denied(-5, -6.5)).to.deep.equal([]);
  });

  it('finds another home address after a handover, but not after a deregistration that may have been accepted', () => {
    const mn = node(5);
    const moved = (scene: Scene): string[] => {
      mn.home = '10.99.0.77';
      return scene.register(mn, { from: otherMpa, rrq: { homeAddress: '0.0.0.0' } }, { key: 0x701 }).violated();
    };
    const registered = (): Scene => start().register(Object.assign(mn, { home: '10.99.0.5' }));
    expect(moved(registered())).to.deep.equal(['ha LG-10']);
    const scene = registered();
    scene.ask(mn, { key: 0x700, rrq: { lifetime: 0 } });
    expect(moved(scene)).to.deep.equal([]);
  });

  it('finds two requests of one MN within half a second, by both clocks', () => {
    const mn = node(5);
    const scene = start();
    scene.ask(mn);
    expect(scene.wait(-1.2) && scene.ask(mn) && scene.violated()).to.deep.equal(['mpa MN-01']);
    const still = start();
    still.ask(mn);
    const identification = ntpTimestamp(still.now + 1500);
    still.wait(-1.4).ask(mn, { rrq: { identification } }); // a capture without times
    expect(still.violated()).to.deep.equal([]);
  });

  it('finds a request that its key does not verify, and a reserved SPI', () => {
    const mn = node(5);
    const authenticator = new Uint8Array(16);
    const extensions = [
      nai(mn),
      { name: 'greKey', key: 0, a: false } as const,
      { name: 'mnHa', spi: 256, authenticator } as const,
    ];
    const denied = { code: 131 } as const;
    expect(start().register(mn, { extensions }, denied).violated()).to.deep.equal(['mpa LG-03']);
    // one that has authenticated itself before may be played by somebody else
    expect(start().register(mn).register(mn, { extensions }, denied).violated()).to.deep.equal([]);
    const reserved = [nai(mn), { name: 'mnHa', spi: 7, authenticator } as const];
    expect(
      start()
        .register(mn, { extensions: reserved, rrq: { gre: false } }, denied)
        .violated({ mnHa }),
    ).to.deep.equal(['mpa LG-03']);
  });

  it('knows a reply from another port than was asked, by its Identification alone', () => {
    const mn = node(5);
    const from = (fromPort: number, change: { readonly identification?: bigint } = {}): string[] => {
      const scene = start();
      return scene.answer(scene.ask(mn), { fromPort, rrp: change }).violated();
    };
    expect(from(434)).to.deep.equal([]);
    expect(from(435)).to.deep.equal(['ha HA-42']);
    expect(from(435, { identification: 7n })).to.deep.equal([]);
    expect(start().register(mn, {}, { from: otherHa, fromPort: 435 }).violated()).to.deep.equal([]);
  });

  it('finds a second reply that prolongs what the first granted', () => {
    const mn = node(5);
    const again = (seconds: number, rrp: RrpInput = {}, answer: Answer = {}): string[] => {
      const scene = start();
      const asked = scene.ask(mn);
      return scene
        .answer(asked, answer)
        .wait(seconds)
        .answer(asked, { ...answer, rrp: { ...answer.rrp, ...rrp } })
        .violated();
    };
    expect(again(10)).to.deep.equal(['ha HA-50']);
    expect(again(3)).to.deep.equal([]); // the network may have doubled the request
    expect(again(10, { lifetime: 590 })).to.deep.equal([]);
    expect(again(10, { code: 133 })).to.deep.equal([]);
    const forEver = { lifetime: 0xffff };
    expect(again(10, forEver, { rrp: forEver }).filter((v) => v !== 'ha HA-48')).to.deep.equal([]);
  });

  it('does not take for a second reply what may be a copy, or the reply to a lost request', () => {
    const mn = node(5);
    const scene = start().register(mn).copy(10_000);
    expect(scene.violated()).to.deep.equal([]);
    const zero = (bytes: Uint8Array) => bytes.fill(0, 4, 6);
    const unnumbered = start();
    const asked = unnumbered.ask(mn);
    unnumbered.answer(asked).bend(zero).wait(10).answer(asked).bend(zero);
    expect(unnumbered.violated()).to.deep.equal([]);
    const other = start();
    const { rrq, port } = other.ask(mn);
    other
      .answer({ node: mn, ask: {}, rrq, port })
      .wait(10)
      .answer({ node: node(6), ask: {}, rrq, port });
    expect(other.violated()).to.not.include('ha HA-50');
  });

  it('takes a request accepted for ever again for one that has all time left (A-14)', () => {
    const mn = node(5);
    const scene = start();
    const asked = scene.ask(mn, { rrq: { lifetime: 0xffff } });
    const { rrq } = asked;
    scene.answer(asked).wait(10);
    expect(scene.answer(scene.ask(mn, { rrq })).violated()).to.not.include('ha HA-52');
  });

  it('asks for extension 47 in a reply that FA-HA alone authenticates, as in its request', () => {
    const mn = node(5);
    const named = { name: 'pmipNonSkippable', subType: 1, method: 1 } as const;
    const faHa = { name: 'faHa', spi: 512, authenticator: new Uint8Array(16) } as const;
    const key = (value: number): Extension => ({ name: 'greKey', key: value, a: false });
    const by = (asked: Extension[], given: Extension[]): string[] =>
      start()
        .register(mn, { extensions: [nai(mn), key(0), ...asked] }, { extensions: [nai(mn), key(0x700), ...given] })
        .violated();
    expect(by([named, faHa], [faHa])).to.deep.equal(['ha LG-24']);
    expect(by([named, faHa], [named, faHa])).to.deep.equal([]);
    expect(by([faHa], [faHa])).to.deep.equal([]);
    const own = { name: 'mnHa', spi: 256 } as const;
    expect(by([named, faHa], [own, faHa])).to.deep.equal(['ha LG-24']);
    expect(by([named, own, faHa], [own, faHa])).to.deep.equal([]);
  });

  it('warns of an HA that does not take the extension for the G bit, and fails one that leaves agreed GRE', () => {
    const mn = node(5);
    const inIp = (gre: boolean): string[] => {
      const scene = start().register(mn, { rrq: { gre } }).wait(6);
      const inner = encode(ipv4, {
        source: '10.50.0.9',
        destination: mn.home,
        protocol: 17,
        payload: new Uint8Array(8),
      });
      const outer = { source: ha, destination: mpa, protocol: ipProtocols.ipInIp, payload: inner };
      return scene.packet(encode(ipv4, outer)).violated();
    };
    expect(inIp(false)).to.deep.equal(['ha YG-14', 'mpa YG-18']);
    expect(inIp(true)).to.deep.equal(['ha TN-03']);
  });
});
