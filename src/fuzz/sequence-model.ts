/** What the documents let a home agent do in a sequence of registrations and tunnel packets, for several MNs at once. */
import type { Home } from '../tester/home.js';
import { MobileNode } from '../tester/mobile-node.js';
import { Recorder } from '../tester/recorder.js';
import type { Mode, RequestOptions } from '../tester/request.js';
import type { Session } from '../tester/session.js';
import { wrongKeys } from '../tester/wrong-keys.js';
import type { Bend } from '../tester/bend.js';
import type { Suspicion } from './suspicion.js';

/** What is known of one MN: whether the device must have a binding for it. */
export interface NodeModel {
  registered: boolean;
}
export interface SequenceModel {
  readonly nodes: readonly NodeModel[];
}

/** Ends a sequence: the model forbids what the device did. */
export class Forbidden extends Error {
  readonly suspicion: Suspicion;

  constructor(suspicion: Suspicion) {
    super(`${suspicion.requirement}: expected ${suspicion.expected}, got ${suspicion.actual}`);
    this.suspicion = suspicion;
  }
}

/** The MNs of one sequence as they really are. */
export class SequenceReal {
  readonly nodes: readonly MobileNode[];
  readonly recorder = new Recorder();
  readonly #session: Session;
  readonly #home: Home;

  constructor(session: Session, home: Home, count: number) {
    this.#session = session;
    this.#home = home;
    this.nodes = Array.from(
      { length: count },
      () => new MobileNode(session, { during: 'fuzz', recorder: this.recorder }),
    );
  }

  node(index: number): MobileNode {
    const found = this.nodes[index % this.nodes.length];
    if (!found) throw new RangeError('a sequence has at least one MN');
    return found;
  }

  /** Sends a request and judges the reply; resolves with its code, undefined for silence. */
  async request(index: number, options: RequestOptions, bend?: Bend): Promise<number | undefined> {
    const mn = this.node(index);
    const pending = mn.send(mn.request(options), { bend });
    const reply = await pending.replies.first(this.#session.config.timeout);
    const bad = bend ? undefined : reply?.findings.find((f) => !f.holds);
    if (bad) throw new Forbidden(bad);
    return reply?.exchange?.rrp.code;
  }

  /** Whether an echo request in the tunnel of an MN is answered; undefined where nothing can answer. */
  async echoes(index: number, key: 'right' | 'wrong'): Promise<boolean | undefined> {
    const mn = this.node(index);
    const { binding } = mn;
    const beyond = this.#home.l3;
    if (!binding || binding.l2 || !beyond || binding.homeAddress === '0.0.0.0') return undefined;
    mn.ip = binding.homeAddress;
    const [, wrong] = wrongKeys(this.#session, binding)[0] ?? [];
    if (key === 'wrong' && (wrong === undefined || binding.reverseKey === undefined)) return undefined;
    const attempts = key === 'right' ? 3 : 1;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const probe = this.#session.newProbe('fuzz', this.recorder);
      mn.tunnel(mn.echo(beyond.ip, probe.payload()), '', key === 'wrong' ? { gre: { key: wrong } } : {});
      const answer = await probe.arrivals.first(this.#session.patience);
      this.#session.forgetProbe(probe);
      if (answer) return true;
    }
    return false;
  }

  /** Takes leave of the device. */
  close(): void {
    for (const mn of this.nodes) {
      const { binding } = mn;
      if (!binding) continue;
      const mode: Mode = binding.reverseKey === undefined ? {} : { key: binding.reverseKey, a: binding.l2 };
      mn.send(mn.request({ ...mode, lifetime: 0, careOf: binding.careOf }));
    }
  }
}
