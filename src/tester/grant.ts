/** A valid Registration Reply from the tester as home agent, what it puts in force, and the ways to bend it. */
import type { Extension, GreKeyExtension } from '../wire/extensions.js';
import type { Rrp, RrpInput, Rrq } from '../wire/mobileip.js';
import { isAccepted } from '../wire/mobileip.js';
import type { Bend } from './bend.js';
import type { Grant, ProxiedNode, SeenRequest } from './proxied-node.js';

export interface ReplyOptions {
  readonly code?: number;
  /** Seconds granted; never more than asked unless bent. */
  readonly lifetime?: number;
  /** Key Identifier of the reply instead of what follows from the draft. */
  readonly key?: number;
  readonly homeAgent?: string;
  readonly identification?: bigint;
  /** Takes up an offer of revocation, with this timestamp (RFC 3543 §3.2). */
  readonly revocation?: number;
  /** Extensions that a home agent may add, in front of the authentication. */
  readonly extra?: readonly Extension[];
  /** Milliseconds to wait before it is sent. */
  readonly delay?: number;
  readonly bend?: Bend<RrpInput>;
  /** Further replies to the same request, each sent right behind the one before. */
  readonly then?: ReplyOptions;
}

const unset: ReadonlySet<string> = new Set(['0.0.0.0', '255.255.255.255']);

/** Longest lifetime that the tester grants, in seconds. */
const longest = 1800;

export function greKeyOf(rrq: Rrq | Rrp): GreKeyExtension | undefined {
  return rrq.extensions.find((e) => e.name === 'greKey');
}

/** draft §6.2: the request names the key that was agreed, in the mode that was agreed. */
function reflects(grant: Grant | undefined, asked: GreKeyExtension): boolean {
  return grant !== undefined && asked.key !== 0 && asked.key === grant.agreedKey && (asked.a ?? false) === grant.l2;
}

/** What the documents leave open about the keys of a reply. */
export interface KeyRules {
  /** Each side names the key under which it wants to receive (yegani-02 §5), not the one under which it sends (draft §5.1). */
  readonly atReceiver: boolean;
  /** A renewal is answered with a copy of its own key, also where that is not the home agent's (draft §6.2). */
  readonly copies: boolean;
}

/** The reply that the draft wants, and the grant that follows from it; a denial grants nothing. */
export function validReply(
  node: ProxiedNode,
  request: SeenRequest,
  options: ReplyOptions,
  { atReceiver, copies }: KeyRules,
): { readonly reply: RrpInput; readonly grant: Grant | undefined } {
  const { rrq, station } = request;
  const code = options.code ?? 0;
  const asked = greKeyOf(rrq);
  const renews = asked !== undefined && reflects(node.grant, asked);
  const kept = atReceiver ? node.grant?.reverseKey : node.grant?.forwardKey;
  // rfc-digest A-03: the home agent's own key is understood also by who has lost the reply before, and asks again
  const reflected = copies && !atReceiver ? asked?.key : kept;
  const allocated = options.key ?? (renews ? reflected : undefined) ?? node.nextKey();
  const l2 = asked?.a === true;
  // draft §7: in L2 mode the HoA may stay 0
  const homeAddress = !unset.has(rrq.homeAddress) ? rrq.homeAddress : l2 ? '0.0.0.0' : node.homeAddress;
  const lifetime = Math.min(rrq.lifetime, options.lifetime ?? longest);
  const homeAgent = options.homeAgent ?? station.address;
  const granted = isAccepted(code);
  const key: Extension[] = asked && granted ? [{ name: 'greKey', a: l2, key: allocated }] : [];
  const reply: RrpInput = {
    code,
    lifetime,
    homeAddress,
    homeAgent,
    identification: options.identification ?? rrq.identification,
    extensions: [
      ...(options.extra ?? []),
      ...copied(rrq, 'nai'),
      ...key,
      ...signatures(rrq, granted ? options.revocation : undefined),
    ],
  };
  if (!granted || rrq.lifetime === 0) return { reply, grant: undefined };
  const bidirectional = asked !== undefined && (renews ? (node.grant?.bidirectional ?? false) : asked.key === 0);
  const ours = asked && (asked.key === 0 ? allocated : asked.key);
  const theirs = asked && (renews && options.key === undefined ? kept : allocated);
  const grant: Grant = {
    at: request.at,
    careOf: rrq.careOfAddress,
    homeAddress,
    l2,
    bidirectional,
    agreedKey: ours,
    reverseKey: atReceiver ? theirs : ours,
    forwardKey: atReceiver ? ours : theirs,
    lifetime,
    revocation: options.revocation,
    station,
  };
  return { reply, grant };
}

const copied = (rrq: Rrq, name: 'nai'): Extension[] => rrq.extensions.filter((e) => e.name === name);

/**
 * RFC 3344 §3.8.3.3: the reply is signed for whoever signed the request, MN-HA before FA-HA. RFC 3543 §3.2: an offer of
 * revocation stands before the last, which is that of the agents.
 */
function signatures(rrq: Rrq, revocation: number | undefined): Extension[] {
  const all = (['mnHa', 'faHa'] as const).flatMap((name): Extension[] => {
    const signed = rrq.extensions.find((e) => e.name === name);
    return signed?.name === name ? [{ name, spi: signed.spi }] : [];
  });
  if (revocation === undefined) return all;
  return [...all.slice(0, -1), { name: 'revocationSupport', timestamp: revocation }, ...all.slice(-1)];
}
