/** Revocations in captures: what is certain of them, and what a lost or doubled packet explains. RFC 3543. */
import { expect } from 'chai';
import { ha, mpa, type Node, node, otherHa, otherMpa } from './scene.js';
import { badlySigned, RevocationScene } from './revocation-scene.js';

const mn = (): Node => node(5);
const agreed = (who: Node): RevocationScene => new RevocationScene().agree(who).talk(who).wait(10);
const revoked = (who: Node): RevocationScene => agreed(who).revoke(who);
/** The same octets again are in another packet. */
const again = (scene: RevocationScene, who: Node, seconds: number, id = scene.id): RevocationScene =>
  scene.wait(seconds).revoke(who, { revocationId: id });

describe('audit of revocations', () => {
  it('finds nothing wrong with those of either side, whoever is told', () => {
    const who = mn();
    expect(revoked(who).acknowledge(who).violated()).to.deep.equal([]);
    const told = agreed(who).revoke(who, {}, { by: 'mpa' }).acknowledge(who, {}, { by: 'ha' });
    expect(told.violated()).to.deep.equal([]);
    const held = told.audit().tallies.all();
    expect([...held].filter(({ requirement: r }) => r.startsWith('RV')).map((t) => `${t.role} ${t.requirement}`))
      .to //
      .include.members(['ha RV-08', 'ha RV-10']);
  });

  it('finds wrong bits of a home agent, but not an I that both have offered', () => {
    const who = mn();
    expect(agreed(who).revoke(who, { byHomeAgent: false }).violated()).to.deep.equal(['ha RV-03']);
    expect(agreed(who).revoke(who, { inform: true }).violated()).to.deep.equal(['ha RV-03']);
    const informs = (asked: boolean, given: boolean): string[] =>
      new RevocationScene().agree(who, { asked, given }).wait(10).revoke(who, { inform: true }).violated();
    expect(informs(true, true)).to.deep.equal([]);
    expect(informs(true, false)).to.deep.equal(['ha RV-03']);
  });

  it('finds a port that nobody listens at', () => {
    const who = mn();
    const at = (port: number): string[] =>
      agreed(who)
        .revoke(who, {}, { to: { address: mpa, port } })
        .violated();
    expect(at(777)).to.deep.equal(['ha RV-03']);
    expect(at(40_000)).to.deep.equal([]); // that of the request
  });

  it('finds a wrong authenticator where the key is known to be theirs', () => {
    const who = mn();
    const bad = agreed(who).revoke(who, { extensions: [badlySigned] });
    expect(bad.violated()).to.deep.equal(['ha RV-03']);
    expect(bad.violated({})).to.deep.equal([]);
    const strange = { ...badlySigned, spi: 300 };
    expect(
      agreed(who)
        .revoke(who, { extensions: [strange] })
        .violated(),
    ).to.deep.equal([]);
    const ack = { extensions: [badlySigned] };
    expect(revoked(who).acknowledge(who, ack).violated()).to.deep.equal(['mpa RV-05']);
    const told = agreed(who).revoke(who, {}, { by: 'mpa' }).acknowledge(who, ack, { by: 'ha' });
    expect(told.violated()).to.deep.equal(['ha RV-08']);
  });

  it('says nothing of a registration with which revocation was not seen to be agreed', () => {
    const who = mn();
    const wrong = { byHomeAgent: false, inform: true, extensions: [badlySigned] };
    expect(new RevocationScene().register(who).wait(10).revoke(who, wrong).violated()).to.deep.equal([]);
    const later = agreed(who).register(who, { key: 0x700 }).wait(10);
    expect(later.revoke(who, wrong).violated()).to.deep.equal([]);
    const other = { ...node(6), home: who.home };
    const shared = new RevocationScene().agree(other).agree(who, {}, {}, { key: 0x701 }).wait(10);
    expect(shared.revoke(who, wrong).violated()).to.deep.equal([]);
  });
});

