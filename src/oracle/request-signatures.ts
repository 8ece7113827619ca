/** The authentication extensions of a request, as far as their associations are known: RFC 3344 §3.5. */
import { verifies } from '../wire/auth.js';
import type { Extension } from '../wire/extensions.js';
import { coveredBy } from '../wire/mobileip.js';
import type { OracleContext } from './context.js';
import { check, type Finding } from './finding.js';
import type { Request } from './request.js';

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

/** For those who know that a request is from whom it says: in a capture, a forger's looks the same. */
export function judgeSignatures({ rrq, bytes }: Request, context: OracleContext): Finding[] {
  // which of several associations an unknown SPI stands for cannot be told
  const wrong = signatureFaults(bytes, rrq.extensions, context).filter(({ kind }) => kind === 'wrong');
  const actual = wrong.map(({ text }) => text).join(', ');
  return [check('LG-03', wrong.length === 0, 'MN-HA, MN-AAA or FA-HA authentication that verifies', actual)];
}
