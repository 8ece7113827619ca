/** The requests of the tester, and which of them a reply answers. */
import { naiOf } from '../oracle/exchange.js';
import { Recent } from '../oracle/recent.js';
import type { Dialect } from '../wire/extensions.js';
import { decodeRrp, decodeRrq, lowIdentification, messageTypes, type Rrq } from '../wire/mobileip.js';
import type { Pending } from './pending.js';

/** Requests remembered at least, so that a late reply is known for what it is. */
const remembered = 50_000;

/** Requests that a reply with another Identification may be meant for. */
const mostLatest = 32;

/** What it takes to judge a reply. */
export interface Sent extends Pick<Pending, 'request' | 'during' | 'recorder'> {
  /** Where replies go. Undefined after the first to a request that is not recorded: nobody asks for more of those. */
  replies: Pending['replies'] | undefined;
  /** The request, if it was decoded, until its first reply is here. */
  rrq: Rrq | undefined;
  answered: boolean;
  /** The one sent before it whose Identification has the same low half: MNs with clocks of their own may say the same. */
  alike: Sent | undefined;
}

export class SentRequests {
  readonly #dialect: Dialect;
  readonly #byId = new Recent<number, Sent>(remembered);
  /** The requests sent last, in a ring. */
  readonly #latest: Sent[] = [];
  #count = 0;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  add({ request, during, recorder, replies }: Pending, rrq: Rrq | undefined): void {
    const sent: Sent = { request, during, recorder, replies, rrq, answered: false, alike: undefined };
    this.#latest[this.#count++ % mostLatest] = sent;
    const id = lowIdentification(request.bytes, 'request');
    if (id === undefined) return;
    sent.alike = this.#byId.get(id);
    if (sent.alike) sent.alike.alike = undefined; // no longer chains
    this.#byId.set(id, sent);
  }

  /** What still comes for this request answers nothing that anybody waits for. */
  forget({ request }: Pending): void {
    const id = lowIdentification(request.bytes, 'request');
    if (id !== undefined) this.#byId.delete(id);
    const latest = this.#latest.find((sent) => sent.request === request);
    if (latest) latest.answered = true;
  }

  /**
   * The request that a datagram to the address `local` answers: by the low half of the Identification, which every reply
   * must copy. A device that spoils it is still answering: the MN that it names, else the request sent last.
   */
  answeredBy(payload: Uint8Array, local: string): Sent | undefined {
    if (payload[0] === messageTypes.revocation || payload[0] === messageTypes.revocationAck) return undefined;
    const id = lowIdentification(payload, 'reply');
    const found = id === undefined ? undefined : this.#byId.get(id);
    if (found) return found.alike ? (this.#named(payload, [found.alike, found]) ?? found) : found;
    const waiting = this.#latest.filter((sent) => !sent.answered && sent.request.from.address === local);
    const last = this.#latest[(this.#count - 1) % mostLatest];
    return this.#named(payload, waiting) ?? waiting.find((sent) => sent === last);
  }

  /** Of several requests, the newest of the MN that a reply names. */
  #named(reply: Uint8Array, requests: readonly Sent[]): Sent | undefined {
    const decoded = requests.length > 1 ? decodeRrp(reply, this.#dialect) : undefined;
    const nai = decoded?.ok ? naiOf(decoded.value) : undefined;
    if (nai === undefined) return undefined;
    return newest(requests.filter(({ request }) => this.#naiIn(request.bytes) === nai));
  }

  #naiIn(request: Uint8Array): string | undefined {
    const decoded = decodeRrq(request, this.#dialect);
    return decoded.ok ? naiOf(decoded.value) : undefined;
  }
}

const newest = (sent: readonly Sent[]): Sent | undefined =>
  sent.reduce<Sent | undefined>((a, b) => (a && a.request.at > b.request.at ? a : b), undefined);
