/** Bends: each changes exactly one thing of a valid request, and says which. */
import type { Extension, ExtensionName, GreKeyExtension } from '../wire/extensions.js';
import { decodeRrq, encodeRrq, type RrqInput } from '../wire/mobileip.js';
import type { Session } from './session.js';

export interface Bend {
  /** The one thing that differs from the valid twin, as the report names it. */
  readonly field: string;
  /** Changes the request before lengths and authenticators are computed. */
  readonly request?: (request: RrqInput) => RrqInput;
  /** Changes the finished octets, so that an authenticator no longer covers them. */
  readonly octets?: (octets: Uint8Array) => Uint8Array;
}

/** Another value in the fixed part. */
export function set<K extends Exclude<keyof RrqInput, 'extensions'>>(field: K, value: NonNullable<RrqInput[K]>): Bend {
  return { field, request: (request) => ({ ...request, [field]: value }) };
}

const mapExtensions = (request: RrqInput, change: (all: readonly Extension[]) => readonly Extension[]): RrqInput => ({
  ...request,
  extensions: [...change(request.extensions ?? [])],
});

/** Other fields in the GRE Key extension; `length` and `type` override what would be computed. */
export function greKey(fields: Partial<Omit<GreKeyExtension, 'name'>>): Bend {
  return {
    field: `greKey ${Object.keys(fields).join(', ')}`,
    request: (request) =>
      mapExtensions(request, (all) => all.map((e) => (e.name === 'greKey' ? { ...e, ...fields } : e))),
  };
}

/** Extensions of that name left out. */
export function without(name: ExtensionName): Bend {
  return {
    field: `no ${name}`,
    request: (request) => mapExtensions(request, (all) => all.filter((e) => e.name !== name)),
  };
}

/** Extensions of that name replaced. */
export function replace(name: ExtensionName, ...by: readonly Extension[]): Bend {
  return {
    field: `${name} replaced by ${by.map((e) => e.name).join(', ') || 'nothing'}`,
    request: (request) => mapExtensions(request, (all) => all.flatMap((e) => (e.name === name ? by : [e]))),
  };
}

/** Further extensions directly before or behind the one of that name. */
export function insert(place: 'before' | 'behind', name: ExtensionName, ...added: readonly Extension[]): Bend {
  const around = (e: Extension): Extension[] => (place === 'before' ? [...added, e] : [e, ...added]);
  return {
    field: `${added.map((e) => (e.name === 'raw' ? `type ${e.type}` : e.name)).join(', ')} ${place} ${name}`,
    request: (request) => mapExtensions(request, (all) => all.flatMap((e) => (e.name === name ? around(e) : [e]))),
  };
}

/** The extensions in another order, given by their names; each name must occur once. */
export function order(...names: readonly ExtensionName[]): Bend {
  return {
    field: `order ${names.join(', ')}`,
    request: (request) => mapExtensions(request, (all) => names.flatMap((name) => all.filter((e) => e.name === name))),
  };
}

/** One bit of the finished message turned over. `octet` may count from the end with a negative number. */
export function flip(octet: number, bit: number, name: string): Bend {
  return {
    field: `${name}, one bit`,
    octets: (octets) => {
      const bent = octets.slice();
      const at = octet < 0 ? bent.length + octet : octet;
      bent[at] = (bent[at] ?? 0) ^ (1 << bit);
      return bent;
    },
  };
}

/** The message cut off after `length` octets; a negative number cuts that many off its end. */
export function cut(length: number): Bend {
  return { field: `cut to ${length} octets`, octets: (octets) => octets.slice(0, length) };
}

/** The authenticator of MN-HA with one bit turned over, wherever the extension stands. */
export function wrongAuthenticator(session: Session): Bend {
  return {
    field: 'mnHa authenticator, one bit',
    octets: (octets) => {
      const message = decodeRrq(octets, session.dialect);
      const mnHa = message.ok ? message.value.extensions.find((e) => e.name === 'mnHa') : undefined;
      const bent = octets.slice();
      const last = (mnHa?.at ?? 0) + (mnHa?.size ?? bent.length) - 1;
      bent[last] = (bent[last] ?? 0) ^ 1;
      return bent;
    },
  };
}

/** Another bend, made after the message was signed: the authenticators stay those of the valid twin. */
export function afterSigning(session: Session, bend: Bend): Bend {
  return {
    field: `${bend.field}, after signing`,
    octets: (octets) => {
      const message = decodeRrq(octets, session.dialect);
      if (!message.ok || !bend.request) throw new TypeError(`cannot bend ${bend.field} after signing`);
      return encodeRrq(bend.request(message.value), session.wire);
    },
  };
}
