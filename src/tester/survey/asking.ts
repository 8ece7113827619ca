/** Asks a home agent one thing after the other, each for an MN of its own, and takes back what it registered. */
import type { Binding } from '../../oracle/bindings.js';
import type { Exchange } from '../../oracle/exchange.js';
import type { Bend } from '../bend.js';
import { MobileNode } from '../mobile-node.js';
import type { RequestOptions } from '../request.js';
import type { Session } from '../session.js';
import { codeText } from '../signalling.js';
import { SurveyEnd } from './observation.js';

interface Answered {
  readonly mn: MobileNode;
  readonly exchange: Exchange;
  readonly code: number;
}

export type Accepted = Answered & { readonly kind: 'accepted' };
export type Heard =
  Accepted | (Answered & { readonly kind: 'denied' }) | { readonly kind: 'silence'; readonly mn: MobileNode };

/** Seconds asked for: what should remain of a survey that is killed ends by itself soon. */
const lifetime = 60;
const during = 'survey';
/** Least milliseconds that an answer is waited for once the device has shown how quick it is. */
const leastPatience = 400;

export class Asking {
  readonly session: Session;
  readonly #signal: AbortSignal;
  /** A request that the device has accepted: proof of life behind one that it leaves unanswered. */
  #fence: RequestOptions | undefined;
  #hasAnswered = false;
  /** Home addresses to ask for, where the device gives none by itself. */
  homeAddresses: (() => string) | undefined;
  requests = 0;

  constructor(session: Session, signal: AbortSignal) {
    this.session = session;
    this.#signal = signal;
  }

  newMn(careOf = 0): MobileNode {
    return new MobileNode(this.session, { during, careOf });
  }

  /** Silence is believed only after a second request, and after a valid one behind it has been answered. */
  async ask(options: RequestOptions, bend?: Bend, mn = this.newMn()): Promise<Heard> {
    const { timeout } = this.session.config;
    const ms = this.#hasAnswered ? Math.min(timeout, Math.max(leastPatience, 8 * this.session.roundTrip)) : timeout;
    if (!this.session.isSynchronised(mn.nai)) await this.#once(mn, options, undefined, timeout);
    for (let attempt = 0; attempt < 2; attempt++) {
      const heard = await this.#once(mn, options, bend, ms);
      if (heard.kind === 'silence') continue;
      if (heard.kind === 'accepted' && !bend) this.#fence ??= options;
      return heard;
    }
    if (this.#hasAnswered) await this.#alive();
    return { kind: 'silence', mn };
  }

  /** Throws SurveyEnd when the device no longer answers what it has answered before. */
  async #alive(): Promise<void> {
    for (let attempt = 0; attempt < 2; attempt++) {
      const heard = await this.#once(this.newMn(), this.#fence ?? {}, undefined, this.session.config.timeout);
      if (heard.kind !== 'silence') return;
    }
    throw new SurveyEnd('the device stopped answering valid registrations in the middle of the survey');
  }

  async #once(mn: MobileNode, options: RequestOptions, bend: Bend | undefined, ms: number): Promise<Heard> {
    if (this.#signal.aborted) throw new SurveyEnd('interrupted');
    const homeAddress = this.homeAddresses?.();
    const request = mn.request({ lifetime, ...(homeAddress !== undefined && { homeAddress }), ...options });
    this.requests++;
    const pending = mn.send(request, { bend });
    const reply = await pending.replies.first(ms);
    if (!reply) return { kind: 'silence', mn };
    this.#hasAnswered = true;
    if (!reply.exchange) throw new SurveyEnd('the device answers with octets that are no Registration Reply');
    const { exchange } = reply;
    return { kind: exchange.accepted ? 'accepted' : 'denied', mn, exchange, code: exchange.rrp.code };
  }

  /**
   * Deregisters every MN that the device has accepted, in a few attempts.
   * @returns those of which the end was not confirmed
   */
  async cleanUp(): Promise<readonly string[]> {
    const { session } = this;
    const left: string[] = [];
    const naiOf = (number: number): string => `mn${number}-${session.runId}@${session.config.pixit.realm}`;
    const numbers = Array.from({ length: session.nextMn() - 1 }, (_, i) => i + 1);
    await Promise.all(
      numbers.map(async (number) => {
        const nai = naiOf(number);
        for (let attempt = 0; attempt < 2; attempt++) {
          const bindings = session.oracle.bindings.of(nai, session.clock.now());
          if (bindings.length === 0) return;
          await Promise.all(bindings.map((binding) => this.#end(nai, binding)));
        }
        if (session.oracle.bindings.of(nai, session.clock.now()).length > 0) left.push(nai);
      }),
    );
    return left;
  }

  async #end(nai: string, { careOf, reverseKey, l2, homeAddress }: Binding): Promise<void> {
    const { session } = this;
    const index = Math.max(0, session.stations.addresses.indexOf(careOf));
    const mn = new MobileNode(session, { nai, careOf: index, during });
    const key = reverseKey === undefined ? {} : { key: reverseKey, a: l2 };
    const request = mn.request({ ...key, lifetime: 0, careOf, homeAddress });
    await mn.send(request).replies.first(Math.min(1000, session.config.timeout));
  }
}

/** What was heard, in words. */
export function heardText(heard: Heard): string {
  return heard.kind === 'silence' ? 'no answer, though the device lives' : codeText(heard.code);
}
