/** What the documents let a home agent do in a sequence of registrations and tunnel packets, for several MNs at once. */
import type { Binding } from '../oracle/bindings.js';
import { MobileNode } from '../tester/mobile-node.js';
import type { Pending } from '../tester/pending.js';
import { Recorder } from '../tester/recorder.js';
import type { Mode, RequestOptions } from '../tester/request.js';
import type { Session } from '../tester/session.js';
import { wrongKeys } from '../tester/wrong-keys.js';
import type { Bend } from '../tester/bend.js';
import { encodeRrq } from '../wire/mobileip.js';
import { fromHex } from '../wire/text.js';
import { dead } from './hunt.js';
import type { FuzzRange, Seen } from './range.js';
import type { Step } from './step.js';
import type { Finding } from '../oracle/finding.js';
import { isWorthTelling, type Suspicion, suspicion } from './suspicion.js';

/** In the place of a case id. */
const during = 'fuzz';

/** A step that was gone through, and when it began, milliseconds since the Unix epoch. */
export interface Taken {
  readonly at: number;
  readonly step: Step;
}

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
  /** Steps gone through so far. */
  readonly taken: Taken[] = [];
  readonly #range: FuzzRange;
  readonly #asked: Pending[] = [];

  constructor(range: FuzzRange, count: number) {
    this.#range = range;
    this.nodes = Array.from(
      { length: count },
      () => new MobileNode(range.session, { during, recorder: this.recorder }),
    );
  }

  get #session(): Session {
    return this.#range.session;
  }

  /** Notes that a step begins. */
  take(step: Step): void {
    this.taken.push({ at: this.#session.clock.now(), step });
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
    this.#asked.push(pending);
    const reply = await pending.replies.first(this.#session.config.timeout);
    // nobody need go on where the device is gone
    if (!bend && !reply && !(await this.#range.alive())) throw new Forbidden(dead);
    if (!bend && reply) this.#throwIfWrong(reply.findings);
    return reply?.exchange?.rrp.code;
  }

  #throwIfWrong(findings: readonly Finding[]): void {
    const { profile } = this.#session.config;
    const bad = findings.find((f) => !f.holds && isWorthTelling(f, profile));
    if (bad) throw new Forbidden(suspicion(bad));
  }

  /**
   * Whether an echo request in the tunnel of an MN is answered; undefined where nothing can answer. `binding` is that of
   * the tunnel, when it is not what stands now.
   */
  async echoes(
    index: number,
    key: 'right' | 'wrong',
    binding: Binding | undefined = this.node(index).binding,
  ): Promise<boolean | undefined> {
    const mn = this.node(index);
    const beyond = this.#range.home.l3;
    if (!binding || binding.l2 || !beyond || binding.homeAddress === '0.0.0.0') return undefined;
    mn.ip = binding.homeAddress;
    const [, wrong] = wrongKeys(this.#session, binding)[0] ?? [];
    if (key === 'wrong' && (wrong === undefined || binding.reverseKey === undefined)) return undefined;
    const attempts = key === 'right' ? 3 : 1;
    for (let attempt = 0; attempt < attempts; attempt++) {
      const probe = this.#session.newProbe(during, this.recorder);
      mn.tunnel(mn.echo(beyond.ip, probe.payload()), '', { binding, ...(key === 'wrong' && { gre: { key: wrong } }) });
      const answer = await probe.arrivals.first(this.#session.patience);
      this.#session.forgetProbe(probe);
      if (answer) {
        this.#throwIfWrong(this.#session.oracle.frame(answer.frame));
        return true;
      }
    }
    return false;
  }

  /** What was sent and received. */
  frames(): readonly Seen[] {
    return this.recorder
      .frames(0, this.#session.dialect)
      .frames.flatMap(({ layer, direction, at, source, destination, hex }) => {
        const bytes = fromHex(hex);
        return bytes && (layer === 'udp' || layer === 'ip')
          ? [{ layer, direction, at, source, destination, bytes }]
          : [];
      });
  }

  /** Takes leave of the device; what it says to that, nobody waits for. */
  close(): void {
    for (const pending of this.#asked) this.#session.forget(pending);
    for (const mn of this.nodes) {
      const { binding } = mn;
      if (!binding) continue;
      const mode: Mode = binding.reverseKey === undefined ? {} : { key: binding.reverseKey, a: binding.l2 };
      const leave = mn.request({ ...mode, lifetime: 0, careOf: binding.careOf });
      this.#session.send(mn.station, encodeRrq(leave, this.#session.wire), { during });
    }
  }
}
