/** The authentication extensions of a request, as far as their associations are known: RFC 3344 §3.5. */
import { verifies } from '../wire/auth.js';
import type { Extension } from '../wire/extensions.js';
import { coveredBy } from '../wire/mobileip.js';
import type { OracleContext } from './context.js';

export interface SignatureFault {
  /** `unknown`: its SPI is none that we know of, which says nothing about the authenticator. */
  readonly kind: 'wrong' | 'unknown';
  readonly text: string;
}

/** What is wrong with each MN-HA and FA-HA extension among those. */
export function signatureFaults(
  bytes: Uint8Array,
  extensions: readonly Extension[],
  { mnHa, faHa }: Pick<OracleContext, 'mnHa' | 'faHa'>,
): readonly SignatureFault[] {
  return extensions.flatMap((e): SignatureFault[] => {
    if (e.name !== 'mnHa' && e.name !== 'faHa') return [];
    const sa = e.name === 'mnHa' ? mnHa : faHa;
    if (sa?.spi !== e.spi) return [{ kind: 'unknown', text: `${e.name} with unknown SPI ${e.spi}` }];
    if (verifies(sa, coveredBy(bytes, e), e.authenticator ?? new Uint8Array(0))) return [];
    return [{ kind: 'wrong', text: `${e.name} that does not verify` }];
  });
}
