/** One registration exchange as observed, prepared once for all rules. */
import type { Endpoint } from '../net/port.js';
import type { Extension, GreKeyExtension } from '../wire/extensions.js';
import { decodeRrp, decodeRrq, isAccepted, type Rrp, type Rrq } from '../wire/mobileip.js';
import type { OracleContext } from './context.js';

export interface ObservedMessage {
  readonly at: number;
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The UDP payload. */
  readonly bytes: Uint8Array;
}

export interface ObservedExchange {
  readonly request: ObservedMessage;
  readonly reply: ObservedMessage;
}

export interface Exchange extends ObservedExchange {
  readonly rrq: Rrq;
  readonly rrp: Rrp;
  readonly accepted: boolean;
  /** The request asks for a binding, rather than for its end. */
  readonly registers: boolean;
  /** The request's only GRE Key extension; undefined when it has none, several or a malformed one. */
  readonly asked: GreKeyExtension | undefined;
  /** The reply's only GRE Key extension; undefined when it has none, several or a malformed one. */
  readonly granted: GreKeyExtension | undefined;
}

/** Both messages decoded; undefined when one of them is no registration message at all. */
export function prepare(observed: ObservedExchange, context: OracleContext): Exchange | undefined {
  const rrq = decodeRrq(observed.request.bytes, context.dialect);
  const rrp = decodeRrp(observed.reply.bytes, context.dialect);
  if (!rrq.ok || !rrp.ok) return undefined;
  return {
    ...observed,
    rrq: rrq.value,
    rrp: rrp.value,
    accepted: isAccepted(rrp.value.code),
    registers: rrq.value.lifetime > 0,
    asked: onlyGreKey(rrq.value.extensions),
    granted: onlyGreKey(rrp.value.extensions),
  };
}

/** Well-formed or not: every extension that carries the GRE Key extension's type number. */
export function greKeyExtensions(extensions: readonly Extension[], context: OracleContext): Extension[] {
  return extensions.filter((e) => e.name === 'greKey' || (e.name === 'raw' && e.type === context.dialect.greKeyType));
}

function onlyGreKey(extensions: readonly Extension[]): GreKeyExtension | undefined {
  const found = extensions.filter((e) => e.name === 'greKey');
  return found.length === 1 ? found[0] : undefined;
}

export function naiOf(message: Rrq | Rrp): string | undefined {
  for (const extension of message.extensions) if (extension.name === 'nai') return extension.nai;
  return undefined;
}

export const hexKey = (key: number): string => `0x${key.toString(16).padStart(8, '0')}`;
