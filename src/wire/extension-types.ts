/** What extensions of Mobile IP messages look like as values, RFC 3344 §1.8 to 1.10. */
import type { Algorithm } from './auth.js';

/** Layout of the GRE Key extension: the draft's (with the A flag), yegani-02's (reserved octets), or RFC 6245's. */
export type GreKeyForm = 'tsirtsis-00' | 'yegani-02' | 'rfc6245';

/** What of the extension space depends on the profile. */
export interface Dialect {
  /** 0 to 127: yegani-02 §5 wants a non-skippable number and leaves it open. */
  readonly greKeyType: number;
  readonly greKeyForm: GreKeyForm;
  /**
   * Encoding of the PMIPv4 non-skippable extension (47): long, as draft-leung-mip4-proxy-mode-10 §5.1 has it, unless
   * said otherwise. Some implementations send it short.
   */
  readonly pmipForm?: 'long' | 'short';
}

export const defaultDialect: Dialect = { greKeyType: 48, greKeyForm: 'tsirtsis-00' };

/** Key and algorithm for an authentication extension of this type and SPI. */
export type KeyLookup = (
  extensionType: number,
  spi: number,
) => { readonly key: Uint8Array; readonly algorithm: Algorithm } | undefined;

export interface WireContext {
  readonly dialect: Dialect;
  /** Needed by the encoder for every authenticator that is not given. */
  readonly keys?: KeyLookup;
}

/** Where the decoder found an extension. The encoder ignores it. */
interface Found {
  /** Octet where the extension starts in the message, and its size with type and length. */
  readonly at?: number;
  readonly size?: number;
}

/** Fields that any extension with a length may carry besides its body. */
interface Common extends Found {
  /** Overrides the type number of the name. */
  readonly type?: number;
  /** Overrides the length octet(s), even with a wrong value. */
  readonly length?: number;
}

export type AuthenticationName = 'mnHa' | 'mnFa' | 'faHa' | 'generalizedAuth';
export interface AuthenticationExtension extends Common {
  readonly name: AuthenticationName;
  /** Only generalizedAuth has one; 1 is MN-AAA. */
  readonly subType?: number;
  readonly spi: number;
  /** Computed from the keys of the context when left out. */
  readonly authenticator?: Uint8Array;
}
export interface GreKeyExtension extends Common {
  readonly name: 'greKey';
  /** The A flag: GRE-based L2 tunnel asked for or granted. Not on the wire in the yegani-02 and RFC 6245 forms. */
  readonly a?: boolean;
  /** The other reserved bits: 15 of them in tsirtsis-00, 16 in yegani-02. */
  readonly reserved?: number;
  readonly subType?: number;
  /** 0 to 2^32-1. */
  readonly key: number;
}
export interface NaiExtension extends Common {
  readonly name: 'nai';
  /** One character an octet: characters up to U+00FF. */
  readonly nai: string;
}
export interface RevocationSupportExtension extends Common {
  readonly name: 'revocationSupport';
  readonly inform?: boolean;
  readonly reserved?: number;
  readonly timestamp: number;
}
export interface DynamicHaExtension extends Common {
  readonly name: 'dynamicHa';
  /** 1 requested, 2 redirected. */
  readonly subType: number;
  readonly homeAgent: string;
}
export interface PmipNonSkippableExtension extends Common {
  readonly name: 'pmipNonSkippable';
  readonly subType?: number;
  readonly method: number;
}
export interface OpaqueExtension extends Common {
  readonly name: 'criticalVendor' | 'pmipSkippable';
  readonly subType: number;
  readonly data: Uint8Array;
}
/** An extension of unknown type, or of a known type whose body is not what the type demands. */
export interface RawExtension extends Common {
  readonly name: 'raw';
  readonly type: number;
  /** Sent where the long encoding has it if the type is known to use that, else as first octet of a short one. */
  readonly subType?: number;
  readonly data: Uint8Array;
  /** Set by the decoder for a known type with a bad body. */
  readonly issue?: string;
}
/** The one-octet pad, RFC 3344 §1.9: type 0, no length octet. */
export interface PadExtension extends Found {
  readonly name: 'pad';
}
/** Octets that cannot be divided into extensions, for the length of the first points past the end of the message. */
export interface TailExtension extends Found {
  readonly name: 'tail';
  readonly data: Uint8Array;
  /** Set by the decoder. */
  readonly issue?: string;
}
export type Extension =
  | AuthenticationExtension
  | GreKeyExtension
  | NaiExtension
  | RevocationSupportExtension
  | DynamicHaExtension
  | PmipNonSkippableExtension
  | OpaqueExtension
  | RawExtension
  | PadExtension
  | TailExtension;

export type ExtensionName = Extension['name'];
