/**
 * Makes a captured reply fit for a new request: what it copied from its request it copies from the new one, what the HA
 * chose stays as it chose it, and it is signed anew. What was wrong in the capture stays wrong.
 */
import { isUnset } from '../oracle/request.js';
import type { Dialect, Extension } from '../wire/extensions.js';
import { decodeRrp, decodeRrq, encodeRrp, high32, low32, ntpTimestamp, type Rrp, type Rrq } from '../wire/mobileip.js';
import type { Message } from './packet.js';
import { keysOf, type Signing, unsigned } from './sign-again.js';

export interface ReplyRenewal extends Signing {
  readonly dialect: Dialect;
  readonly replay: 'timestamps' | 'nonces';
  /** Another address for one of the capture; the same where there is none. */
  readonly address: (captured: string) => string;
}

export interface CapturedExchange {
  readonly request: Message;
  readonly reply: Message;
}

/** The octets to send at `now` in answer to `request`; undefined when a message cannot be read. */
export function renewReply(
  captured: CapturedExchange,
  request: Uint8Array,
  now: number,
  renewal: ReplyRenewal,
): Uint8Array | undefined {
  const { dialect, address } = renewal;
  const [asked, answered] = [decodeRrq(captured.request.bytes, dialect), decodeRrp(captured.reply.bytes, dialect)];
  const current = decodeRrq(request, dialect);
  if (!asked.ok || !answered.ok || !current.ok) return undefined;
  const [before, rrp, rrq] = [asked.value, answered.value, current.value];
  const isCopied = rrp.homeAddress === before.homeAddress && !isUnset(before.homeAddress);
  const extensions = rrp.extensions.map((e) => renewExtension(e, before, rrq));
  const renewed = {
    ...rrp,
    lifetime: lifetimeFor(before.lifetime, rrp.lifetime, rrq.lifetime),
    homeAddress: isCopied && !isUnset(rrq.homeAddress) ? rrq.homeAddress : rrp.homeAddress,
    homeAgent: address(rrp.homeAgent),
    identification: identification(before, rrp, rrq, { captured: captured.reply.at, now }, renewal.replay),
    extensions: unsigned(extensions, captured.reply.bytes, renewal),
  };
  return encodeRrp(renewed, { dialect, keys: keysOf(renewal) });
}

/** That of the capture, so that renewals come as they came there; but not more than is asked, unless it was more there. */
function lifetimeFor(asked: number, granted: number, askedNow: number): number {
  return granted <= asked ? Math.min(granted, askedNow) : Math.min(askedNow + granted - asked, 0xffff);
}

function renewExtension(e: Extension, before: Rrq, now: Rrq): Extension {
  if (e.name === 'nai') {
    const [was, is] = [before, now].map(({ extensions }) => extensions.find((other) => other.name === 'nai'));
    return is && was?.nai === e.nai ? { ...e, nai: is.nai } : e;
  }
  if (e.name !== 'greKey') return e;
  const [was, is] = [before, now].map(({ extensions }) => extensions.find((other) => other.name === 'greKey'));
  if (!was || !is) return e;
  const isKeyCopied = was.key === e.key && was.key !== 0 && is.key !== 0;
  const isFlagCopied = was.a === e.a;
  return {
    ...e,
    ...(isKeyCopied && { key: is.key }),
    ...(isFlagCopied && is.a !== undefined && { a: is.a }),
  };
}

/** RFC 3344 §5.7: each half as far from that of the request as it was, or from the clock where the HA put that there. */
function identification(
  before: Rrq,
  rrp: Rrp,
  rrq: Rrq,
  at: { readonly captured: number; readonly now: number },
  replay: 'timestamps' | 'nonces',
): bigint {
  const low = low32(rrq.identification) ^ low32(rrp.identification) ^ low32(before.identification);
  const isCopied = high32(rrp.identification) === high32(before.identification);
  const clock = high32(rrp.identification) + high32(ntpTimestamp(at.now)) - high32(ntpTimestamp(at.captured));
  const high = isCopied ? high32(rrq.identification) : replay === 'nonces' ? high32(rrp.identification) : clock;
  return (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
}
