/** Which request a reply answers. */
import { defaultDialect } from '../wire/extensions.js';
import type { Decoded } from '../wire/layout.js';
import { decodeRrp, decodeRrq, messageTypes, type Rrp, type Rrq } from '../wire/mobileip.js';
import type { Message } from './packet.js';

/** Where the Identification starts, RFC 3344 §3.3 and §3.4; every reply must copy its low half. */
const identificationAt = { request: 16, reply: 12 } as const;
/** How long a request waits, in milliseconds of the capture, and how many do. */
const patience = 60_000;
const mostWaiting = 20_000;
/** How far back a reply that nothing matches is looked for: in requests, and in milliseconds. */
const mostRecent = 32;
const mostDelay = 5000;
/** Requests with the same Identification that are told apart. */
const mostAlike = 64;

interface Entry<R> {
  readonly request: R;
  readonly names: readonly string[];
  answered: boolean;
  /** Whom it is for; read only when others look like it. */
  mn?: string | undefined;
}

export class Matcher<R extends Message> {
  /** In the order in which they were sent. */
  readonly #waiting = new Set<Entry<R>>();
  /** Requests that have it in common, oldest first: a clock without fractions gives two MNs the same Identification. */
  readonly #byName = new Map<string, Entry<R>[]>();
  #recent: Entry<R>[] = [];
  #unanswered = 0;

  request(request: R): void {
    const names = namesOf(request.bytes, identificationAt.request, request.from.address);
    if (!names) return;
    const entry: Entry<R> = { request, names, answered: false };
    this.#waiting.add(entry);
    for (const name of names) {
      const same = this.#byName.get(name);
      if (!same) this.#byName.set(name, [entry]);
      else if (same.push(entry) > mostAlike) same.shift();
    }
    if (this.#recent.push(entry) >= 2 * mostRecent) this.#recent = this.#recent.slice(-mostRecent);
    for (const old of this.#waiting) {
      if (this.#waiting.size <= mostWaiting && request.at - old.request.at <= patience) break;
      this.#forget(old);
    }
  }

  /** Undefined when no request is known that the reply can be meant for. */
  reply(reply: Message): R | undefined {
    const names = namesOf(reply.bytes, identificationAt.reply, reply.to.address);
    if (!names) return undefined;
    const name = names.find((n) => this.#byName.has(n));
    const entry = name === undefined ? this.#onlyOneFor(reply) : chosen(this.#byName.get(name) ?? [], reply);
    if (!entry) return undefined;
    entry.answered = true;
    return entry.request;
  }

  /** How many nobody answered; to be asked at the end. */
  end(): number {
    for (const entry of [...this.#waiting]) this.#forget(entry);
    return this.#unanswered;
  }

  /** A device that spoils the Identification still answers the only request that waits between the two. */
  #onlyOneFor({ from, to, at, bytes }: Message): Entry<R> | undefined {
    const fitting = this.#recent.filter(
      ({ request, answered }) =>
        !answered &&
        at - request.at <= mostDelay &&
        request.from.address === to.address &&
        request.to.address === from.address,
    );
    const [only] = fitting;
    if (!only || fitting.length > 1) return undefined;
    const [asked, given] = [decodeRrq(only.request.bytes, defaultDialect), decodeRrp(bytes, defaultDialect)];
    const [nai, other] = [asked, given].map((d) => (d.ok ? d.value.extensions.find((e) => e.name === 'nai')?.nai : ''));
    return nai === undefined || other === undefined || nai === other ? only : undefined;
  }

  #forget(entry: Entry<R>): void {
    this.#waiting.delete(entry);
    for (const name of entry.names) {
      const same = this.#byName.get(name);
      const place = same?.indexOf(entry) ?? -1;
      if (place >= 0) same?.splice(place, 1);
      if (same?.length === 0) this.#byName.delete(name);
    }
    if (!entry.answered) this.#unanswered++;
  }
}

/** Of requests that look alike, the one of the same MN; of one MN, the one that waits, and of those the first. */
function chosen<R extends Message>(alike: readonly Entry<R>[], reply: Message): Entry<R> | undefined {
  if (alike.length <= 1) return alike[0];
  const nai = naiIn(decodeRrp(reply.bytes, defaultDialect));
  const own = alike.filter((e) => (e.mn ??= naiIn(decodeRrq(e.request.bytes, defaultDialect))) === nai);
  const fitting = own.length > 0 ? own : alike;
  return fitting.find(({ answered }) => !answered) ?? fitting[0];
}

function naiIn(decoded: Decoded<Rrq> | Decoded<Rrp>): string | undefined {
  if (!decoded.ok) return undefined;
  const { extensions, homeAddress } = decoded.value;
  return extensions.find((e) => e.name === 'nai')?.nai ?? homeAddress;
}

/** From the surest to the last resort: all of the Identification, its low half, and that for an answer sent elsewhere. */
function namesOf(bytes: Uint8Array, at: number, address: string): readonly string[] | undefined {
  if (bytes.length < at + 8) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const low = view.getUint32(at + 4);
  return [`${address} ${view.getUint32(at)} ${low}`, `${address} ${low}`, `${low}`];
}

export const isRequest = ({ bytes }: Message): boolean => bytes[0] === messageTypes.rrq;
export const isReply = ({ bytes }: Message): boolean => bytes[0] === messageTypes.rrp;
