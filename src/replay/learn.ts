/**
 * What the beginning of a capture tells of the devices in it: the layout of the GRE Key extension, who assigns keys, the
 * protocol type of L2 payload, how Identifications are made, and whether the given key is theirs. What the user said
 * stands; what cannot be told keeps its default.
 */
import { readTunnelFrame } from '../oracle/frame.js';
import { isUnset } from '../oracle/request.js';
import { defaultKnobs } from '../spec/knobs.js';
import { type KeyDirection, profileKnobs, profileOf, profileTraits } from '../spec/profiles.js';
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { Dialect, Extension } from '../wire/extensions.js';
import { ipProtocols } from '../wire/ipv4.js';
import {
  coveredBy,
  decodeRrp,
  decodeRrq,
  high32,
  isAccepted,
  low32,
  ntpTimestamp,
  type Rrp,
  type Rrq,
} from '../wire/mobileip.js';
import { dialectOf } from '../tester/dialect.js';
import { learnDialect } from './learn-dialect.js';
import { Matcher, isReply, isRequest } from './matcher.js';
import { destinationOf, type Message, type Packet, protocolOf, readMessage, sourceOf } from './packet.js';
import type { AuditOptions, AuditSettings } from './settings.js';

interface Pair {
  readonly ha: string;
  readonly careOf: string;
  readonly rrq: Rrq;
  readonly rrp: Rrp;
}

export function learn(packets: readonly Packet[], options: AuditOptions): AuditSettings {
  const messages = packets.flatMap((p) => (protocolOf(p) === ipProtocols.udp ? (readMessage(p) ?? []) : []));
  const notes: string[] = [];
  const note = (text: string | undefined): void => void (text !== undefined && notes.push(text));
  const layout = learnDialect(messages, options);
  note(layout.note);
  const given = { ...layout.knobs, ...options.knobs };
  const dialect: Dialect = {
    ...dialectOf({ profile: layout.profile, knobs: { ...defaultKnobs(), ...given } }),
    ...(layout.pmipForm && { pmipForm: layout.pmipForm }),
  };
  const exchanges = exchangesOf(messages, dialect);
  const pairs = exchanges.filter(({ rrp }) => isAccepted(rrp.code));
  const tunnels = tunnelsOf(packets, pairs);
  const direction = learnDirection(tunnels, dialect);
  const said = given['key_direction'];
  const seen = said === 'sender' || said === 'receiver' ? said : direction.value;
  const aFlag = pairs.some(({ rrq }) => greKeyOf(rrq.extensions)?.a);
  const { secondOctet, keyDirection } = profileTraits[layout.profile];
  const profile = layout.isCertain ? layout.profile : profileOf({ secondOctet, keyDirection: seen, aFlag });
  if (profile === 'yegani-02' && !layout.isCertain)
    note("there is no A flag, and keys are their receiver's: yegani-02");
  const payload = learnPayload(tunnels);
  const replay = options.replay ?? (usesNonces(exchanges) || tellsNoTime(messages, dialect) ? 'nonces' : 'timestamps');
  if (given['key_direction'] === undefined || given['key_direction'] === 'auto') note(direction.note);
  if (given['l2_ptype'] === undefined) note(payload.note);
  if (options.replay === undefined && replay === 'nonces') note('Identifications are nonces (RFC 3344 5.7.2)');
  const mnHa = usableKey('mnHa', options.mnHa, messages, dialect);
  const faHa = usableKey('faHa', options.faHa, messages, dialect);
  note(mnHa.note);
  note(faHa.note);
  return {
    profile,
    dialect: { ...dialect, greKeyForm: profile },
    knobs: {
      ...profileKnobs(profile),
      ...(payload.value !== undefined && { l2_ptype: payload.value }),
      ...given,
      key_direction: seen ?? keyDirection,
    },
    replay,
    ...(options.port !== undefined && { port: options.port }),
    ...(mnHa.key && { mnHa: mnHa.key }),
    ...(faHa.key && { faHa: faHa.key }),
    notes,
  };
}

