/**
 * What the beginning of a capture tells of the devices in it: the layout of the GRE Key extension, who assigns keys, the
 * protocol type of L2 payload, how Identifications are made, and whether the given key is theirs. What the user said
 * stands; what cannot be told keeps its default.
 */
import { isUnset } from '../oracle/request.js';
import { defaultKnobs } from '../spec/knobs.js';
import { type KeyDirection, profileKnobs, profileOf, profileTraits } from '../spec/profiles.js';
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { Dialect } from '../wire/extensions.js';
import { ipProtocols } from '../wire/ipv4.js';
import { coveredBy, decodeRrp, decodeRrq, high32, isAccepted, low32, ntpTimestamp } from '../wire/mobileip.js';
import { dialectOf } from '../tester/dialect.js';
import { learnDialect, type LearntDialect } from './learn-dialect.js';
import { type Agreed, greKeyOf, learnDirection, type Tunnels, tunnelsOf } from './learn-direction.js';
import { Matcher, isReply, isRequest } from './matcher.js';
import { type Message, type Packet, protocolOf, readMessage } from './packet.js';
import type { AuditOptions, AuditSettings } from './settings.js';

export interface Learnt extends Pick<LearntDialect, 'form'> {
  readonly settings: AuditSettings;
  /** False where no packet has told yet whose keys are whose. */
  readonly isDirectionKnown: boolean;
  /** The user said so. */
  readonly isDirectionSaid: boolean;
  /** The user said how Identifications are made. */
  readonly isReplaySaid: boolean;
  /** The A flag was set in an accepted request. */
  readonly usesA: boolean;
  /** The settings once that is known. */
  readonly settingsFor: (seen: KeyDirection, aFlag: boolean) => AuditSettings;
}

export function learn(packets: readonly Packet[], options: AuditOptions): Learnt {
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
  const isSaid = said === 'sender' || said === 'receiver';
  const usesA = pairs.some(({ rrq }) => greKeyOf(rrq.extensions)?.a);
  const payload = learnPayload(tunnels);
  const replay = options.replay ?? (usesNonces(exchanges) || tellsNoTime(messages, dialect) ? 'nonces' : 'timestamps');
  if (given['key_direction'] === undefined || given['key_direction'] === 'auto') note(direction.note);
  if (given['l2_ptype'] === undefined) note(payload.note);
  if (options.replay === undefined && replay === 'nonces') note('Identifications are nonces (RFC 3344 5.7.2)');
  const mnHa = usableKey('mnHa', options.mnHa, messages, dialect);
  const faHa = usableKey('faHa', options.faHa, messages, dialect);
  note(mnHa.note);
  note(faHa.note);
  const settingsFor = (seen: KeyDirection | undefined, aFlag: boolean): AuditSettings => {
    const { secondOctet, keyDirection } = profileTraits[layout.profile];
    const profile = layout.isCertain ? layout.profile : profileOf({ secondOctet, keyDirection: seen, aFlag });
    const isOlder = profile === 'yegani-02' && !layout.isCertain;
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
      ...(mnHa.key && { mnHa: mnHa.key }),
      ...(faHa.key && { faHa: faHa.key }),
      notes: isOlder ? [...notes, "there is no A flag, and keys are their receiver's: yegani-02"] : notes,
    };
  };
  return {
    settings: settingsFor(isSaid ? said : direction.value, usesA),
    isDirectionKnown: isSaid || [tunnels.up, tunnels.down].some((seen) => seen.asked + seen.granted > 0),
    isDirectionSaid: isSaid,
    ...(layout.form && { form: layout.form }),
    isReplaySaid: options.replay !== undefined,
    usesA,
    settingsFor,
  };
}

/** Requests and their replies, accepted or not, in the order of the replies. */
function exchangesOf(messages: readonly Message[], dialect: Dialect): Agreed[] {
  const matcher = new Matcher<Message>();
  const pairs: Agreed[] = [];
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
function usesNonces(exchanges: readonly Agreed[]): boolean {
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
export const farAway = 86_400;

/** A key that fits no message at all is the wrong one: all would fail for the user's mistake. */
function usableKey(
  name: 'mnHa' | 'faHa',
  sa: SecurityAssociation | undefined,
  messages: readonly Message[],
  dialect: Dialect,
): { readonly key?: SecurityAssociation; readonly note?: string } {
  if (!sa || messages.length === 0) return {};
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
