/** Whether Identifications are timestamps or nonces is a matter of each mobile node, not of its home agent. */
import { expect } from 'chai';
import type { RrpInput, RrqInput } from '../../src/wire/mobileip.js';
import { type Node, node, Scene } from './scene.js';

/** A node whose home agent gives it a nonce in each reply. */
class Numbered {
  readonly mn: Node;
  #nonce = 0x1111_0000n;
  #count = 0n;

  constructor(mn: Node) {
    this.mn = mn;
  }

  register(scene: Scene, given: (asked: bigint) => bigint = (asked) => asked * 0x9e37n): void {
    const identification = (this.#nonce << 32n) | (0xabc0_0000n + this.#count++ * 7919n);
    const rrq: RrqInput = { identification };
    const asked = scene.ask(this.mn, { rrq, key: this.mn.forwardKey });
    this.#nonce = BigInt.asUintN(32, given(this.#nonce));
    const rrp: RrpInput = { identification: (this.#nonce << 32n) | (identification & 0xffff_ffffn) };
    scene.answer(asked, { rrp }).talk(this.mn);
  }
}

describe('audit of replay protection', () => {
  it('lets one node have nonces and another one timestamps', () => {
    const [timed, numbered] = [node(5), new Numbered(node(6))];
    const scene = new Scene();
    for (let i = 0; i < 4; i++) {
      numbered.register(scene);
      scene.register(timed, { key: timed.forwardKey }).talk(timed);
    }
    expect(scene.violated()).to.deep.equal([]);
    scene.register(timed, { key: 0x700 }, { rrp: { identification: 5n } });
    expect(scene.violated()).to.deep.equal(['ha HA-14']);
  });

  it('takes what tells no time for a nonce, though it was seen once only', () => {
    const scene = new Scene();
    new Numbered(node(5)).register(scene);
    expect(scene.violated()).to.deep.equal([]);
  });

  it('lets a node with timestamps join others that have nonces', () => {
    const [timed, numbered] = [node(5), new Numbered(node(6))];
    const scene = new Scene();
    for (let i = 0; i < 4; i++) numbered.register(scene);
    const far = Array.from({ length: 5000 }, () => 0);
    for (const _ of far) scene.talk(numbered.mn);
    scene.register(timed).register(timed, { key: 0x700 });
    expect(scene.violated({})).to.deep.equal([]);
  });

  it('blames a nonce given twice on the home agent alone', () => {
    const numbered = new Numbered(node(5));
    const scene = new Scene();
    for (let i = 0; i < 3; i++) numbered.register(scene);
    numbered.register(scene, (asked) => asked);
    expect(scene.violated()).to.deep.equal(['ha HA-18']);
  });

  it('judges timestamps of clocks that are wrong together', () => {
    const mn = node(5);
    const away = (identification: bigint): RrqInput => ({ identification });
    const scene = new Scene().register(mn, { rrq: away(1000n << 32n) });
    scene.register(mn, { key: 0x700, rrq: away(1010n << 32n) }, { rrp: { identification: 7n << 32n } });
    expect(scene.violated()).to.deep.equal(['ha HA-14']);
    scene.ask(mn, { key: 0x700, rrq: away(900n << 32n) });
    expect(scene.violated()).to.deep.equal(['ha HA-14', 'mpa MN-05']);
  });

  it('goes by what the user says', () => {
    const scene = new Scene();
    new Numbered(node(5)).register(scene);
    expect(scene.violated({ replay: 'timestamps' })).to.deep.equal(['ha HA-14']);
  });
});
