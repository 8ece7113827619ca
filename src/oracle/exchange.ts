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
  /** The request decoded, by those who have done so already. */
  readonly rrq?: Rrq | undefined;
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
  const rrq = observed.rrq ?? rrqIn(observed.request.bytes, context);
  const rrp = decodeRrp(observed.reply.bytes, context.dialect);
  if (!rrq || !rrp.ok) return undefined;
  return {
    request: observed.request,
    reply: observed.reply,
    rrq,
    rrp: rrp.value,
    accepted: isAccepted(rrp.value.code),
    registers: rrq.lifetime > 0,
    asked: onlyGreKey(rrq.extensions),
    granted: onlyGreKey(rrp.value.extensions),
  };
}

function rrqIn(octets: Uint8Array, context: OracleContext): Rrq | undefined {
  const rrq = decodeRrq(octets, context.dialect);
  return rrq.ok ? rrq.value : undefined;
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
