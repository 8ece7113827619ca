/**
 * The one oracle. Suites, fuzzing, audit and replay hand it every exchange and tunnel frame that they see; it keeps the
 * bindings that follow from them and says which requirements held and which were violated.
 */
import { Bindings } from './bindings.js';
import type { OracleContext } from './context.js';
import { type Exchange, type ObservedExchange, prepare } from './exchange.js';
import type { Finding } from './finding.js';
import { judgeFrame, type TunnelFrame } from './frame.js';
import { judgeKeys } from './keys.js';
import { judgeReplyAuthentication } from './reply-authentication.js';
import { judgeReplyExtension } from './reply-extension.js';
import { judgeReplyFields } from './reply-fields.js';

export interface Judged {
  readonly findings: readonly Finding[];
  /** Undefined when a message is no registration message. */
  readonly exchange?: Exchange;
}

export class Oracle {
  readonly context: OracleContext;
  readonly bindings = new Bindings();

  constructor(context: OracleContext) {
    this.context = context;
  }

  /** Judges a reply in the light of its request and takes in what it grants. */
  exchange(observed: ObservedExchange): Judged {
    const x = prepare(observed, this.context);
    if (!x) return { findings: [] };
    const findings = [
      ...judgeReplyFields(x, this.context),
      ...judgeReplyAuthentication(x, this.bindings, this.context),
      ...judgeReplyExtension(x, this.context),
    ];
    if (x.accepted) {
      const { keys, findings: aboutKeys } = x.registers
        ? judgeKeys(x, this.bindings, this.context)
        : { keys: { bidirectional: false }, findings: [] };
      findings.push(...aboutKeys);
      this.bindings.apply(x, keys);
    }
    return { findings, exchange: x };
  }

  /** Judges a tunnel packet that the HA sent. */
  frame(frame: TunnelFrame): readonly Finding[] {
    return judgeFrame(frame, this.bindings, this.context);
  }
}