describe('audit of repeated revocations', () => {
  it('finds two of a binding within a second, and an identifier that stays', () => {
    const who = mn();
    expect(again(revoked(who), who, 0.2).violated()).to.deep.equal(['ha RV-09']);
    const next = revoked(who);
    expect(again(next, who, 0.2, next.id + 1).violated()).to.deep.equal(['ha RV-09']);
    expect(again(revoked(who), who, 2).violated()).to.deep.equal(['ha RV-04']);
    const told = agreed(who).revoke(who, {}, { by: 'mpa' }).wait(0.2);
    expect(told.revoke(who, {}, { by: 'mpa' }).violated()).to.deep.equal(['mpa RV-09']);
  });

  it('finds nothing wrong with repetitions that the network brings nearer to each other', () => {
    const who = mn();
    const scene = revoked(who);
    for (const seconds of [1, 2, 4]) scene.wait(seconds).revoke(who);
    expect(again(scene, who, 0.6, scene.id + 1).violated()).to.deep.equal([]);
    const held = revoked(who); // the first was held back, and is two seconds old
    expect(again(held, who, 0.1, held.id + 2).violated()).to.deep.equal([]);
  });

  it('takes copies for copies, and does not trust a capture without times', () => {
    const who = mn();
    expect(revoked(who).copy(800).violated()).to.deep.equal([]);
    const same = agreed(who).revoke(who, {}, { ipId: 0 }).wait(0.3).revoke(who, {}, { ipId: 0 });
    expect(same.violated()).to.deep.equal([]);
    const still = new RevocationScene().agree(who).talk(who);
    still.revoke(who, { revocationId: still.seconds + 10 });
    expect(again(still, who, 0, still.id + 1).violated()).to.deep.equal([]);
  });

  it('does not take two bindings for one', () => {
    const who = mn();
    const back = revoked(who).agree(who);
    back.wait(-1.2).revoke(who);
    expect(back.violated().filter((v) => v.includes('RV'))).to.deep.equal([]);
    const two = revoked(who).wait(0.1).revoke(who, { foreignDomain: otherMpa });
    expect(two.violated()).to.deep.equal([]);
  });
});

describe('audit of acknowledgments', () => {
  it('finds I that the revocation had not, no authenticator, and another home agent as its place', () => {
    const who = mn();
    expect(revoked(who).acknowledge(who, { inform: true }).violated()).to.deep.equal(['mpa RV-10']);
    expect(revoked(who).acknowledge(who, { extensions: [] }).violated({})).to.deep.equal(['mpa RV-05']);
    const bare = agreed(who).revoke(who, { extensions: [] });
    expect(bare.acknowledge(who, { extensions: [] }).violated()).to.deep.equal([]);
    const told = agreed(who).revoke(who, {}, { by: 'mpa' });
    expect(told.acknowledge(who, { inform: true }, { by: 'ha' }).violated()).to.deep.equal(['ha RV-10']);
    // the other address is known to be of the same home agent, for it has answered from there
    const two = agreed(who).register(node(6), {}, { from: otherHa, key: 0x710 });
    const elsewhere = { to: { address: otherHa, port: 434 } };
    const found = two.revoke(who).acknowledge(who, {}, elsewhere).violated();
    expect(found.filter((v) => v.startsWith('mpa'))).to.deep.equal(['mpa RV-05']);
  });

  it('finds an identifier later than any that can have been sent, and no other', () => {
    const who = mn();
    const off = (seconds: number): string[] => {
      const scene = revoked(who);
      return scene.acknowledge(who, { revocationId: scene.id + seconds }).violated();
    };
    expect(off(5)).to.deep.equal(['mpa RV-05']);
    expect(off(2)).to.deep.equal([]);
    expect(off(-5)).to.deep.equal([]); // of a revocation that was lost
    const lost = revoked(who).wait(6);
    expect(lost.acknowledge(who, { revocationId: lost.seconds }).violated()).to.deep.equal([]);
  });

  it('finds one for a home address of nobody, unless a lost revocation explains it', () => {
    const [who, stranger] = [mn(), node(8)];
    const twice = (scene: RevocationScene): RevocationScene =>
      scene.revoke(who).acknowledge(stranger).wait(2).revoke(who).acknowledge(stranger);
    expect(twice(agreed(who)).violated()).to.deep.equal(['mpa RV-05']);
    const once = revoked(who).acknowledge(stranger);
    expect(once.violated()).to.deep.equal([]);
    expect(once.audit().notes.join()).to.contain('1 acknowledgments fit no revocation of the capture');
    expect(twice(agreed(who)).acknowledge(who).violated()).to.deep.equal([]);
    expect(twice(agreed(who)).revoke(stranger).violated()).to.deep.equal([]); // which came late
    expect(twice(agreed(who).revoke(node(7))).violated()).to.deep.equal([]); // and so may a third have been
    const known = agreed(who).register(stranger, {}, { key: 0x710 }).wait(5);
    expect(twice(known).violated()).to.deep.equal([]);
    const lossy = twice(agreed(who));
    lossy.ask(node(6)); // nothing answers
    expect(lossy.violated()).to.deep.equal([]);
  });
});

