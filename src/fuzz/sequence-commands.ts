/** The steps that sequences are made of. Each knows when it makes sense, and what must hold after it. */
import fc from 'fast-check';
import { wrongAuthenticator } from '../tester/bend.js';
import type { Session } from '../tester/session.js';
import { Forbidden, type SequenceModel, type SequenceReal } from './sequence-model.js';

type Command = fc.AsyncCommand<SequenceModel, SequenceReal>;

const accepted = (code: number | undefined): boolean => code === 0 || code === 1;

/** Initial registration, or a renewal: with the agreed key, another one or 0, in the same mode or the other one. */
class Register implements Command {
  readonly #at: number;
  readonly #key: 'own' | 'zero' | 'agreed' | 'other';
  readonly #a: boolean;
  readonly #lifetime: number;

  constructor(at: number, key: 'own' | 'zero' | 'agreed' | 'other', a: boolean, lifetime: number) {
    this.#at = at;
    this.#key = key;
    this.#a = a;
    this.#lifetime = lifetime;
  }

  check(): boolean {
    return true;
  }

  async run(model: SequenceModel, real: SequenceReal): Promise<void> {
    const mn = real.node(this.#at);
    if (this.#key === 'other') mn.ownKey = (mn.ownKey ^ 0x5a5a5a5a) >>> 0 || 1;
    const agreed = mn.binding?.reverseKey;
    const key = this.#key === 'zero' ? 0 : this.#key === 'agreed' && agreed !== undefined ? agreed : 'own';
    const a = this.#key === 'agreed' && mn.binding ? mn.binding.l2 : this.#a;
    const code = await real.request(this.#at, { key, a, lifetime: this.#lifetime });
    const node = model.nodes[this.#at % model.nodes.length];
    if (node && accepted(code)) node.registered = true;
  }

  toString(): string {
    return `register ${this.#at} key ${this.#key}${this.#a ? ' A' : ''} for ${this.#lifetime} s`;
  }
}

/** Registers from another care-of address. */
class Move implements Command {
  readonly #at: number;
  readonly #session: Session;

  constructor(at: number, session: Session) {
    this.#at = at;
    this.#session = session;
  }

  check(model: Readonly<SequenceModel>): boolean {
    const node = model.nodes[this.#at % model.nodes.length];
    return node?.registered === true && this.#session.config.local.length > 1;
  }

  async run(_: SequenceModel, real: SequenceReal): Promise<void> {
    const mn = real.node(this.#at);
    const { stations } = this.#session;
    const [first, second] = [stations.at(0), stations.at(1)];
    mn.station = mn.station === first ? second : first;
    await real.request(this.#at, { key: 'own', a: mn.binding?.l2 ?? false });
  }

  toString(): string {
    return `move ${this.#at}`;
  }
}

class Deregister implements Command {
  readonly #at: number;

  constructor(at: number) {
    this.#at = at;
  }

  check(model: Readonly<SequenceModel>): boolean {
    return model.nodes[this.#at % model.nodes.length]?.registered === true;
  }

  async run(model: SequenceModel, real: SequenceReal): Promise<void> {
    const { binding } = real.node(this.#at);
    const mode = binding?.reverseKey === undefined ? {} : { key: binding.reverseKey, a: binding.l2 };
    const code = await real.request(this.#at, { ...mode, lifetime: 0 });
    const node = model.nodes[this.#at % model.nodes.length];
    if (node && accepted(code)) node.registered = false;
  }

  toString(): string {
    return `deregister ${this.#at}`;
  }
}

/** A request that must be refused, and must leave the binding as it is (HA-05). */
class Forge implements Command {
  readonly #at: number;
  readonly #session: Session;

  constructor(at: number, session: Session) {
    this.#at = at;
    this.#session = session;
  }

  check(): boolean {
    return true;
  }

  async run(_: SequenceModel, real: SequenceReal): Promise<void> {
    const passed = await real.echoes(this.#at, 'right');
    const options = { key: 'own', lifetime: 0 } as const;
    // a forged deregistration: it would be seen at once
    const pending = real.request(this.#at, options, wrongAuthenticator(this.#session));
    const code = await Promise.race([pending, later(this.#session)]);
    if (accepted(code)) {
      const expected = 'a denial or silence, for its MN-HA authenticator is wrong';
      throw new Forbidden({ requirement: 'HA-05', expected, actual: `code ${code ?? ''}` });
    }
    if (passed === true && (await real.echoes(this.#at, 'right')) === false) {
      const expected = 'the tunnel as it was after a request that must be refused';
      throw new Forbidden({ requirement: 'HA-05', expected, actual: 'no answer through it' });
    }
  }

  toString(): string {
    return `forge ${this.#at}`;
  }
}

/** A little later than an answer takes: silence is lawful here. */
async function later(session: Session): Promise<undefined> {
  await new Promise<void>((resolve) => void session.clock.setTimer(session.patience, resolve));
  return undefined;
}

/** A packet in the tunnel: it passes with the right key (TN-05), and with no other (TN-06). */
class Frame implements Command {
  readonly #at: number;
  readonly #key: 'right' | 'wrong';

  constructor(at: number, key: 'right' | 'wrong') {
    this.#at = at;
    this.#key = key;
  }

  check(): boolean {
    return true;
  }

  async run(_: SequenceModel, real: SequenceReal): Promise<void> {
    const passed = await real.echoes(this.#at, this.#key);
    if (this.#key === 'wrong' && passed === true) {
      const expected = 'the packet dropped, for its key is wrong';
      throw new Forbidden({ requirement: 'TN-06', expected, actual: 'an answer to what was in it' });
    }
  }

  toString(): string {
    return `frame ${this.#at} ${this.#key} key`;
  }
}

/** MNs of a sequence; more only dilute what happens between two of them. */
export const nodesInSequence = 3;

export function sequences(session: Session): fc.Arbitrary<Iterable<Command>> {
  const at = fc.nat({ max: nodesInSequence - 1 });
  const key = fc.constantFrom('zero' as const, 'own' as const, 'agreed' as const, 'other' as const);
  const a = session.config.pics.l2 ? fc.boolean() : fc.constant(false);
  const lifetime = fc.constantFrom(600, 60, 1800);
  const register = fc.tuple(at, key, a, lifetime).map((args): Command => new Register(...args));
  return fc.commands(
    [
      register,
      register,
      at.map((n): Command => new Move(n, session)),
      at.map((n): Command => new Deregister(n)),
      at.map((n): Command => new Forge(n, session)),
      fc.tuple(at, fc.constantFrom('right' as const, 'wrong' as const)).map((args): Command => new Frame(...args)),
    ],
    { maxCommands: 20 },
  );
}
