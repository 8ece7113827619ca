/** With which registrations revocation is agreed, and what either side said then: RFC 3543 §3.2. */
import type { Endpoint } from '../net/port.js';
import type { Extension, RevocationSupportExtension } from '../wire/extensions.js';
import { endOfLifetime } from '../wire/mobileip.js';
import { mnOf } from './bindings.js';
import type { Exchange } from './exchange.js';
import { Recent } from './recent.js';
import { Remembered } from './remembered.js';
import { isUnset } from './request.js';

export type Side = 'ha' | 'mpa';

/** What the clock of a side showed, in seconds, and when that was seen, in milliseconds since the Unix epoch. */
interface Reading {
  readonly shown: number;
  readonly at: number;
}

export interface Agreement {
  readonly mn: string;
  readonly careOf: string;
  /** Both ends as the registration had them. */
  readonly mpa: Endpoint;
  readonly homeAgent: Endpoint;
  /** When it was accepted. */
  readonly since: number;
  /** Both sides offered the I bit. */
  readonly informs: boolean;
  readonly clocks: Readonly<Record<Side, Reading>>;
}

interface Registered {
  readonly mn: string;
  readonly until: number;
  /** Until when another MN has the same home address here: a revocation then does not tell the two apart. */
  readonly shared: number;
  readonly agreement: Agreement | undefined;
}

/** How long after its end a binding may be revoked still, in milliseconds. */
const remembered = 60_000;
const homesKept = 10_000;

export class Agreements {
  /** By either address of the proxy agent, and the home address. */
  readonly #all = new Remembered<Registered>();
  readonly #homes = new Recent<string, true>(homesKept);
  #isUsed = false;

  take(x: Exchange): void {
    const { rrq, rrp, request, reply } = x;
    const [asked, given] = [rrq, rrp].map(({ extensions }) => offerIn(extensions));
    this.#isUsed ||= asked !== undefined && given !== undefined;
    if (!x.accepted || isUnset(rrp.homeAddress)) return;
    this.#homes.set(rrp.homeAddress, true);
    if (!this.#isUsed) return;
    const mn = mnOf(x);
    const { at } = reply;
    const until = endOfLifetime(at, rrp.lifetime);
    const agreement = asked && given && agreed(x, mn, asked, given);
    for (const address of new Set([request.from.address, rrq.careOfAddress])) {
      const name = nameOf(address, rrp.homeAddress);
      const before = this.#all.get(name);
      if (!x.registers && before?.mn !== mn) continue;
      const shared = before === undefined ? -Infinity : before.mn === mn ? before.shared : before.until;
      // what revokes a binding may cross its deregistration
      const next = x.registers ? { mn, until, shared, agreement } : before && { ...before, until: at };
      if (next) this.#all.set(name, next, at, until + remembered);
    }
  }

  /** That of the proxy agent with this address; undefined where there is none, or two are not told apart. */
  of(address: string, homeAddress: string, now: number): Agreement | undefined {
    const found = this.#all.get(nameOf(address, homeAddress));
    return found && found.shared <= now ? found.agreement : undefined;
  }

  /** Whether any MN was seen to register this home address, revocation or not. */
  knows(homeAddress: string): boolean {
    return this.#homes.get(homeAddress) === true;
  }
}

const agreed = (
  { rrq, request, reply }: Exchange,
  mn: string,
  asked: RevocationSupportExtension,
  given: RevocationSupportExtension,
): Agreement => ({
  mn,
  careOf: rrq.careOfAddress,
  mpa: request.from,
  homeAgent: request.to,
  since: reply.at,
  informs: asked.inform === true && given.inform === true,
  clocks: {
    ha: { shown: given.timestamp, at: reply.at },
    mpa: { shown: asked.timestamp, at: request.at },
  },
});

const offerIn = (extensions: readonly Extension[]): RevocationSupportExtension | undefined =>
  extensions.find((e): e is RevocationSupportExtension => e.name === 'revocationSupport');

const nameOf = (address: string, homeAddress: string): string => `${address} ${homeAddress}`;