describe('audit of what follows a revocation', () => {
  const over = (who: Node): RevocationScene => revoked(who).acknowledge(who);

  it('finds packets of either side some seconds after it was acknowledged', () => {
    const who = mn();
    expect(over(who).wait(10).down(who).violated()).to.deep.equal(['ha TN-04']);
    expect(over(who).wait(10).up(who).violated()).to.deep.equal(['mpa TN-14']);
    const told = agreed(who).revoke(who, {}, { by: 'mpa' }).acknowledge(who, {}, { by: 'ha' });
    expect(told.wait(10).down(who).violated()).to.deep.equal(['ha TN-04']);
  });

  it('leaves alone what was under way, and what follows no acknowledgment', () => {
    const who = mn();
    expect(over(who).wait(2).talk(who).violated()).to.deep.equal([]);
    expect(revoked(who).wait(10).up(who).violated()).to.deep.equal([]);
  });

  it('leaves alone what follows a revocation that was to be ignored', () => {
    const who = mn();
    const early = agreed(who).revoke(who, { revocationId: 7 }).acknowledge(who);
    expect(early.wait(10).up(who).violated()).to.deep.equal([]);
    const bad = agreed(who)
      .revoke(who, { extensions: [badlySigned] })
      .acknowledge(who)
      .wait(10)
      .up(who);
    expect(bad.violated()).to.deep.equal(['ha RV-03']);
  });

  it('leaves alone the binding that comes after, and one whose registration was lost', () => {
    const who = mn();
    expect(over(who).agree(who).wait(10).talk(who).violated()).to.deep.equal([]);
    expect(over(who).wait(10).talk(who).violated()).to.deep.equal([]);
    const crossed = revoked(who).agree(who).acknowledge(who);
    expect(crossed.wait(10).up(who).violated()).to.deep.equal([]);
  });

  it('still judges the binding of a handover when the one before is revoked', () => {
    const who = mn();
    const moved = (): RevocationScene =>
      agreed(who)
        .register(who, { from: otherMpa }, { key: 0x701 })
        .revoke(who, {}, { to: { address: mpa, port: 434 } })
        .acknowledge(who);
    const there = { careOf: otherMpa };
    expect(moved().talk(who, there).violated()).to.deep.equal([]);
    expect(
      moved()
        .down(who, { ...there, key: 0x799 })
        .violated(),
    ).to.deep.equal(['ha TN-03']);
  });

  it('holds no packet under way to the old binding against its home agent when the address is given anew', () => {
    const who = mn();
    const next = { ...node(6), home: who.home };
    const scene = revoked(who).register(next, { from: otherMpa }, { key: 0x702 });
    expect(scene.down(who, { careOf: mpa, homeAgent: ha }).violated()).to.deep.equal([]);
  });
});
