/** Rules about what an HA accepted though it had to refuse it: RFC 3344 §3.8.2.1 and §5.7.1, yegani-02 §4.2. */
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import { coveredBy, endOfLifetime, high32, ntpTimestamp, replyCodes, type Rrp, type Rrq } from '../wire/mobileip.js';
import { type Binding, mnOf } from './bindings.js';
import type { OracleContext } from './context.js';
import { type Circumstances, weighRequest } from './deserves.js';
import { type Exchange, greKeyExtensions, naiOf } from './exchange.js';
import { check, type Finding, holds, violated } from './finding.js';
import { Remembered } from './remembered.js';
import { isUnset } from './request.js';
import { hexId, idMatters } from './request-order.js';

interface Accepted {
  readonly identification: bigint;
  /** When its request was seen. */
  readonly asked: number;
  /** The addresses that it is about. */
  readonly registration: string;
  /** When the reply was seen, and when the granted lifetime ends. */
  readonly at: number;
  readonly until: number;
}

/** Lawful devices may count whole seconds; in milliseconds. */
const clockTick = 1000;
/** What a network may delay one reply more than another, and that; in milliseconds. */
const longestDelay = 4000;

/** What an acceptance shows to have held, where it was deserved. */
const always = ['HA-03', 'HA-05', 'HA-28'].map((id) => holds(id));
const alwaysFresh = [...always, holds('HA-12')];

export class Acceptance {
  #accepted = new Remembered<Accepted>();
  #usesExtension = false;
  /** How far the Identification accepted last was from the time of the capture, in seconds. */
  #away: number | undefined;

  /** For those who only watch. `before` is what the MN certainly had until then. */
  judge(x: Exchange, context: OracleContext, before: readonly Binding[]): Finding[] {
    if (!x.accepted) return this.#judgeClock(x, context);
    this.#usesExtension ||= x.granted !== undefined;
    if (context.replay !== 'nonces') this.#away = secondsAway(x);
    return [
      ...judgeAuthenticator(x, context.mnHa),
      ...judgePresence(x, context),
      ...judgeDeserts(x, context),
      ...judgeMove(x, before),
      ...this.#judgeSecond(x, context),
      ...this.#judgeOrder(x, context),
      ...this.#judgeGre(x, context),
    ];
  }

  /**
   * RFC 3344 §5.7.1: the high half of a reply with code 133 is the clock of the HA. It accepts what is near that, so it
   * is not what is far from all that it accepted.
   */
  #judgeClock(x: Exchange, context: OracleContext): Finding[] {
    if (context.replay === 'nonces' || this.#away === undefined) return [];
    if (x.rrp.code !== replyCodes.identificationMismatch) return [];
    if (Math.abs(secondsAway(x) - this.#away) < beyondDoubt) return [];
    const isEcho = high32(x.rrp.identification) === high32(x.rrq.identification);
    const text = 'the time of the HA in the high 32 bits';
    return [check('HA-15', !isEcho, text, () => `those of the request, ${secondsAway(x)} s off`)];
  }

  /** For those who bend requests on purpose: only what is certain of whatever they sent, and however late it comes. */
  judgeSent(x: Exchange, context: OracleContext, known: Circumstances): Finding[] {
    if (!x.accepted) return [];
    const { deserts } = weighRequest(x.rrq, x.request.bytes, context, known);
    const { code } = x.rrp;
    if (deserts.verdict === 'mustRefuse') {
      return [violated(deserts.requirement, `a denial or silence, for ${deserts.why}`, `code ${code}`)];
    }
    // by its home address alone a device may take it for an MN with an NAI, or not
    const order = naiOf(x.rrq) === undefined ? [] : this.#judgeOrder(x, context);
    return [...(context.replay === 'timestamps' ? alwaysFresh : always), ...order];
  }

  /** The device was started anew and has forgotten what it accepted. */
  forget(): void {
    this.#accepted = new Remembered();
  }

  /**
   * RFC 3344 §3.8: one reply to a request. The network may have doubled the request on its way to the HA, which may then
   * accept it again; but for no more than the time that is left (§3.8.2.2), so what grants more was not asked for.
   */
  #judgeSecond(x: Exchange, context: OracleContext): Finding[] {
    const { rrq, rrp } = x;
    const before = this.#accepted.get(mnOf(x));
    if (context.replay === 'nonces' || !x.registers || before?.asked !== x.request.at) return [];
    // a clock without fractions gives two MNs the same Identification, and the request of the other may be lost
    if (rrp.identification !== before.identification || naiOf(rrp) !== naiOf(rrq)) return [];
    const left = secondsLeft(before, x, longestDelay);
    const text = (): string => `no second reply to a request, or one for at most the ${left} s that are left`;
    return [check('HA-50', rrp.lifetime <= left, text, () => `a second one for ${rrp.lifetime} s`)];
  }

  /** A request sent after another was accepted needs a greater timestamp. */
  #judgeOrder(x: Exchange, context: OracleContext): Finding[] {
    if (context.replay === 'nonces') return [];
    const mn = mnOf(x);
    const before = this.#accepted.get(mn);
    const { identification } = x.rrq;
    const isGreater =
      before === undefined || BigInt.asUintN(64, identification - before.identification - 1n) < 1n << 63n;
    const { at } = x.reply;
    const registration = `${x.rrq.homeAddress} ${x.rrq.careOfAddress}`;
    if (isGreater) {
      const until = endOfLifetime(at, x.rrp.lifetime);
      const accepted = { identification, asked: x.request.at, registration, at, until };
      this.#accepted.set(mn, accepted, at, idMatters(at, x.rrp.lifetime));
    }
    if (before === undefined || x.request.at < before.at) return [];
    // RFC 3344 §3.8.2.2 has the same request accepted again, §5.7.1 has it denied
    const isDuplicate = identification === before.identification && registration === before.registration;
    if (isDuplicate && context.knobs['duplicate'] !== '133') return judgeDuplicate(x, before);
    const text = `denial of an Identification not greater than ${hexId(before.identification)}`;
    return [check('HA-13', isGreater, text, `code ${x.rrp.code} for ${hexId(identification)}`)];
  }

