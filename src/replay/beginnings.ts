/**
 * Mobile nodes whose first registration in the capture need not be their first: it may renew or move a binding made
 * before the capture began, of which packets may still be under way.
 */
import { type Binding, mnOf } from '../oracle/bindings.js';
import type { Exchange } from '../oracle/exchange.js';
import { underWay } from '../oracle/lately.js';
import { Recent } from '../oracle/recent.js';
import { isUnset } from '../oracle/request.js';

interface Beginning {
  /** When the reply was seen, milliseconds since the Unix epoch. */
  readonly at: number;
  /** RFC 3344 §3.6.1.2: a sender that has a binding of the MN names its home address. */
  readonly mayRenew: boolean;
}

const mostMns = 10_000;
/** What packets of the binding before, with the same ends, seem to violate: other keys, none, another encapsulation. */
const aboutAgreement: ReadonlySet<string> = new Set(['TN-03', 'TN-09', 'TS-05', 'TS-23', 'YG-14', 'YG-19', 'YG-23']);

export class Beginnings {
  readonly #byMn = new Recent<string, Beginning>(mostMns);

  /** Takes in an accepted registration. */
  accepted(x: Exchange): void {
    const mn = mnOf(x);
    if (this.#byMn.get(mn)) return;
    this.#byMn.set(mn, { at: x.reply.at, mayRenew: !isUnset(x.rrq.homeAddress) });
  }

  /** Whether a packet that violates the requirement may be of the binding before this one. */
  explains(requirement: string, { mn }: Binding, at: number): boolean {
    const beginning = this.#byMn.get(mn);
    if (!beginning || at >= beginning.at + underWay) return false;
    // the HA may have sent it to where the MN was before
    return requirement === 'TN-01' || (beginning.mayRenew && aboutAgreement.has(requirement));
  }
}
