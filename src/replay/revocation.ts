/** What a revocation of a capture, or its acknowledgment, leaves of what is known about its mobile nodes. */
import type { Bindings } from '../oracle/bindings.js';
import { isUnset } from '../oracle/request.js';
import type { JudgedRevocation } from '../oracle/revocations.js';
import type { Revocation, RevocationAck } from '../wire/mobileip.js';
import type { Strays } from './strays.js';

/**
 * RFC 3543 §3.3: a revocation ends a binding unless it is to be ignored, which a capture does not tell for sure. So
 * nothing is demanded of that binding any longer; the next registration of its MN begins anew. Once it is acknowledged,
 * the binding is gone.
 */
export function takeIn(
  message: Revocation | RevocationAck,
  { agreement, revokedAt }: JudgedRevocation,
  { bindings, strays, at }: { readonly bindings: Bindings; readonly strays: Strays; readonly at: number },
): void {
  const nai = message.extensions.find((e) => e.name === 'nai')?.nai;
  // in L2 mode there may be no home address (draft §7)
  if (nai === undefined && isUnset(message.homeAddress)) {
    strays.leaveAllOpen(at);
    return bindings.forgetAll();
  }
  const named = nai === undefined ? bindings.mnsOf(message.homeAddress, at) : [nai];
  for (const mn of named) {
    const own = bindings.of(mn, at);
    // what is revoked after a handover is the binding that was, draft-leung-mip4-proxy-mode-10 §4.1.2
    const isElsewhere = agreement?.mn === mn && own.length > 0 && own.every((b) => b.careOf !== agreement.careOf);
    if (isElsewhere) continue;
    bindings.forget(mn, at);
    strays.leaveOpen(mn, at);
  }
  if (agreement && revokedAt !== undefined) strays.revoked(agreement.mn, agreement.careOf, revokedAt, at);
}
