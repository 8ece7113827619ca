/** What a capture looks like of devices that do nothing wrong, in a network that loses, doubles and damages packets. */
import { expect } from 'chai';
import { encode } from '../../src/wire/layout.js';
import { ipv4 } from '../../src/wire/ipv4.js';
import type { RrqInput } from '../../src/wire/mobileip.js';
import { type Node, node, otherMpa, Scene } from './scene.js';

describe('audit of a lossy network', () => {
  it('does not blame the keys of a binding that a lost reply may have changed', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn);
    scene.ask(mn, { key: 0 }); // the reply is lost
    scene.down(mn, { key: 0x701 }).up(mn, { key: 0x701 });
    scene.register(mn, {}, { key: 0x702 }).talk(mn);
    expect(scene.violated()).to.deep.equal([]);
  });

  it('blames them again once a reply has made them certain, and where only a lost renewal is between', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn);
    scene.ask(mn, { key: 0 });
    scene.register(mn, {}, { key: 0x702 }).wait(10).down(mn, { key: 0x700 });
    expect(scene.violated()).to.deep.equal(['ha TN-03']);
    const other = node(6);
    const renewed = new Scene().register(other).talk(other);
    renewed.ask(other, { key: 0x700 });
    expect(renewed.down(other, { key: 0x701 }).violated()).to.deep.equal(['ha TN-03']);
  });

  it('does not blame a denied rekey: the binding stands as it was', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn).register(mn, {}, { code: 130 });
    expect(scene.talk(mn).violated()).to.deep.equal([]);
    expect(scene.down(mn, { key: 0x709 }).violated()).to.deep.equal(['ha TN-03']);
  });

  it('does not blame an L2 key given again after a lost deregistration', () => {
    const [mn, next] = [node(5, true), node(6, true)];
    const scene = new Scene().register(mn).talk(mn);
    scene.ask(mn, { key: 0x700, rrq: { lifetime: 0 } });
    expect(scene.register(next).talk(next).violated()).to.deep.equal([]);
    expect(new Scene().register(mn).register(next).violated()).to.deep.equal(['ha TS-12']);
  });

  it('does not blame a packet that went where a lost handover moved it', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn).register(node(6), { from: otherMpa }, { key: 0x800 });
    scene.ask(mn, { from: otherMpa });
    expect(scene.down(mn, { careOf: otherMpa, key: 0x701 }).violated()).to.deep.equal([]);
  });

  it('leaves out what was damaged on its way, and says so', () => {
    const mn = node(5);
    const flip = (at: number) => (bytes: Uint8Array) => bytes.with(at, (bytes[at] ?? 0) ^ 4);
    const scene = new Scene().register(mn).talk(mn).register(mn, { key: 0x700 });
    scene.ask(mn, { key: 0x700 });
    scene.bend(flip(29)); // the bit r
    scene.register(mn, { key: 0x700 }).bend(flip(29)); // the code of the reply
    scene.register(mn, { key: 0x700 });
    expect(scene.violated()).to.deep.equal([]);
    expect(scene.audit().notes.join()).to.contain('2 datagrams have a wrong UDP checksum and are left out');
  });

  it('judges a sender all of whose checksums look wrong: the hardware computes them', () => {
    const mn = node(5);
    const spoil = (bytes: Uint8Array) => bytes.with(26, (bytes[26] ?? 0) ^ 0x55);
    const scene = new Scene();
    const asked = scene.ask(mn, { rrq: { reservedR: true } });
    expect(scene.bend(spoil).answer(asked).violated()).to.deep.equal(['mpa MN-25']);
  });

  it('takes the same packet seen twice within a second for one', () => {
    const mn = node(5);
    const scene = new Scene();
    const asked = scene.ask(mn);
    scene.answer(scene.copy(500) && asked);
    expect(scene.violated()).to.deep.equal([]);
    expect(scene.audit().notes.join()).to.contain('1 messages are in the capture twice');
  });

  it('does not hold the same octets against an agent where nothing tells a copy, but does where something does', () => {
    const mn = node(5);
    const twice = (ipId: number | undefined): string[] => {
      const scene = new Scene();
      const { rrq } = scene.ask(mn, { ipId: ipId ?? 7 });
      return scene.wait(0.5).ask(mn, { rrq, ipId: ipId ?? 8 }) && scene.violated().filter((v) => /MN-0[57]/.test(v));
    };
    expect(twice(0)).to.deep.equal([]);
    expect(twice(undefined)).to.deep.equal(['mpa MN-05', 'mpa MN-07']);
  });

  it('takes a duplicate accepted for the time that is left, not for more (A-14)', () => {
    const mn = node(5);
    const again = (seconds: number, lifetime: number, knobs = {}): string[] => {
      const scene = new Scene();
      const asked = scene.ask(mn);
      scene.answer(asked).wait(seconds);
      const { rrq } = asked;
      scene.answer(scene.ask(mn, { rrq }), { rrp: { lifetime } });
      return scene.violated({ knobs }).filter((v) => v.startsWith('ha'));
    };
    expect(again(10, 588)).to.deep.equal([]);
    expect(again(10, 600)).to.deep.equal(['ha HA-52']);
    expect(again(10, 588, { duplicate: '133' })).to.deep.equal(['ha HA-13']);
  });

  it('asks for the key in packets of the session, not in others between the same hosts', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn);
    const own = { source: '192.0.2.1', destination: '198.51.100.7', protocol: 17, payload: new Uint8Array(8) };
    expect(scene.down(mn, { key: undefined, payload: encode(ipv4, own) }).violated()).to.deep.equal([]);
    expect(scene.down(mn, { key: undefined, protocol: 0x6558 }).violated()).to.deep.equal([]);
    expect(scene.down(mn, { key: undefined }).violated()).to.deep.equal(['ha TN-03', 'ha YG-23']);
    const bridged = node(6, true);
    const l2 = new Scene().register(bridged).talk(bridged).down(bridged, { key: undefined });
    expect(l2.violated()).to.deep.equal(['ha YG-23']);
  });

  it('asks for the type of IPv4 in IPv4 alone', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn);
    const ipv6 = new Uint8Array(40).fill(0x60, 0, 1);
    expect(scene.talk(mn, { protocol: 0x86dd, payload: ipv6 }).violated()).to.deep.equal([]);
    expect(scene.talk(mn, { protocol: 0x86dd }).violated()).to.deep.equal(['ha GR-08', 'mpa GR-08']);
  });

  it('reads a packet to the end that hardware is to cut into segments', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).talk(mn).down(mn);
    scene.bend((bytes) => bytes.fill(0, 2, 4));
    expect(scene.violated()).to.deep.equal([]);
  });

  it('leaves packets alone that may be of a binding made before the capture began', () => {
    const old = { key: 0x600, after: 5 };
    const renewed = (way: 'up' | 'down', rrq: RrqInput = {}): Scene => {
      const mn = node(5);
      return new Scene().register(mn, { rrq })[way](mn, old).talk(mn);
    };
    expect([...renewed('up').violated(), ...renewed('down').violated()]).to.deep.equal([]);
    // who has a binding names the home address, and nothing is under way for long
    const first = { homeAddress: '0.0.0.0' };
    expect(renewed('up', first).violated()).to.deep.equal(['mpa TS-23']);
    expect(renewed('down', first).violated()).to.deep.equal(['ha TN-03']);
    const mn = node(5);
    expect(new Scene().register(mn).talk(mn).down(mn, old).violated()).to.deep.equal(['ha TN-03']);
    expect(new Scene().register(mn).wait(6).down(mn, old).violated()).to.deep.equal(['ha TN-03']);
    const again = new Scene().register(mn).talk(mn).wait(10).register(mn, {}, { key: 0x701 });
    expect(again.down(mn, old).violated()).to.deep.equal(['ha TN-03']);
  });

  it('leaves packets alone that may have been sent to where the node was before the capture began', () => {
    const [other, mn] = [node(6), node(5)];
    const start = new Scene().register(other, {}, { key: 0x800 }).talk(other);
    const moved = start.register(mn, { from: otherMpa, rrq: { homeAddress: '0.0.0.0' } });
    expect(moved.down(mn, { key: 0x600, after: 5 }).violated()).to.deep.equal([]);
    expect(moved.wait(6).down(mn, { key: 0x600 }).violated()).to.deep.equal(['ha TN-01']);
  });

  it('believes two devices that use the same strange key that they have agreed on it unseen', () => {
    const strange = { key: 0x999 };
    const scene = (): [Scene, Node] => {
      const mn = node(5);
      return [new Scene().register(mn).talk(mn).wait(10), mn];
    };
    const [both, mn] = scene();
    expect(both.up(mn, strange).down(mn, strange).violated()).to.deep.equal([]);
    const [alone, other] = scene();
    expect(alone.down(other, strange).down(other, strange).up(other).violated()).to.deep.equal(['ha TN-03']);
    const swapped = new Scene().register(mn, { key: 0x50 }, { key: 0x60 }).talk(mn).wait(10);
    expect(swapped.up(mn, { key: 0x60 }).down(mn, { key: 0x50 }).violated()).to.include('mpa TS-05');
  });

  it('accuses nobody of a reply to a request that is missing, or comes late', () => {
    const mn = node(5);
    const scene = new Scene().register(mn).wait(10);
    const first = scene.ask(mn);
    scene.wait(2);
    const lost = new Scene().wait(12.2).ask(mn);
    expect(scene.answer(lost).violated(), 'the second request, and the first reply').to.deep.equal([]);
    const spoilt = new Scene().register(mn).wait(10);
    const { identification = 0n } = first.rrq;
    spoilt.answer(spoilt.ask(mn), { rrp: { identification: identification ^ 1n } });
    expect(spoilt.violated()).to.include('ha HA-14');
  });
});
