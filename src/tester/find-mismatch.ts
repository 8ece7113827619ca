/** Finds out how a home agent differs from the profile when nothing with keys can be arranged as the profile has it. */
import { profileTraits } from '../spec/profiles.js';
import { knobValue } from '../spec/knobs.js';
import type { Profile } from '../spec/config.js';
import { decodeRrp, encodeRrq, isAccepted, replyCodes } from '../wire/mobileip.js';
import type { GreKeyExtension } from '../wire/extensions.js';
import { isEchoReply } from './inner.js';
import { unjudged } from './judge.js';
import { type LayoutProof, type Mismatch, otherDirection, otherLayout } from './mismatch.js';
import { MobileNode } from './mobile-node.js';
import { Recorder } from './recorder.js';
import { asksWithZero, type Mode, modes } from './request.js';
import type { Session } from './session.js';

const during = unjudged;
/** Seconds asked for: the binding is of no use to anybody. */
const lifetime = 10;
const attempts = 2;

/**
 * Asks in the other layout, once no request with keys was granted in that of the profile. An answer is waited for so many
 * milliseconds at most.
 */
export async function findLayout(session: Session, ms: number): Promise<Mismatch | undefined> {
  const { profile } = session.config;
  const found = await findOther(session, ms);
  if (!found) return undefined;
  const again = await askAsProfile(session);
  if (again === 'granted') return undefined; // it knows both, and what was asked before has got lost
  return otherLayout(profile, found.seen, again === 'none' ? found.proof : undefined);
}

interface Found {
  /** Profiles that have the layout in which the device has answered. */
  readonly seen: readonly [Profile, ...Profile[]];
  readonly proof: LayoutProof;
}

async function findOther(session: Session, ms: number): Promise<Found | undefined> {
  const { profile } = session.config;
  const isLong = profileTraits[profile].secondOctet === profileTraits.rfc6245.secondOctet;
  const { unidirectional } = modes;
  if (!isLong) {
    const later = await ask(session, 'rfc6245', unidirectional, ms);
    return later.kind === 'granted' ? { seen: ['rfc6245'], proof: later.proof } : undefined;
  }
  // tsirtsis-00 writes what yegani-02 writes, and A=1 tells them apart
  const l2 = await ask(session, 'tsirtsis-00', { ...unidirectional, a: true }, ms);
  if (l2.kind === 'granted') return { seen: [l2.extension.a ? 'tsirtsis-00' : 'yegani-02'], proof: l2.proof };
  // one who refuses L2 tunnels may follow either
  const normal = await ask(session, 'tsirtsis-00', unidirectional, ms);
  return normal.kind === 'granted' ? { seen: ['tsirtsis-00', 'yegani-02'], proof: normal.proof } : undefined;
}

type Answer =
  | { readonly kind: 'granted'; readonly extension: GreKeyExtension; readonly proof: LayoutProof }
  /** A denial for which a device of any profile may have its reasons, such as a policy (draft §5.3) or want of resources. */
  | { readonly kind: 'refused' }
  /** Silence, code 134, or an acceptance without a key: what becomes of an extension that cannot be read. */
  | { readonly kind: 'none' };

/**
 * Asks once more as the profile has it, with all the patience there is, now that the device is known to live and to
 * grant keys: only whoever still cannot read the request has another layout.
 */
async function askAsProfile(session: Session): Promise<Answer['kind']> {
  const { profile, timeout } = session.config;
  const wishes = [modes.unidirectional, ...(asksWithZero(session.config) ? [modes.bidirectional] : [])];
  const seen: Answer['kind'][] = [];
  for (let attempt = 0; attempt < attempts; attempt++) {
    const answers = await Promise.all(wishes.map((mode) => ask(session, profile, mode, timeout)));
    seen.push(...answers.map(({ kind }) => kind));
    if (seen.includes('granted')) return 'granted';
  }
  return seen.includes('refused') ? 'refused' : 'none';
}

/** What comes of a request in the layout of that profile. */
async function ask(session: Session, form: Profile, mode: Mode, ms: number): Promise<Answer> {
  const mn = new MobileNode(session, { during });
  await mn.synchronise({});
  const dialect = { ...session.dialect, greKeyForm: form };
  const request = mn.request({ ...mode, lifetime });
  const bytes = encodeRrq(request, { ...session.wire, dialect });
  const pending = session.send(mn.station, bytes, { during });
  const reply = await pending.replies.first(ms);
  const rrp = reply && decodeRrp(reply.message.bytes, dialect);
  if (!reply || !rrp?.ok) return { kind: 'none' };
  const { code, extensions } = rrp.value;
  if (!isAccepted(code)) return { kind: code === replyCodes.poorlyFormedRequest ? 'none' : 'refused' };
  const [extension, ...more] = extensions.filter((e) => e.name === 'greKey');
  if (extension?.at === undefined || more.length > 0) return { kind: 'none' };
  return {
    kind: 'granted',
    extension,
    proof: { message: reply.message, request: pending.request, at: extension.at },
  };
}

/**
 * Whether the keys of an MN with two are for the other direction: an echo request goes unanswered as the profile has it,
 * and is answered with the keys changed about. `gateways` are addresses that may answer.
 */
export async function findDirection(
  session: Session,
  mn: MobileNode | undefined,
  gateways: readonly string[],
): Promise<Mismatch | undefined> {
  const binding = mn?.binding;
  if (!mn || !binding || binding.l2 || binding.bidirectional || mn.ip === undefined) return undefined;
  const { reverseKey, forwardKey } = binding;
  if (reverseKey === undefined || forwardKey === undefined || reverseKey === forwardKey) return undefined;
  for (const [up, down] of [
    [reverseKey, forwardKey],
    [forwardKey, reverseKey],
  ] as const) {
    for (const ip of gateways) {
      if (!(await answers(session, mn, ip, up, down))) continue;
      if (up === reverseKey) return undefined;
      const isReceiver = knobValue(session.config.knobs, 'key_direction') === 'receiver';
      return otherDirection(session.config.profile, isReceiver ? 'sender' : 'receiver');
    }
  }
  return undefined;
}

async function answers(session: Session, mn: MobileNode, ip: string, up: number, down: number): Promise<boolean> {
  const { binding } = mn;
  if (!binding) return false;
  const probe = session.newProbe(during, new Recorder());
  try {
    for (let attempt = 0; attempt < attempts; attempt++) {
      mn.tunnel(mn.echo(ip, probe.payload()), '', { binding: { ...binding, reverseKey: up } });
      const isOurs = ({ frame }: { frame: Parameters<typeof isEchoReply>[0] }): boolean =>
        isEchoReply(frame, mn.ip ?? '') && frame.gre?.key === down;
      if (await probe.arrivals.first(session.patience, isOurs)) return true;
    }
    return false;
  } finally {
    session.forgetProbe(probe);
  }
}
