/**
 * Whose messages the given keys are for. RFC 3344 §3.2 tells an association by SPI and MN (or, for FA-HA, the sender's
 * address), and the same SPI may stand for another key with another MN: so a key counts as an MN's own once any message
 * of it has been right under that key.
 */
import type { OracleContext } from '../oracle/context.js';
import { Remembered } from '../oracle/remembered.js';
import { idMatters } from '../oracle/request-order.js';
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { Dialect, Extension } from '../wire/extensions.js';
import { coveredBy, decodeRrp, decodeRrq } from '../wire/mobileip.js';
import type { Message } from './packet.js';

export class Associations {
  readonly #context: OracleContext;
  /** The context with both keys left out, with that of the MN, that of the sender, and both. */
  readonly #contexts: readonly OracleContext[];
  readonly #own: Remembered<true>;
  /** Exchanges with authentication under no association that is given. */
  unknown: number;

  constructor(context: OracleContext, own = new Remembered<true>(), unknown = 0) {
    const { mnHa, faHa, ...rest } = context;
    this.#context = context;
    this.#contexts = [rest, { ...rest, ...(mnHa && { mnHa }) }, { ...rest, ...(faHa && { faHa }) }, context];
    this.#own = own;
    this.unknown = unknown;
  }

  /** The same in another context. */
  for(context: OracleContext): Associations {
    return new Associations(context, this.#own, this.unknown);
  }

  /** The context in which an exchange is to be judged: with the keys that are those of its MN and sender. */
  contextFor(request: Message, reply: Message): OracleContext {
    const { mnHa, faHa } = this.#context;
    if (!mnHa && !faHa) return this.#context;
    const asked = readExtensions(request, this.#context.dialect, 'request');
    const given = readExtensions(reply, this.#context.dialect, 'reply');
    const mn = asked.name;
    const own = {
      mnHa: mnHa !== undefined && this.#isOwn('mnHa', mnHa, mn, asked, given),
      faHa: faHa !== undefined && this.#isOwn('faHa', faHa, request.from.address, asked, given),
    };
    if (mnHa && !own.mnHa && asked.extensions.some((e) => e.name === 'mnHa')) this.unknown++;
    return this.#contexts[(own.mnHa ? 1 : 0) + (own.faHa ? 2 : 0)] ?? this.#context;
  }

  /** The context with the keys that messages of this MN and sender have shown to be theirs. */
  contextOf(mn: string, sender: string): OracleContext {
    const has = (name: 'mnHa' | 'faHa', peer: string): boolean => this.#own.get(`${name} ${peer}`) === true;
    return this.#contexts[(has('mnHa', mn) ? 1 : 0) + (has('faHa', sender) ? 2 : 0)] ?? this.#context;
  }

  #isOwn(name: 'mnHa' | 'faHa', sa: SecurityAssociation, peer: string, asked: Read, given: Read): boolean {
    const uses = ({ extensions }: Read): Extension[] => extensions.filter((e) => e.name === name && e.spi === sa.spi);
    if (uses(asked).length === 0) return false;
    const key = `${name} ${peer}`;
    const isRight = (read: Read): boolean => uses(read).some((e) => isVerified(e, sa, read.message.bytes));
    const isOwn = this.#own.get(key) === true || isRight(asked) || isRight(given);
    const { at } = given.message;
    if (isOwn) this.#own.set(key, true, at, idMatters(at, asked.lifetime));
    return isOwn;
  }
}

interface Read {
  readonly message: Message;
  readonly extensions: readonly Extension[];
  /** NAI, else the home address. */
  readonly name: string;
  readonly lifetime: number;
}

function readExtensions(message: Message, dialect: Dialect, kind: 'request' | 'reply'): Read {
  const decoded = kind === 'request' ? decodeRrq(message.bytes, dialect) : decodeRrp(message.bytes, dialect);
  if (!decoded.ok) return { message, extensions: [], name: '', lifetime: 0 };
  const { extensions, homeAddress, lifetime } = decoded.value;
  const nai = extensions.find((e) => e.name === 'nai');
  return { message, extensions, name: nai?.nai ?? homeAddress, lifetime };
}

function isVerified(e: Extension, sa: SecurityAssociation, bytes: Uint8Array): boolean {
  if (e.name !== 'mnHa' && e.name !== 'faHa') return false;
  return verifies(sa, coveredBy(bytes, e), e.authenticator ?? new Uint8Array(0));
}
