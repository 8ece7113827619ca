/** One Registration Request as observed, prepared once for the rules about whoever sent it. */
import type { Extension, GreKeyExtension } from '../wire/extensions.js';
import { decodeRrq, type Rrq } from '../wire/mobileip.js';
import type { OracleContext } from './context.js';
import { greKeyExtensions, naiOf, type ObservedMessage } from './exchange.js';

export interface Request extends ObservedMessage {
  readonly rrq: Rrq;
  /** NAI, else the home address; undefined where the request names nobody. */
  readonly mn: string | undefined;
  /** The request asks for a binding, rather than for its end. */
  readonly registers: boolean;
  /** Well-formed or not. */
  readonly greKeys: readonly Extension[];
  /** Its only GRE Key extension; undefined when it has none, several or a malformed one. */
  readonly asked: GreKeyExtension | undefined;
}

/** Undefined when the octets are no Registration Request. */
export function prepareRequest(message: ObservedMessage, context: OracleContext): Request | undefined {
  const decoded = decodeRrq(message.bytes, context.dialect);
  if (!decoded.ok) return undefined;
  const rrq = decoded.value;
  const greKeys = greKeyExtensions(rrq.extensions, context);
  const [only] = greKeys;
  const { at, from, to, bytes } = message;
  return {
    at,
    from,
    to,
    bytes,
    rrq,
    mn: naiOf(rrq) ?? (isUnset(rrq.homeAddress) ? undefined : rrq.homeAddress),
    registers: rrq.lifetime > 0,
    greKeys,
    asked: greKeys.length === 1 && only?.name === 'greKey' ? only : undefined,
  };
}

/** an unknown home address is written as zeros, or as ones. */
export const isUnset = (address: string): boolean => address === '0.0.0.0' || address === '255.255.255.255';

/** Where the first extension of a name stands among all; -1 where there is none. */
export const placeOf = (rrq: Rrq, name: Extension['name']): number => rrq.extensions.findIndex((e) => e.name === name);