/** Requests and their replies, accepted or not, in the order of the replies. */
function exchangesOf(messages: readonly Message[], dialect: Dialect): Pair[] {
  const matcher = new Matcher<Message>();
  const pairs: Pair[] = [];
  for (const message of messages) {
    if (isRequest(message)) matcher.request(message);
    const request = isReply(message) ? matcher.reply(message) : undefined;
    if (!request) continue;
    const rrq = decodeRrq(request.bytes, dialect);
    const rrp = decodeRrp(message.bytes, dialect);
    if (!rrq.ok || !rrp.ok) continue;
    pairs.push({ ha: message.from.address, careOf: rrq.value.careOfAddress, rrq: rrq.value, rrp: rrp.value });
  }
  return pairs;
}

/** How often a key that was asked for and one that was granted was seen in each direction, and the payload types. */
interface Tunnels {
  readonly up: { asked: number; granted: number };
  readonly down: { asked: number; granted: number };
  readonly l2Types: { readonly up: Set<number>; readonly down: Set<number> };
}

const greKeyOf = (extensions: readonly Extension[]) => extensions.find((e) => e.name === 'greKey');

function tunnelsOf(packets: readonly Packet[], pairs: readonly Pair[]): Tunnels {
  const keys = new Map<string, 'asked' | 'granted'>();
  const ends = new Map<string, 'up' | 'down'>();
  const l2 = new Set<string>();
  for (const { ha, careOf, rrq, rrp } of pairs) {
    const asked = greKeyOf(rrq.extensions);
    const granted = greKeyOf(rrp.extensions);
    if (!asked || !granted) continue;
    for (const agent of [ha, rrp.homeAgent]) {
      ends.set(`${careOf} ${agent}`, 'up');
      ends.set(`${agent} ${careOf}`, 'down');
    }
    if (asked.a) for (const { key } of [asked, granted]) l2.add(`${careOf} ${key}`);
    if (asked.key === 0 || asked.key === granted.key) continue;
    keys.set(`${careOf} ${asked.key}`, 'asked');
    keys.set(`${careOf} ${granted.key}`, 'granted');
  }
  const seen: Tunnels = {
    up: { asked: 0, granted: 0 },
    down: { asked: 0, granted: 0 },
    l2Types: { up: new Set(), down: new Set() },
  };
  for (const packet of packets) {
    if (protocolOf(packet) !== ipProtocols.gre) continue;
    const [source, destination] = [sourceOf(packet), destinationOf(packet)];
    const way = ends.get(`${source} ${destination}`);
    const header = way && readTunnelFrame(packet.bytes, packet.at)?.gre;
    if (!way || header?.key === undefined) continue;
    const name = `${way === 'up' ? source : destination} ${header.key}`;
    const role = keys.get(name);
    if (role) seen[way][role]++;
    if (l2.has(name)) seen.l2Types[way].add(header.protocol);
  }
  return seen;
}

interface Learnt {
  /** Undefined when nothing tells. */
  readonly value?: KeyDirection;
  readonly note?: string;
}

/**
 * a sender puts its own key into its packets (tsirtsis), or that of the other side (yegani-02 §5). Both ways have
 * to agree; one alone may be the fault of one device, unless the layout has no other rule.
 */
function learnDirection({ up, down }: Tunnels, dialect: Dialect): Learnt {
  const sender = up.asked + down.granted;
  const receiver = up.granted + down.asked;
  const upSays = up.granted > up.asked;
  const downSays = down.asked > down.granted;
  const hasUp = up.asked + up.granted > 0;
  const hasDown = down.asked + down.granted > 0;
  const advice = 'if they are meant so, say --knob key_direction=receiver';
  if (receiver === 0) {
    return sender === 0 ? {} : { value: 'sender', note: 'keys are assigned by the sender of packets' };
  }
  if (upSays && downSays) return { value: 'receiver', note: 'keys are assigned by the receiver of packets (A-01)' };
  const isOneWay = (hasUp && !hasDown && upSays) || (hasDown && !hasUp && downSays);
  if (isOneWay && dialect.greKeyForm !== 'tsirtsis-00') {
    const way = hasUp ? 'up' : 'down';
    return {
      value: 'receiver',
      note: `keys seem to be assigned by the receiver of packets (A-01); only packets ${way} are there to tell`,
    };
  }
  // where the layout has another rule, doubt leaves it in force
  if (dialect.greKeyForm === 'rfc6245') return { note: 'packets do not agree on who assigns keys (A-01)' };
  if (!upSays && !downSays) return { value: 'sender' };
  return { value: 'sender', note: `some packets carry keys as if their receiver assigned them (A-01); ${advice}` };
}

