/** Each home agent of a capture is what its own packets show, whatever the others are. */
import { expect } from 'chai';
import { node, otherHa, otherMpa, Scene } from './scene.js';

describe('audit of several home agents', () => {
  const mine = { key: 0x10 } as const;
  const other = { to: otherHa, from: otherMpa, key: 0x20 } as const;
  const otherWay = { homeAgent: otherHa, careOf: otherMpa } as const;
  const granted = { key: 0x900 } as const;

  it('lets keys be the sender’s with one and the receiver’s with the other', () => {
    const [mn, far] = [node(5), node(6)];
    const scene = new Scene().register(mn, mine).talk(mn).talk(mn).register(far, other, granted);
    for (let i = 0; i < 2; i++) scene.up(far, { ...otherWay, key: 0x900 }).down(far, { ...otherWay, key: 0x20 });
    expect(scene.violated()).to.deep.equal([]);
    expect(scene.audit().notes.join('\n')).to.contain(`${otherHa}: keys are assigned by the receiver`);
    expect(scene.down(mn, { key: 0x10 }).violated()).to.deep.equal(['ha TN-03']);
  });

  it('lets one have the layout of RFC 6245', () => {
    const [mn, far] = [node(5, true), node(6)];
    const scene = new Scene()
      .register(mn)
      .talk(mn)
      .register(far, { ...other, form: 'rfc6245' }, granted);
    for (let i = 0; i < 2; i++) scene.up(far, { ...otherWay, key: 0x900 }).down(far, { ...otherWay, key: 0x20 });
    expect(scene.violated()).to.deep.equal([]);
  });

  it('learns from the first tunnel packets, however late they come', () => {
    const scene = new Scene();
    const many = Array.from({ length: 5100 }, (_, i) => ({
      ...node(5),
      nai: `${i}@x`,
      home: `10.98.${i >> 8}.${i & 255}`,
    }));
    many.forEach((mn, i) => scene.register(mn, { key: 0x10_000 + i }, { key: 0x20_000 + i }));
    const turned = many.slice(-4).map((mn) => ({ ...mn, reverseKey: mn.forwardKey, forwardKey: mn.reverseKey }));
    for (const mn of turned) scene.talk(mn);
    expect(scene.violated({})).to.deep.equal([]);
    const [first] = turned;
    if (first) scene.wait(6).down(first, { key: first.reverseKey });
    expect(scene.violated({})).to.deep.equal(['ha TN-03']);
  });
});
