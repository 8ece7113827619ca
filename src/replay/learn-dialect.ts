/** Which layout and number the GRE Key extension of a capture has. */
import type { Profile } from '../spec/config.js';
import { defaultDialect, type Dialect, type Extension } from '../wire/extensions.js';
import { decodeRrp, decodeRrq } from '../wire/mobileip.js';
import { isReply, isRequest } from './matcher.js';
import type { Message } from './packet.js';
import type { AuditOptions } from './settings.js';

export interface LearntDialect {
  /** Whether it is certain by the layout alone: Yegani's is that of tsirtsis-00 with A=0. */
  readonly profile: Profile;
  readonly isCertain: boolean;
  /** The form that messages have; undefined where none has the extension, or the user said it. */
  readonly form?: 'flat' | 'long';
  readonly knobs: Readonly<Record<string, string>>;
  readonly pmipForm?: 'short';
  readonly note?: string;
}

export function learnDialect(messages: readonly Message[], options: AuditOptions): LearntDialect {
  const isShort = sendsShortPmip(messages);
  const numbered = isShort ? ['extension 47 has the short form'] : [];
  const given = options.knobs['ext_type'];
  const usual = Number(given ?? defaultDialect.greKeyType);
  const type = given === undefined && !isUsed(usual, messages) ? (otherType(messages) ?? usual) : usual;
  const knobs: Record<string, string> = type === usual ? {} : { ext_type: String(type) };
  if (type !== usual) numbered.push(`the GRE Key extension has type ${type}`);
  const common = { knobs, ...(isShort && { pmipForm: 'short' as const }) };
  if (options.profile !== undefined) {
    return { profile: options.profile, isCertain: true, ...common, ...noteOf(numbered) };
  }
  const flat = countForm(messages, { greKeyType: type, greKeyForm: 'tsirtsis-00' });
  const long = countForm(messages, { greKeyType: type, greKeyForm: 'rfc6245' });
  const isLong = long > flat;
  if (isLong) numbered.push('the GRE Key extension has the layout of RFC 6245');
  else if (flat > 0) numbered.push('the GRE Key extension has the layout of the draft and yegani-02');
  const form = isLong ? 'long' : 'flat';
  return {
    profile: isLong ? 'rfc6245' : 'tsirtsis-00',
    isCertain: isLong,
    ...(flat + long > 0 && { form }),
    ...common,
    ...noteOf(numbered),
  };
}

const noteOf = (notes: readonly string[]): { readonly note?: string } =>
  notes.length > 0 ? { note: notes.join('; ') } : {};

/** Read in the long form, such an extension swallows those behind it. */
function sendsShortPmip(messages: readonly Message[]): boolean {
  const tails = (pmipForm: 'long' | 'short'): number => {
    const dialect: Dialect = { ...neutral, pmipForm };
    return messages.filter((message) => extensionsOf(message, dialect).some((e) => e.name === 'tail')).length;
  };
  return tails('short') < tails('long');
}

const extensionsOf = (message: Message, dialect: Dialect): readonly Extension[] => {
  const decoded = isRequest(message)
    ? decodeRrq(message.bytes, dialect)
    : isReply(message)
      ? decodeRrp(message.bytes, dialect)
      : undefined;
  return decoded?.ok ? decoded.value.extensions : [];
};

const countForm = (messages: readonly Message[], dialect: Dialect): number =>
  messages.filter((message) => extensionsOf(message, dialect).some((e) => e.name === 'greKey')).length;

/** A number that is no known extension's, under which all that is unknown stays as it is. */
const neutral: Dialect = { greKeyType: 127, greKeyForm: 'yegani-02' };

const unknownTypes = (message: Message): number[] =>
  extensionsOf(message, neutral).flatMap((e) => (e.name === 'raw' && e.type < 128 ? [e.type] : []));

const isUsed = (type: number, messages: readonly Message[]): boolean =>
  messages.some((message) => unknownTypes(message).includes(type));

/** A non-skippable extension of requests and replies alike, with six octets of which the first two hold but A. */
function otherType(messages: readonly Message[]): number | undefined {
  const found = { asked: new Set<number>(), answered: new Set<number>() };
  for (const message of messages) {
    for (const e of extensionsOf(message, neutral)) {
      if (e.name !== 'raw' || e.type >= 128 || e.issue !== undefined || e.data.length !== 6) continue;
      if (((e.data[0] ?? 0) & 0x7f) === 0 && e.data[1] === 0)
        found[isRequest(message) ? 'asked' : 'answered'].add(e.type);
    }
  }
  return [...found.asked].find((type) => found.answered.has(type));
}