/** what both sides use is agreed between them; what one side uses alone may be its fault. */
function learnPayload({ l2Types: { up, down } }: Tunnels): { readonly value?: string; readonly note?: string } {
  const usual = 0x6558;
  const all = new Set([...up, ...down]);
  if (all.size === 0) return {};
  if (all.has(usual)) return { note: 'L2 payload has protocol type 0x6558' };
  const isWithin = (types: readonly number[]): boolean => [...all].every((type) => types.includes(type));
  const value = isWithin([0x880b]) ? '0x880b' : isWithin([0x0800, 0x86dd]) ? '0x0800+0x86dd' : undefined;
  if (value === undefined) return {};
  return { value, note: `L2 payload has protocol type ${value} (A-21)` };
}

/**
 * RFC 3344 §5.7.2: every reply has a new high half, and a request is accepted that has the one given last. What was
 * denied may have been meant to be wrong.
 */
function usesNonces(exchanges: readonly Pair[]): boolean {
  const given = new Map<string, bigint>();
  let agreed = 0;
  for (const { rrq, rrp, careOf } of exchanges) {
    const nai = rrq.extensions.find((e) => e.name === 'nai')?.nai;
    const name = `${careOf} ${nai ?? (isUnset(rrq.homeAddress) ? rrp.homeAddress : rrq.homeAddress)}`;
    const before = given.get(name);
    const isFresh =
      low32(rrp.identification) === low32(rrq.identification) && rrp.identification !== rrq.identification;
    if (isAccepted(rrp.code)) {
      if (!isFresh) return false;
      if (before !== undefined && high32(before) !== high32(rrq.identification)) return false;
      if (before !== undefined) agreed++;
    }
    if (isFresh) given.set(name, rrp.identification);
  }
  return agreed > 0;
}

/** Requests that nobody answered show only whether they tell the time; what is far from it is a number. */
function tellsNoTime(messages: readonly Message[], dialect: Dialect): boolean {
  if (messages.some(isReply)) return false;
  const requests = messages.flatMap(({ bytes, at }) => {
    const decoded = decodeRrq(bytes, dialect);
    return decoded.ok ? [high32(decoded.value.identification) - high32(ntpTimestamp(at))] : [];
  });
  return requests.length > 0 && requests.every((away) => Math.abs(away | 0) > farAway);
}

/** Seconds by which no clock is wrong. */
const farAway = 86_400;

/** A key that fits no message at all is the wrong one: all would fail for the user's mistake. */
function usableKey(
  name: 'mnHa' | 'faHa',
  sa: SecurityAssociation | undefined,
  messages: readonly Message[],
  dialect: Dialect,
): { readonly key?: SecurityAssociation; readonly note?: string } {
  if (!sa) return {};
  const label = name === 'mnHa' ? 'MN-HA' : 'FA-HA';
  let wrong = 0;
  for (const message of messages) {
    const decoded = isRequest(message) ? decodeRrq(message.bytes, dialect) : decodeRrp(message.bytes, dialect);
    if (!decoded.ok) continue;
    for (const e of decoded.value.extensions) {
      if (e.name !== name || e.spi !== sa.spi) continue;
      if (verifies(sa, coveredBy(message.bytes, e), e.authenticator ?? new Uint8Array(0))) return { key: sa };
      wrong++;
    }
  }
  const why =
    wrong === 0
      ? `no message has ${label} authentication with SPI ${sa.spi}`
      : `the ${label} key given for SPI ${sa.spi} fits none of ${wrong} messages, so it is taken for a wrong one`;
  return { note: `${why}; ${label} authenticators are not judged` };
}