  /** only for an HA that is known to use the extension; plain GRE of RFC 3344 has none. */
  #judgeGre(x: Exchange, context: OracleContext): Finding[] {
    if (!x.registers || !x.rrq.gre || !this.#usesExtension || context.knobs['g_without_ext'] !== '134') return [];
    const isThere = greKeyExtensions(x.rrq.extensions, context).length > 0;
    return isThere ? [] : [violated('YG-13', 'denial with code 134 of G without the extension', `code ${x.rrp.code}`)];
  }
}

/** Seconds by which an Identification is off for certain. */
const beyondDoubt = 60;

const secondsAway = ({ rrq, request }: Exchange): number =>
  (high32(rrq.identification) - high32(ntpTimestamp(request.at))) | 0;

/** RFC 3344 §3.8.3.3, seen without the key: whoever accepts MN-HA shares an association with the MN. */
function judgePresence({ rrq, rrp }: Exchange, { mnHa }: OracleContext): Finding[] {
  const count = (m: Rrq | Rrp): number => m.extensions.filter((e) => e.name === 'mnHa').length;
  if (mnHa || count(rrq) === 0) return [];
  return [check('HA-10', count(rrp) === 1, 'exactly one MN-HA authentication extension', `${count(rrp)} of them`)];
}

/** What octets alone tell that no lawful device accepts; the clocks of the devices may be far from that of the capture. */
const certain: ReadonlySet<string> = new Set(['HA-03', 'HA-28']);

const nobody: ReadonlySet<string> = new Set();

function judgeDeserts(x: Exchange, context: OracleContext): Finding[] {
  // draft-leung-mip4-proxy-mode-10 §5.1: IPsec may be what protects it
  if (x.rrq.extensions.some((e) => e.name === 'pmipNonSkippable')) return [];
  const known = { at: x.request.at, foreign: nobody, usesGreKeys: false, tolerance: Infinity };
  const { deserts } = weighRequest(x.rrq, x.request.bytes, context, known);
  if (deserts.verdict !== 'mustRefuse' || !certain.has(deserts.requirement)) return [];
  return [violated(deserts.requirement, `refusal, for ${deserts.why}`, `code ${x.rrp.code}`)];
}

/** draft-leung-mip4-proxy-mode-10 §4.1.3: a handover leaves the MN its home address. */
function judgeMove({ registers, asked, rrq, rrp }: Exchange, before: readonly Binding[]): Finding[] {
  const [only, ...others] = before;
  if (!registers || !only || others.length > 0 || only.l2 || asked?.a === true || rrq.simultaneous) return [];
  if (only.careOf === rrq.careOfAddress || !isUnset(rrq.homeAddress) || isUnset(only.homeAddress)) return [];
  const isKept = rrp.homeAddress === only.homeAddress;
  return [check('LG-10', isKept, `Home Address ${only.homeAddress}, as before the handover`, rrp.homeAddress)];
}

/** Seconds of a lifetime that are left when a reply comes, `doubt` milliseconds more for what delays one. */
const secondsLeft = ({ until }: Accepted, { reply }: Exchange, doubt: number): number =>
  Math.max(0, Math.ceil((until + doubt - reply.at) / 1000));

/** RFC 3344 §3.8.2.2: no more than the time that is left. */
function judgeDuplicate(x: Exchange, before: Accepted): Finding[] {
  const { rrp } = x;
  const left = secondsLeft(before, x, clockTick);
  return [check('HA-52', rrp.lifetime <= left, `a lifetime of at most ${left} s, which are left`, `${rrp.lifetime} s`)];
}

function judgeAuthenticator(x: Exchange, sa: SecurityAssociation | undefined): Finding[] {
  if (!sa) return [];
  const mnHa = x.rrq.extensions.find((e) => e.name === 'mnHa');
  if (mnHa?.name !== 'mnHa' || mnHa.spi !== sa.spi) return [];
  const isRight = verifies(sa, coveredBy(x.request.bytes, mnHa), mnHa.authenticator ?? new Uint8Array(0));
  return [check('HA-05', isRight, 'denial, for the authenticator of the request is wrong', `code ${x.rrp.code}`)];
}

/**
 * Of the request itself: wrong under an association that the MN is known to have. The HA answers under the same one, or
 * has accepted others, so it is not the key of somebody else.
 */
export function judgeRequestAuthenticator(x: Exchange, { mnHa: sa }: OracleContext): Finding[] {
  const own = x.rrq.extensions.filter((e) => e.name === 'mnHa');
  const [mnHa] = own;
  if (!sa || own.length !== 1 || mnHa?.name !== 'mnHa' || mnHa.spi !== sa.spi) return [];
  if (verifies(sa, coveredBy(x.request.bytes, mnHa), mnHa.authenticator ?? new Uint8Array(0))) return [];
  return [violated('LG-03', 'an MN-HA authenticator that verifies', `one that does not, with SPI ${mnHa.spi}`)];
}
