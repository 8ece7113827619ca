/** Bends: each changes exactly one thing of a valid message, and says which. `M` is the kind of message: a request unless said. */
import type { Extension, ExtensionName, GreKeyExtension, KeyLookup, WireContext } from '../wire/extensions.js';
import { gre, type GreInput } from '../wire/gre.js';
import { encode } from '../wire/layout.js';
import { decodeRrq, encodeRrq, type RrqInput } from '../wire/mobileip.js';
import type { Session } from './session.js';

/** What requests and replies share. */
type Message = Pick<RrqInput, 'extensions'>;

export interface Bend<M extends Message = RrqInput> {
  /** The one thing that differs from the valid twin, as the report names it. */
  readonly field: string;
  /** Changes the message before lengths and authenticators are computed. */
  readonly message?: (message: M) => M;
  /** Changes the finished octets, so that an authenticator no longer covers them. */
  readonly octets?: (octets: Uint8Array) => Uint8Array;
  /** Signs with these keys instead of the agreed ones. */
  readonly keys?: KeyLookup;
  /** Changes the UDP checksum, given the right one. The MN's station must be able to send hand-made datagrams. */
  readonly checksum?: (right: number) => number;
}

/** A bent message beside its valid twin, both as octets; for who wants proof that only `field` differs. */
export interface Bent {
  readonly during: string;
  readonly kind: 'request' | 'reply' | 'revocation' | 'gre';
  readonly field: string;
  readonly twin: Uint8Array;
  readonly octets: Uint8Array;
}

export type OnBent = (bent: Bent) => void;

/** The octets of a message, bent if asked. */
export function finish<M extends Message>(
  message: M,
  bend: Bend<M> | undefined,
  wire: WireContext,
  write: (message: M, wire: WireContext) => Uint8Array,
): Uint8Array {
  const octets = write(bend?.message?.(message) ?? message, bend?.keys ? { ...wire, keys: bend.keys } : wire);
  return bend?.octets?.(octets) ?? octets;
}

/** How the GRE packet of a tunnel may be bent. */
export interface GreBend {
  /** Merged over the right header; `key: undefined` leaves the key out. */
  readonly gre?: GreInput;
  /** Changes the finished GRE packet, so that its checksum no longer follows from it. */
  readonly octets?: (gre: Uint8Array) => Uint8Array;
}

/** The octets of a GRE packet, bent if asked. */
export function finishGre(valid: GreInput, bend: GreBend, during: string, onBent: OnBent | undefined): Uint8Array {
  const written = encode(gre, { ...valid, ...bend.gre });
  const octets = bend.octets?.(written) ?? written;
  const field = [...Object.keys(bend.gre ?? {}), ...(bend.octets ? ['octets'] : [])].join(', ');
  if (field !== '') onBent?.({ during, kind: 'gre', field, twin: encode(gre, valid), octets });
  return octets;
}

/** Another value in the fixed part. */
export function set<
  M extends Message = RrqInput,
  K extends Exclude<keyof M, 'extensions'> = Exclude<keyof M, 'extensions'>,
>(field: K, value: NonNullable<M[K]>): Bend<M> {
  return { field: String(field), message: (message) => ({ ...message, [field]: value }) };
}

type Change = (all: readonly Extension[]) => readonly Extension[];

/** The extensions changed, everything else as it was. */
export function extensions<M extends Message = RrqInput>(field: string, change: Change): Bend<M> {
  return { field, message: (message) => ({ ...message, extensions: [...change(message.extensions ?? [])] }) };
}

/** Other fields in the GRE Key extension; `length` and `type` override what would be computed. */
export function greKey<M extends Message = RrqInput>(fields: Partial<Omit<GreKeyExtension, 'name'>>): Bend<M> {
  return extensions(`greKey ${Object.keys(fields).join(', ')}`, (all) =>
    all.map((e) => (e.name === 'greKey' ? { ...e, ...fields } : e)),
  );
}

/** One bit in front of the key turned over: a reserved one, or one of the sub-type where the layout reserves none. */
export function greKeyHead({ dialect }: Session): Bend {
  return greKey(dialect.greKeyForm === 'rfc6245' ? { subType: 1 } : { reserved: 1 });
}

/** Extensions of that name left out. */
export function without<M extends Message = RrqInput>(name: ExtensionName): Bend<M> {
  return extensions(`no ${name}`, (all) => all.filter((e) => e.name !== name));
}

/** Extensions of that name replaced. */
export function replace<M extends Message = RrqInput>(name: ExtensionName, ...by: readonly Extension[]): Bend<M> {
  return extensions(`${name} replaced by ${by.map((e) => e.name).join(', ') || 'nothing'}`, (all) =>
    all.flatMap((e) => (e.name === name ? by : [e])),
  );
}

/** Further extensions directly before or behind the one of that name. */
export function insert<M extends Message = RrqInput>(
  place: 'before' | 'behind',
  name: ExtensionName,
  ...added: readonly Extension[]
): Bend<M> {
  const around = (e: Extension): Extension[] => (place === 'before' ? [...added, e] : [e, ...added]);
  const words = added.map((e) => (e.name === 'raw' ? `type ${e.type}` : e.name)).join(', ');
  return extensions(`${words} ${place} ${name}`, (all) => all.flatMap((e) => (e.name === name ? around(e) : [e])));
}

/** The extensions in another order, given by their names. */
export function order<M extends Message = RrqInput>(...names: readonly ExtensionName[]): Bend<M> {
  return extensions(`order ${names.join(', ')}`, (all) => names.flatMap((name) => all.filter((e) => e.name === name)));
}

/** One bit of the finished message turned over. `octet` may count from the end with a negative number. */
export function flip<M extends Message = RrqInput>(octet: number, bit: number, name: string): Bend<M> {
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
export function cut<M extends Message = RrqInput>(length: number): Bend<M> {
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
      if (!message.ok || !bend.message) throw new TypeError(`cannot bend ${bend.field} after signing`);
      return encodeRrq(bend.message(message.value), session.wire);
    },
  };
}
