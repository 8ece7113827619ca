/** Rules about what an HA accepted though it had to refuse it: RFC 3344 §3.8.2.1 and §5.7.1, yegani-02 §4.2. */
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import { coveredBy } from '../wire/mobileip.js';
import { mnOf } from './bindings.js';
import type { OracleContext } from './context.js';
import { type Circumstances, weigh } from './deserves.js';
import { type Exchange, greKeyExtensions, naiOf } from './exchange.js';
import { check, type Finding, holds, violated } from './finding.js';
import { Remembered } from './remembered.js';
import { hexId, idMatters } from './request-order.js';

interface Accepted {
  readonly identification: bigint;
  /** When the reply was seen. */
  readonly at: number;
}

/** What an acceptance shows to have held, where it was deserved. */
const always = ['HA-03', 'HA-05', 'HA-28'] as const;

export class Acceptance {
  #accepted = new Remembered<Accepted>();
  #usesExtension = false;

  /** For those who only watch. */
  judge(x: Exchange, context: OracleContext): Finding[] {
    if (!x.accepted) return [];
    this.#usesExtension ||= x.granted !== undefined;
    return [...judgeAuthenticator(x, context.mnHa), ...this.#judgeOrder(x, context), ...this.#judgeGre(x, context)];
  }

  /** For those who bend requests on purpose: only what is certain of whatever they sent, and however late it comes. */
  judgeSent(x: Exchange, context: OracleContext, known: Circumstances): Finding[] {
    if (!x.accepted) return [];
    const { deserts } = weigh(x.request.bytes, context, known);
    const { code } = x.rrp;
    if (deserts.verdict === 'mustRefuse') {
      return [violated(deserts.requirement, `a denial or silence, for ${deserts.why}`, `code ${code}`)];
    }
    // by its home address alone a device may take it for an MN with an NAI, or not
    const order = naiOf(x.rrq) === undefined ? [] : this.#judgeOrder(x, context);
    const fresh = context.replay === 'timestamps' ? [holds('HA-12')] : [];
    return [...always.map((id) => holds(id)), ...fresh, ...order];
  }

  /** The device was started anew and has forgotten what it accepted. */
  forget(): void {
    this.#accepted = new Remembered();
  }

  /** A request sent after another was accepted needs a greater timestamp. */
  #judgeOrder(x: Exchange, context: OracleContext): Finding[] {
    if (context.replay === 'nonces') return [];
    const mn = mnOf(x);
    const before = this.#accepted.get(mn);
    const { identification } = x.rrq;
    const isGreater =
      before === undefined || BigInt.asUintN(64, identification - before.identification - 1n) < 1n << 63n;
    if (isGreater) {
      const { at } = x.reply;
      this.#accepted.set(mn, { identification, at }, at, idMatters(at, x.rrp.lifetime));
    }
    if (before === undefined || x.request.at < before.at) return [];
    const isRepeated = identification === before.identification;
    if (isRepeated && context.knobs['duplicate'] !== '133') return []; // accepted for the time left
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

function judgeAuthenticator(x: Exchange, sa: SecurityAssociation | undefined): Finding[] {
  if (!sa) return [];
  const mnHa = x.rrq.extensions.find((e) => e.name === 'mnHa');
  if (mnHa?.name !== 'mnHa' || mnHa.spi !== sa.spi) return [];
  const isRight = verifies(sa, coveredBy(x.request.bytes, mnHa), mnHa.authenticator ?? new Uint8Array(0));
  return [check('HA-05', isRight, 'denial, for the authenticator of the request is wrong', `code ${x.rrp.code}`)];
}
