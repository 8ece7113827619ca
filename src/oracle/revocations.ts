/**
 * Revocations and their acknowledgments, for those who only watch: RFC 3543 §3.3 to §4.2. What was not seen may explain
 * much, so only registrations are looked at that were seen to agree on revocation.
 */
import type { Endpoint } from '../net/port.js';
import type { Dialect, Extension } from '../wire/extensions.js';
import {
  decodeRevocation,
  decodeRevocationAck,
  mobileIpPort,
  type Revocation,
  type RevocationAck,
} from '../wire/mobileip.js';
import type { OracleContext } from './context.js';
import type { Exchange, ObservedMessage } from './exchange.js';
import { check, type Finding, holds, violated } from './finding.js';
import { Remembered } from './remembered.js';
import { isAuthentication } from './reply-authentication.js';
import { type Agreement, Agreements, type Side } from './revocation-agreements.js';
import { authenticity, judgeHomeAgentBits, judgeInform } from './revocation-messages.js';
import { isTimed, laterBy, RevocationPace } from './revocation-pace.js';

/**
 * A finding that counts only if it still stands at the end, when all is seen that may explain it, and if nothing shows that
 * messages are missing.
 */
export interface Doubt {
  readonly finding: Finding;
  readonly stands: () => boolean;
}

export interface JudgedRevocation {
  readonly findings: readonly Finding[];
  readonly message?: Revocation | RevocationAck;
  /** What it is about; undefined where no such registration was seen. */
  readonly agreement?: Agreement | undefined;
  readonly doubt?: Doubt;
  /** An acknowledgment of no revocation that was seen. */
  readonly isUnmatched?: boolean;
  /** Of an acknowledgment after which the binding is gone for either side: when it was revoked. */
  readonly revokedAt?: number;
}

/** What those who watch know of a message. */
export interface Circumstances {
  /** The side that it is from. */
  readonly by: Side;
  /** The same octets came before, and nothing tells a copy from a message sent again. */
  readonly isCopy: boolean;
  readonly dialect: Dialect;
  /** With the keys that are known to be those of an agreement. */
  contextOf(agreement: Agreement): OracleContext;
}

/** A revocation that may be acknowledged. */
interface Sent {
  readonly message: Revocation;
  readonly at: number;
  readonly from: Endpoint;
  readonly agreement: Agreement | undefined;
  /** Nothing in it is known to be wrong, so the other side heeds it. */
  readonly isValid: boolean;
  readonly isTimed: boolean;
  readonly series: Series;
}

/** The revocation of a binding, and its repetitions. */
interface Series {
  readonly agreement: Agreement | undefined;
  /** None for another home address was sent at about that time. */
  isAlone: boolean;
  isAcknowledged: boolean;
  /** Identifiers that were acknowledged for a home address that nobody is known to have had. */
  readonly misnamed: Set<number>;
}

/** How long an acknowledgment is waited for, in milliseconds, and of how many revocations between two agents. */
const patience = 60_000;
const mostSent = 256;
/** Within so many milliseconds several bindings may be revoked at once. */
const atOnce = 5000;
/** Seconds by which an identifier may be ahead: they are whole, and the network may hold one message back. */
const ahead = 3;
/** Once, what was lost may explain it. */
const tooOften = 2;

const nothing: JudgedRevocation = { findings: [] };

export class Revocations {
  readonly #agreements = new Agreements();
  readonly #pace = new RevocationPace();
  /** By the side that revokes, and the address of the proxy agent. */
  readonly #sent = new Remembered<readonly Sent[]>();

  /** Takes in an exchange: whether revocation is agreed. */
  agree(x: Exchange): void {
    this.#agreements.take(x);
  }

  /** Judges what may be a revocation or an acknowledgment. */
  hear(observed: ObservedMessage, known: Circumstances): JudgedRevocation {
    const revocation = decodeRevocation(observed.bytes, known.dialect);
    if (revocation.ok) return this.#revocation(observed, revocation.value, known);
    const ack = decodeRevocationAck(observed.bytes, known.dialect);
    return ack.ok ? { message: ack.value, ...this.#acknowledgment(observed, ack.value, known) } : nothing;
  }

  #revocation(
    { at, from, to, bytes }: ObservedMessage,
    message: Revocation,
    { by, isCopy, contextOf }: Circumstances,
  ): JudgedRevocation {
    const { homeAddress, revocationId: id } = message;
    const peer = by === 'ha' ? to.address : from.address;
    const agreement = this.#agreements.of(peer, homeAddress, at);
    const signed = agreement && authenticity(bytes, message.extensions, contextOf(agreement));
    const form =
      by === 'ha' && agreement ? [...judgeForm(message, to, agreement), ...judgeSigned('RV-03', signed)] : [];
    const isValid =
      agreement !== undefined &&
      form.every((f) => f.holds) &&
      signed !== 'wrong' &&
      message.byHomeAgent === (by === 'ha') &&
      laterBy(id, agreement.clocks[by].shown) > 0; // RFC 3543 §4.2.2.2
    const isSure = agreement !== undefined && isTimed(agreement, by, id, at);
    this.#keep(`${by} ${peer}`, { message, at, from, agreement, isValid, isTimed: isSure });
    const pace = agreement && !isCopy ? this.#pace.judge(message, at, by, agreement) : [];
    return { message, agreement, findings: [...form, ...pace] };
  }

