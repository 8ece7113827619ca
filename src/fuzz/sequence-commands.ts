/** What each step of a sequence does, when it makes sense, and what must hold after it. */
import fc from 'fast-check';
import { wrongAuthenticator } from '../tester/bend.js';
import type { Binding } from '../oracle/bindings.js';
import type { Session } from '../tester/session.js';
import { Forbidden, type NodeModel, type SequenceModel, type SequenceReal } from './sequence-model.js';
import type { Step } from './step.js';

type Command = fc.AsyncCommand<SequenceModel, SequenceReal, false>;

const accepted = (code: number | undefined): boolean => code === 0 || code === 1;

/** Milliseconds that a device is given to notice that a binding is over, RFC 3344 §3.8.2.2. */
const grace = 1000;
/** Seconds. */
const shortLifetime = 2;

/** MNs of a sequence; more only dilute what happens between two of them. */
export const nodesInSequence = 3;

class StepCommand implements Command {
  readonly #step: Step;
  readonly #session: Session;

  constructor(step: Step, session: Session) {
    this.#step = step;
    this.#session = session;
  }

  check(model: Readonly<SequenceModel>): boolean {
    const { step, mn } = this.#step;
    if (step === 'deregister') return nodeOf(model, mn).registered;
    return step !== 'move' || (nodeOf(model, mn).registered && this.#session.config.local.length > 1);
  }

  async run(model: SequenceModel, real: SequenceReal): Promise<void> {
    const step = this.#step;
    real.take(step);
    const node = nodeOf(model, step.mn);
    switch (step.step) {
      case 'register':
        if (await registers(step, real)) node.registered = true;
        return;
      case 'move':
        return moves(step.mn, real, this.#session);
      case 'deregister':
        if (await leaves(step.mn, real)) node.registered = false;
        return;
      case 'forge':
        return forges(step.mn, real, this.#session);
      case 'frame':
        return sendsFrame(step.mn, step.key, real);
      case 'expire':
        if (await expires(step.mn, real, this.#session)) node.registered = false;
    }
  }

  toString(): string {
    return JSON.stringify(this.#step);
  }
}

const nodeOf = ({ nodes }: Readonly<SequenceModel>, mn: number): NodeModel => {
  const node = nodes[mn % nodes.length];
  if (!node) throw new RangeError('a sequence has at least one MN');
  return node;
};

async function registers(
  { mn: at, key, a, lifetime }: Extract<Step, { step: 'register' }>,
  real: SequenceReal,
): Promise<boolean> {
  const mn = real.node(at);
  if (key === 'other') mn.ownKey = (mn.ownKey ^ 0x5a5a5a5a) >>> 0 || 1;
  const agreed = key === 'agreed' ? mn.agreedKey : undefined;
  const asked = key === 'zero' ? 0 : (agreed ?? 'own');
  const code = await real.request(at, { key: asked, a: agreed === undefined ? a : (mn.binding?.l2 ?? a), lifetime });
  return accepted(code);
}

async function moves(at: number, real: SequenceReal, { stations }: Session): Promise<void> {
  const mn = real.node(at);
  const [first, second] = [stations.at(0), stations.at(1)];
  mn.station = mn.station === first ? second : first;
  await real.request(at, { key: 'own', a: mn.binding?.l2 ?? false });
}

/** RFC 3344 §4.2.3: no binding, no tunnel. */
async function leaves(at: number, real: SequenceReal): Promise<boolean> {
  const { binding, agreedKey } = real.node(at);
  const passed = await real.echoes(at, 'right');
  const mode = binding?.reverseKey === undefined ? {} : { key: agreedKey ?? 0, a: binding.l2 };
  const code = await real.request(at, { ...mode, lifetime: 0 });
  if (accepted(code) && binding && passed) await mustBeGone(at, binding, 'TN-04', 'deregistration', real);
  return accepted(code);
}

/** A request that must be refused, and must leave the binding as it is (HA-05). */
async function forges(at: number, real: SequenceReal, session: Session): Promise<void> {
  const passed = await real.echoes(at, 'right');
  // a forged deregistration: it would be seen at once
  const pending = real.request(at, { key: 'own', lifetime: 0 }, wrongAuthenticator(session));
  const code = await Promise.race([pending, later(session, session.patience)]); // silence is lawful here
  if (accepted(code)) {
    const expected = 'a denial or silence, for its MN-HA authenticator is wrong';
    throw new Forbidden({ requirement: 'HA-05', expected, actual: `code ${code ?? ''}` });
  }
  if (passed === true && (await real.echoes(at, 'right')) === false) {
    const expected = 'the tunnel as it was after a request that must be refused';
    throw new Forbidden({ requirement: 'HA-05', expected, actual: 'no answer through it' });
  }
}

/** It passes with the right key (TN-05), and with no other (TN-06). */
async function sendsFrame(at: number, key: 'right' | 'wrong', real: SequenceReal): Promise<void> {
  const passed = await real.echoes(at, key);
  if (key === 'wrong' && passed === true) {
    const expected = 'the packet dropped, for its key is wrong';
    throw new Forbidden({ requirement: 'TN-06', expected, actual: 'an answer to what was in it' });
  }
}

/** HA-49: the binding ends with its lifetime, and its tunnel with it. */
async function expires(at: number, real: SequenceReal, session: Session): Promise<boolean> {
  if (!accepted(await real.request(at, { key: 'own', a: false, lifetime: shortLifetime }))) return false;
  const { binding } = real.node(at);
  const passed = await real.echoes(at, 'right');
  if (!binding || binding.until === Infinity) return false;
  await later(session, binding.until + grace - session.clock.now());
  if (passed === true) await mustBeGone(at, binding, 'HA-49', 'its lifetime', real);
  return true;
}

async function mustBeGone(
  at: number,
  binding: Binding,
  requirement: 'TN-04' | 'HA-49',
  end: string,
  real: SequenceReal,
): Promise<void> {
  if ((await real.echoes(at, 'right', binding)) !== true) return;
  throw new Forbidden({ requirement, expected: `no tunnel after ${end}`, actual: 'an answer through it' });
}

async function later(session: Session, ms: number): Promise<undefined> {
  await new Promise<void>((resolve) => void session.clock.setTimer(ms, resolve));
  return undefined;
}

export const commandOf = (step: Step, session: Session): Command => new StepCommand(step, session);

export type Sequence = Iterable<Command>;

export function sequences(session: Session): fc.Arbitrary<Sequence> {
  const mn = fc.nat({ max: nodesInSequence - 1 });
  const register = fc.record({
    step: fc.constant('register' as const),
    mn,
    key: fc.constantFrom('zero' as const, 'own', 'agreed', 'other'),
    a: session.config.pics.l2 ? fc.boolean() : fc.constant(false),
    lifetime: fc.constantFrom(600, 60, 1800),
  });
  const frame = fc.record({ step: fc.constant('frame' as const), mn, key: fc.constantFrom('right' as const, 'wrong') });
  const simple = fc.record({ step: fc.constantFrom('move' as const, 'deregister', 'forge'), mn });
  // it takes seconds where time is real
  const expire = fc.record({ step: fc.constant('expire' as const), mn });
  const step: fc.Arbitrary<Step> = fc.oneof(
    { weight: 20, arbitrary: register },
    { weight: 30, arbitrary: simple },
    { weight: 10, arbitrary: frame },
    { weight: 1, arbitrary: expire },
  );
  return fc.commands([step.map((s) => commandOf(s, session))], { maxCommands: 20, disableReplayLog: true });
}
