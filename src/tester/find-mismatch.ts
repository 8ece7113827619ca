/** Finds out how a home agent differs from the profile when nothing with keys can be arranged as the profile has it. */
import { profileTraits } from '../spec/profiles.js';
import { knobValue } from '../spec/knobs.js';
import type { Profile } from '../spec/config.js';
import { decodeRrp, encodeRrq, isAccepted } from '../wire/mobileip.js';
import type { GreKeyExtension } from '../wire/extensions.js';
import { isEchoReply } from './inner.js';
import { unjudged } from './judge.js';
import { type Mismatch, otherDirection, otherLayout } from './mismatch.js';
import { MobileNode } from './mobile-node.js';
import { Recorder } from './recorder.js';
import { modes } from './request.js';
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
  const isLong = profileTraits[profile].secondOctet === profileTraits.rfc6245.secondOctet;
  if (!isLong) return (await ask(session, 'rfc6245', false, ms)) && otherLayout(profile, 'rfc6245');
  // tsirtsis-00 writes what yegani-02 writes, and A=1 tells them apart
  const granted = await ask(session, 'tsirtsis-00', true, ms);
  if (granted) return otherLayout(profile, granted.a ? 'tsirtsis-00' : 'yegani-02');
  // one who refuses L2 tunnels may follow either
  return (await ask(session, 'tsirtsis-00', false, ms)) && otherLayout(profile, 'tsirtsis-00', 'yegani-02');
}

/** The extension that an accepting reply to a request in that layout has. */
async function ask(session: Session, form: Profile, a: boolean, ms: number): Promise<GreKeyExtension | undefined> {
  const mn = new MobileNode(session, { during });
  await mn.synchronise({});
  const dialect = { ...session.dialect, greKeyForm: form };
  const request = mn.request({ ...modes.unidirectional, lifetime });
  const extensions = request.extensions?.map((e) => (e.name === 'greKey' ? { ...e, a } : e)) ?? [];
  const bytes = encodeRrq({ ...request, extensions }, { ...session.wire, dialect });
  const pending = session.send(mn.station, bytes, { during });
  const reply = await pending.replies.first(ms);
  const rrp = reply && decodeRrp(reply.message.bytes, dialect);
  if (!rrp?.ok || !isAccepted(rrp.value.code)) return undefined;
  const [extension, ...more] = rrp.value.extensions.filter((e) => e.name === 'greKey');
  return more.length === 0 ? extension : undefined;
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
