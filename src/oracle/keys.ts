/** Which keys a reply puts in force, and whether it was allowed to: draft §5.2, §5.3 and §6.2. */
import type { Binding, BindingKeys, Bindings } from './bindings.js';
import { mnOf } from './bindings.js';
import type { OracleContext } from './context.js';
import { type Exchange, hexKey } from './exchange.js';
import { check, type Finding } from './finding.js';
import { leavesOpen } from './left-open.js';

export interface KeyJudgement {
  readonly keys: BindingKeys;
  readonly findings: readonly Finding[];
}

const none: KeyJudgement = { keys: { bidirectional: false }, findings: [] };

/** For an accepted exchange that registers. */
export function judgeKeys(x: Exchange, bindings: Bindings, context: OracleContext): KeyJudgement {
  if (!x.asked || !x.granted) return none;
  const mn = mnOf(x);
  const atReceiver = context.knobs['key_direction'] === 'receiver';
  // copying what was agreed is a rule of the draft alone: elsewhere each message names the keys anew
  const copies = context.dialect.greKeyForm === 'tsirtsis-00';
  const own = copies ? bindings.of(mn, x.request.at) : [];
  const named = own.filter((b) => reflects(x, b, atReceiver));
  const key = x.granted.key;
  const renewed = named.find((b) => renewalKeys(b, context).includes(key)) ?? named[0];
  if (renewed && (renewalKeys(renewed, context).includes(key) || mustRenew(x, own, bindings))) {
    return judgeRenewal(x, renewed, context);
  }
  const asked = x.asked.key;
  // RFC 6245 and yegani-02 §5 assign keys at the receiver: what was asked comes down, what was granted goes up
  const keys: BindingKeys =
    asked === 0
      ? { reverseKey: key, forwardKey: key, bidirectional: true }
      : atReceiver
        ? { reverseKey: key, forwardKey: asked, bidirectional: false }
        : { reverseKey: asked, forwardKey: key, bidirectional: false };
  return { keys, findings: judgeUniqueness(x, mn, key, bindings) };
}

/** draft §6.2: the extension names the agreed key, and the L2 mode is the one agreed. */
function reflects(x: Exchange, b: Binding, atReceiver: boolean): boolean {
  const agreed = atReceiver ? b.forwardKey : b.reverseKey;
  return x.asked !== undefined && x.asked.key !== 0 && x.asked.key === agreed && (x.asked.a ?? false) === b.l2;
}

/**
 * Whether it is certain which keys are agreed. Of several bindings of one MN, and of one more beside another, the draft
 * does not say whose keys are meant.
 */
function mustRenew({ request, reply, rrq }: Exchange, own: readonly Binding[], bindings: Bindings): boolean {
  const [only, ...others] = own;
  if (!only || others.length > 0 || !bindings.isCertain(only, request.at, reply.at)) return false;
  return only.careOf === rrq.careOfAddress || !rrq.simultaneous;
}

/** The keys that a reply may name to the renewal of this binding. */
function renewalKeys(b: Binding, context: OracleContext): readonly (number | undefined)[] {
  const choice = context.knobs['rereg_uni_reply'] ?? 'any';
  if (b.bidirectional || choice === 'copy') return [b.reverseKey];
  return choice === 'hakey' ? [b.forwardKey] : [b.reverseKey, b.forwardKey]; // §6.2 copies, §5.3 names the HA's key
}

function judgeRenewal(x: Exchange, b: Binding, context: OracleContext): KeyJudgement {
  const { reverseKey, forwardKey, bidirectional } = b;
  const keys: BindingKeys = { reverseKey, forwardKey, bidirectional };
  const allowed = renewalKeys(b, context);
  const words = (): string => `key ${allowed.map((k) => hexKey(k ?? 0)).join(' or ')}, as agreed before`;
  const key = x.granted?.key ?? 0;
  return {
    keys,
    findings: [check('TS-31', allowed.includes(key), words, () => `key ${hexKey(key)}`)],
  };
}

/** draft §5.2: in L2 mode the allocated key is unique per MN; A-25: among all live bindings of the HA. */
function judgeUniqueness(x: Exchange, mn: string, key: number, bindings: Bindings): Finding[] {
  if (x.asked?.a !== true) return [];
  const id = x.asked.key === 0 ? 'TS-12' : 'TS-15';
  const isCertain = (b: Binding): boolean => bindings.isCertain(b, x.request.at, x.reply.at);
  // what looks like a key given may be one that was agreed, copied as draft §6.2 has it
  const own = bindings.of(mn, x.request.at);
  if (x.asked.key === key && !own.every(isCertain)) return [];
  const other = bindings
    .withForwardKey(key, x.request.at)
    .find((b) => b.l2 && b.mn !== mn && isCertain(b) && !leavesOpen(x, mn, b));
  return [
    check(
      id,
      other === undefined,
      `a key that no other live L2 MN has`,
      () => `${hexKey(key)}, in use for ${other?.mn ?? ''}`,
    ),
  ];
}
