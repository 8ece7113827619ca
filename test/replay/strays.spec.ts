/** Packets of a binding that has ended, and between other ends than its own. */
import { expect } from 'chai';
import { ha, type Node, node, otherHa, otherMpa, Scene } from './scene.js';

describe('audit of packets beside what was agreed', () => {
  const registered = (mn: Node, lifetime = 600): Scene => new Scene().register(mn, { rrq: { lifetime } }).talk(mn);
  const left = (mn: Node): Scene => registered(mn).register(mn, { key: 0x700, rrq: { lifetime: 0 } });

  it('finds packets of either side some seconds after a deregistration or the lifetime', () => {
    const mn = node(5);
    expect(left(mn).wait(10).down(mn).violated()).to.deep.equal(['ha TN-04']);
    expect(left(mn).wait(10).up(mn).violated()).to.deep.equal(['mpa TN-14']);
    expect(registered(mn, 10).wait(30).down(mn).violated()).to.deep.equal(['ha HA-49']);
    expect(registered(mn, 10).wait(30).up(mn).violated()).to.deep.equal(['mpa TN-14']);
  });

  it('leaves alone what was under way, and what comes much later', () => {
    const mn = node(5);
    expect(left(mn).wait(2).talk(mn).violated()).to.deep.equal([]);
    expect(left(mn).wait(600).down(mn).violated()).to.deep.equal([]);
  });

  it('holds nothing against two that go on: a registration between them was lost', () => {
    const mn = node(5);
    expect(registered(mn, 10).wait(30).talk(mn).violated()).to.deep.equal([]);
    const scene = registered(mn, 20).wait(8);
    scene.ask(mn, { key: 0x700 }); // the reply is lost
    expect(scene.wait(30).down(mn).violated()).to.deep.equal([]);
    const oneWay = new Scene().register(mn, { rrq: { lifetime: 10 } }).down(mn);
    expect(oneWay.wait(30).down(mn).violated()).to.deep.equal([]);
  });

  it('holds nothing against packets of the next binding with the same key', () => {
    const mn = node(5);
    expect(left(mn).wait(10).register(mn).wait(10).talk(mn).violated()).to.deep.equal([]);
  });

  it('finds packets between other ends, but not where both sides use them', () => {
    const mn = node(5);
    expect(registered(mn).down(mn, { homeAgent: otherHa }).violated()).to.deep.equal(['ha TN-02']);
    expect(registered(mn).up(mn, { homeAgent: otherHa }).violated()).to.deep.equal(['mpa TN-08']);
    expect(registered(mn).up(mn, { careOf: otherMpa }).violated()).to.deep.equal(['mpa TN-08']);
    expect(registered(mn).talk(mn, { homeAgent: otherHa }).violated()).to.deep.equal([]);
    expect(registered(mn).talk(mn, { careOf: otherMpa }).violated()).to.deep.equal([]);
    expect(registered(mn).down(mn, { homeAgent: otherHa, key: 0x999 }).violated()).to.deep.equal([]);
  });

  it('finds the key of the other direction in an L2 tunnel', () => {
    const [mn, other] = [node(5, true), node(6, true)];
    const scene = new Scene().register(other, { key: 0x10 }, { key: 0x800 }).talk(other).talk(other);
    scene.register(mn, { key: 0x11 }, { key: 0x801 }).talk(mn).wait(10).down(mn, { key: 0x11, homeAgent: ha });
    expect(scene.violated()).to.deep.equal(['ha TN-03']);
  });

  describe('in L2 tunnels, told by the hardware address', () => {
    const mn = node(5, true);
    const start = (): Scene => new Scene().register(mn).talk(mn);
    /** A frame to the host that is sent once. */
    const payload = new Uint8Array(40).fill(2);
    payload.set([2, 0xaa, 0, 0, 0, 5]);
    const stray = { key: 0x55, payload };

    it('finds a key that nobody agreed on', () => {
      expect(start().down(mn, stray).violated()).to.deep.equal(['ha TN-03']);
      expect(start().wait(10).down(mn, stray).talk(mn).violated()).to.deep.equal(['ha TN-03']);
    });

    it('holds nothing against it where the host may be elsewhere', () => {
      const [other, same] = [node(6, true), { ...node(7, true), mac: mn.mac }];
      // nothing came up from it
      expect(new Scene().register(mn).down(mn).down(mn, stray).violated()).to.deep.equal([]);
      // it moved to a node that registered before the capture began, seen before or after
      expect(start().up(mn, { key: 0x54 }).down(mn, stray).violated()).to.deep.equal([]);
      expect(start().down(mn, stray).up(mn, { key: 0x54 }).violated()).to.deep.equal([]);
      expect(start().down(mn, stray).up(mn, { key: 0x54, careOf: otherMpa }).violated()).to.deep.equal([]);
      // the key is that of another, who is known or not
      const known = start().register(same, {}, { key: 0x55 });
      expect(known.wait(10).down(same).violated()).to.deep.equal([]);
      expect(start().down(mn, stray).down(other, { key: 0x55 }).violated()).to.deep.equal([]);
    });

    it('holds nothing against frames that go to all, are under way, or whose key a lost reply may have changed', () => {
      expect(start().down(mn, stray).down(mn, { payload }).violated()).to.deep.equal([]);
      expect(start().down(mn, { payload }).down(mn, stray).violated()).to.deep.equal([]);
      const rekeyed = start().register(mn, {}, { key: 0x701 }).talk(mn);
      expect(rekeyed.down(mn, { key: 0x700, payload }).violated()).to.deep.equal([]);
      expect(rekeyed.wait(10).down(mn, { key: 0x700, payload }).violated()).to.deep.equal(['ha TN-03']);
      const lost = start();
      lost.ask(mn); // the reply is lost
      expect(lost.down(mn, stray).violated()).to.deep.equal([]);
    });
  });
});
