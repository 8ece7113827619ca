/** Authenticators of Mobile IP messages. */
import { createHash } from 'node:crypto';
import { hmacMd5 } from './md5.js';
import { sameBytes } from './text.js';

/** HMAC-MD5 is RFC 3344 §5.1 (after RFC 2104); prefix+suffix MD5 is the older RFC 2002 §3.5.1. */
export const algorithms = ['hmac-md5', 'prefix-suffix-md5'] as const;
export type Algorithm = (typeof algorithms)[number];

/** One direction-less mobility security association. */
export interface SecurityAssociation {
  /** 256 to 2^32-1; 0 to 255 are reserved (RFC 3344 §1.6). */
  readonly spi: number;
  readonly key: Uint8Array;
  readonly algorithm: Algorithm;
}

/** The authenticator (16 octets) over `covered`: everything from the message type up to and including the SPI. */
export function authenticator(sa: Omit<SecurityAssociation, 'spi'>, covered: Uint8Array): Uint8Array {
  switch (sa.algorithm) {
    case 'hmac-md5':
      return hmacMd5(sa.key, covered);
    case 'prefix-suffix-md5':
      return createHash('md5').update(sa.key).update(covered).update(sa.key).digest();
  }
}

/** Whether `given` is the right authenticator over `covered`. */
export function verifies(sa: Omit<SecurityAssociation, 'spi'>, covered: Uint8Array, given: Uint8Array): boolean {
  return sameBytes(authenticator(sa, covered), given);
}
