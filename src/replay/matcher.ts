/** Which request a reply answers. */
import { defaultDialect } from '../wire/extensions.js';
import type { Decoded } from '../wire/layout.js';
import { decodeRrp, decodeRrq, identificationAt, messageTypes, type Rrp, type Rrq } from '../wire/mobileip.js';
import type { Message } from './packet.js';

/** How long a request waits, in milliseconds of the capture, and how many do. */
const patience = 60_000;
const mostWaiting = 20_000;
/** How far back a reply that nothing matches is looked for: in requests, and in milliseconds. */
const mostRecent = 32;
const mostDelay = 5000;
/** Clocks may count whole seconds, and be set between two requests; in milliseconds. */
const clockTolerance = 10_000;
/** So many replies with an Identification of their own, and no other: that is no loss but a habit. */
const habit = 3;
/** Replies with an Identification of their own that are kept. */
const mostSpoilt = 64;
/** Requests with the same Identification that are told apart. */
const mostAlike = 64;

interface Entry<R> {
  readonly request: R;
  readonly names: readonly string[];
  answered: boolean;
  /** A reply with another Identification may be meant for it. */
  guessed: boolean;
  /** Whom it is for; read only when others look like it. */
  mn?: string | undefined;
}

/** A reply whose Identification no request has, and the only request that waited for one. */
export interface Spoilt<R> {
  readonly request: R;
  readonly reply: Message;
}

export class Matcher<R extends Message> {
  /** In the order in which they were sent. */
  readonly #waiting = new Set<Entry<R>>();
  /** Requests that have it in common, oldest first: a clock without fractions gives two MNs the same Identification. */
  readonly #byName = new Map<string, Entry<R>[]>();
  #recent: Entry<R>[] = [];
  /** By the low half of their Identification. */
  readonly #spoilt = new Map<string, { readonly entry: Entry<R>; readonly reply: Message }>();
  #matched = 0;
  #unanswered = 0;

  request(request: R): void {
    const names = namesOf(request.bytes, identificationAt.request, request.from.address);
    if (!names) return;
    const entry: Entry<R> = { request, names, answered: false, guessed: false };
    this.#spoilt.delete(lastOf(names)); // the reply came before it, on another way or by another clock
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
    return this.#answered(this.#namesake(reply) ?? this.#onlyOneFor(reply));
  }

  /** The same for captures, in which requests may be missing, or come late: only where the Identification says so. */
  surely(reply: Message): R | undefined {
    const entry = this.#namesake(reply);
    if (entry) {
      this.#matched++;
      return this.#answered(entry);
    }
    const only = this.#onlyOneFor(reply);
    const names = namesOf(reply.bytes, identificationAt.reply, reply.to.address);
    if (only && names && this.#spoilt.size < mostSpoilt) {
      only.guessed = true;
      this.#spoilt.set(lastOf(names), { entry: only, reply });
    }
    return undefined;
  }

  /** Replies that `surely` gave no request for; to be asked at the end. */
  get spoilt(): readonly Spoilt<R>[] {
    const isHabit = this.#matched === 0 && this.#spoilt.size >= habit;
    const unanswered = [...this.#spoilt.values()].filter(({ entry }) => !entry.answered);
    return unanswered
      .map(({ entry, reply }) => ({ request: entry.request, reply }))
      .filter((one) => isHabit || !isOfMissingRequest(one));
  }

  #answered(entry: Entry<R> | undefined): R | undefined {
    if (entry) entry.answered = true;
    return entry?.request;
  }

  #namesake(reply: Message): Entry<R> | undefined {
    const names = namesOf(reply.bytes, identificationAt.reply, reply.to.address);
    const name = names?.find((n) => this.#byName.has(n));
    return name === undefined ? undefined : chosen(this.#byName.get(name) ?? [], reply);
  }

  /** How many nobody answered; to be asked at the end. */
  end(): number {
    for (const entry of [...this.#waiting]) this.#forget(entry);
    return this.#unanswered;
  }

  /** A device that spoils the Identification still answers the only request that waits between the two. */
  #onlyOneFor({ from, to, at, bytes }: Message): Entry<R> | undefined {
    const fitting = this.#recent.filter(
      ({ request, answered, guessed }) =>
        !answered &&
        !guessed &&
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

/**
 * RFC 3344 §5.7.1: an Identification is a time. One of a moment between the request and the reply is that of another
 * request, which is missing.
 */
function isOfMissingRequest({ request, reply }: Spoilt<Message>): boolean {
  const step = timeIn(reply.bytes, identificationAt.reply) - timeIn(request.bytes, identificationAt.request);
  const later = (Number(BigInt.asIntN(64, step)) / 2 ** 32) * 1000;
  return later >= 1 && later <= reply.at - request.at + clockTolerance;
}

const timeIn = (bytes: Uint8Array, at: number): bigint => new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(at);

/** The name that all share which have the low half. */
const lastOf = (names: readonly string[]): string => names.at(-1) ?? '';

export const isRequest = ({ bytes }: Message): boolean => bytes[0] === messageTypes.rrq;
export const isReply = ({ bytes }: Message): boolean => bytes[0] === messageTypes.rrp;