  #keep(name: string, sent: Omit<Sent, 'series'>): void {
    const { message, agreement, at } = sent;
    const others = (this.#sent.get(name) ?? []).filter((s) => at - s.at <= patience).slice(1 - mostSent);
    const isOwn = (s: Sent): boolean => s.message.homeAddress === message.homeAddress;
    const before = others.findLast(isOwn)?.series;
    const isRepetition = before !== undefined && before.agreement === agreement;
    const series = isRepetition
      ? before
      : { agreement, isAlone: true, isAcknowledged: false, misnamed: new Set<number>() };
    for (const other of others) {
      if (!isOwn(other) && Math.abs(at - other.at) <= atOnce) other.series.isAlone = series.isAlone = false;
    }
    this.#sent.set(name, [...others, { ...sent, series }], at, at + patience);
  }

  #acknowledgment(
    { at, from, to, bytes }: ObservedMessage,
    ack: RevocationAck,
    { by, contextOf }: Circumstances,
  ): JudgedRevocation {
    const peer = by === 'mpa' ? from.address : to.address;
    const known = (this.#sent.get(`${by === 'mpa' ? 'ha' : 'mpa'} ${peer}`) ?? []).filter((s) => at - s.at <= patience);
    const own = known.filter((s) => s.message.homeAddress === ack.homeAddress);
    const answered = own.findLast((s) => s.message.revocationId === ack.revocationId);
    const rule = by === 'mpa' ? 'RV-05' : 'RV-08';
    if (!answered) {
      const agreement = this.#agreements.of(peer, ack.homeAddress, at);
      const findings = judgeIdentifier(own, ack, at, rule);
      const doubt = own.length === 0 ? this.#misnamed(known, ack, rule) : undefined;
      return { agreement, findings, isUnmatched: true, ...(doubt && { doubt }) };
    }
    answered.series.isAcknowledged = true;
    const { agreement, message } = answered;
    if (!agreement) return nothing;
    const place = `it at ${answered.from.address}, from where the revocation came`;
    const signed = authenticity(bytes, ack.extensions, contextOf(agreement));
    const findings = [
      judgeInform(ack, message),
      check(rule, to.address === answered.from.address, place, () => `at ${to.address}`),
      ...judgeSigned(rule, signed),
      // RFC 3543 §3.3 has other ways to protect both, but not for one of them alone
      ...(message.extensions.some(isAuthentication) ? [judgePresence(rule, ack.extensions)] : []),
    ];
    const isOver = answered.isValid && findings.every((f) => f.holds);
    return { agreement, findings, ...(isOver && { revokedAt: answered.at }) };
  }

  /**
   * Acknowledgments for a home address that nobody is known to have had, each with the identifier of the only revocation
   * under way: they are for that one, unless it is acknowledged too, or another was not seen time and again.
   */
  #misnamed(known: readonly Sent[], { homeAddress, revocationId: id }: RevocationAck, rule: string): Doubt | undefined {
    const meant = known.find(({ message }) => message.revocationId === id);
    if (!meant?.agreement || this.#agreements.knows(homeAddress)) return undefined;
    const { series, message } = meant;
    series.misnamed.add(id);
    return {
      finding: violated(rule, `an acknowledgment for ${message.homeAddress}`, `one for ${homeAddress}`),
      stands: () => series.isAlone && !series.isAcknowledged && series.misnamed.size >= tooOften,
    };
  }
}

/** RFC 3543 §3.3, of a home agent: its bits, and its port. */
function judgeForm(message: Revocation, to: Endpoint, { mpa, homeAgent, informs }: Agreement): Finding[] {
  // one behind a translator of addresses may be reached where its request came from alone
  const isRightPort = [mobileIpPort, mpa.port, homeAgent.port].includes(to.port);
  return [
    ...judgeHomeAgentBits(message, informs),
    check('RV-03', isRightPort, `it at port ${mobileIpPort}`, () => `at port ${to.port}`),
  ];
}

function judgeSigned(rule: string, signed: ReturnType<typeof authenticity> | undefined): Finding[] {
  if (signed === undefined || signed === 'unknown') return [];
  return [
    check(rule, signed === 'right', 'a right authenticator of an agreed association', 'one that does not verify'),
  ];
}

/**
 * RFC 3543 §3.4: the identifier is that of a revocation. One that was not seen may have had another, but none that is
 * later than the clock of its sender.
 */
function judgeIdentifier(own: readonly Sent[], ack: RevocationAck, at: number, rule: string): Finding[] {
  const last = own.at(-1);
  if (!last?.isTimed) return [];
  const { revocationId: id } = last.message;
  if (laterBy(ack.revocationId, id) <= (at - last.at) / 1000 + ahead) return [];
  return [violated(rule, `identifier ${id}, as in the revocation`, String(ack.revocationId))];
}

function judgePresence(rule: string, extensions: readonly Extension[]): Finding {
  // what cannot be read may be one
  const isThere = extensions.some((e) => isAuthentication(e) || e.name === 'raw' || e.name === 'tail');
  return isThere ? holds(rule) : violated(rule, 'an authenticator, as the revocation has', 'none');
}
