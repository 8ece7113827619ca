/** Rules about what an HA accepted though it had to refuse it: RFC 3344 §3.8.2.1 and §5.7.1, yegani-02 §4.2. */
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import { coveredBy } from '../wire/mobileip.js';
import { mnOf } from './bindings.js';
import type { OracleContext } from './context.js';
import { type Exchange, greKeyExtensions } from './exchange.js';
import { check, type Finding, violated } from './finding.js';
import { Remembered } from './remembered.js';
import { hexId, idMatters } from './request-order.js';

interface Accepted {
  readonly identification: bigint;
  /** The addresses that it is about. */
  readonly registration: string;
  /** When the reply was seen, and when the granted lifetime ends. */
  readonly at: number;
  readonly until: number;
}

/** Lawful devices may count whole seconds; in milliseconds. */
const clockTick = 1000;

/** For those who only watch: who bends requests on purpose knows what to expect of each. */
export class Acceptance {
  readonly #accepted = new Remembered<Accepted>();
  #usesExtension = false;

  judge(x: Exchange, context: OracleContext): Finding[] {
    if (!x.accepted) return [];
    this.#usesExtension ||= x.granted !== undefined;
    return [...judgeAuthenticator(x, context.mnHa), ...this.#judgeOrder(x, context), ...this.#judgeGre(x, context)];
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
      const until = at + x.rrp.lifetime * 1000;
      const accepted = { identification, registration, at, until };
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

/** RFC 3344 §3.8.2.2: no more than the time that is left. */
function judgeDuplicate({ rrp, reply }: Exchange, before: Accepted): Finding[] {
  const left = Math.max(0, Math.ceil((before.until + clockTick - reply.at) / 1000));
  return [check('HA-52', rrp.lifetime <= left, `a lifetime of at most ${left} s, which are left`, `${rrp.lifetime} s`)];
}

function judgeAuthenticator(x: Exchange, sa: SecurityAssociation | undefined): Finding[] {
  if (!sa) return [];
  const mnHa = x.rrq.extensions.find((e) => e.name === 'mnHa');
  if (mnHa?.name !== 'mnHa' || mnHa.spi !== sa.spi) return [];
  const isRight = verifies(sa, coveredBy(x.request.bytes, mnHa), mnHa.authenticator ?? new Uint8Array(0));
  return [check('HA-05', isRight, 'denial, for the authenticator of the request is wrong', `code ${x.rrp.code}`)];
}
