/** Rules for one message of a revocation, for cases and for those who only watch: RFC 3543 §3.3 and §3.4. */
import { verifies } from '../wire/auth.js';
import type { Extension } from '../wire/extensions.js';
import { coveredBy, type Revocation, type RevocationAck } from '../wire/mobileip.js';
import type { OracleContext } from './context.js';
import { check, type Finding } from './finding.js';

/** Of a home agent; `informs`: both sides offered the I bit. RFC 3543 §3.3. */
export const judgeHomeAgentBits = ({ byHomeAgent, inform }: Revocation, informs: boolean): readonly Finding[] => [
  check('RV-03', byHomeAgent, 'A=1 in the revocation of a home agent', 'A=0'),
  check('RV-03', !inform || informs, 'I=0, for not both sides offered it', 'I=1'),
];

/** RFC 3543 §3.4. */
export const judgeInform = (ack: RevocationAck, revocation: Pick<Revocation, 'inform'>): Finding =>
  check('RV-10', !ack.inform || revocation.inform, 'I=0 in the acknowledgment, as in the revocation', 'I=1');

/** Whether an authenticator of an agreed association covers the message; `unknown` where none is agreed. */
export function authenticity(
  octets: Uint8Array,
  extensions: readonly Extension[],
  { mnHa, faHa }: Pick<OracleContext, 'mnHa' | 'faHa'>,
): 'right' | 'wrong' | 'unknown' {
  let found: 'wrong' | 'unknown' = 'unknown';
  for (const e of extensions) {
    if (e.name !== 'mnHa' && e.name !== 'faHa') continue;
    const association = e.name === 'mnHa' ? mnHa : faHa;
    if (association?.spi !== e.spi) continue;
    if (verifies(association, coveredBy(octets, e), e.authenticator ?? new Uint8Array(0))) return 'right';
    found = 'wrong';
  }
  return found;
}
