/** What of a reply can be the same in another run: not keys and addresses themselves, but what kind of ones they are. */
import type { Dialect } from '../wire/extensions.js';
import {
  decodeRrp,
  decodeRrq,
  high32,
  isAccepted,
  low32,
  replyCodeNames,
  type Rrp,
  type Rrq,
} from '../wire/mobileip.js';

/** One reply beside the request that it answers; undefined where nobody answered. */
export interface Answered {
  readonly request: Uint8Array;
  readonly reply: Uint8Array | undefined;
}

export interface Difference {
  /** What differs, for example `code`. */
  readonly what: string;
  readonly captured: string;
  readonly now: string;
}

/** Empty when both answers are of the same kind. */
export function compare(captured: Answered, now: Answered, dialect: Dialect): Difference[] {
  const [before, after] = [traitsOf(captured, dialect), traitsOf(now, dialect)];
  if (before['answer'] !== after['answer'])
    return differences({ answer: before['answer'] }, { answer: after['answer'] });
  return differences(before, after);
}

/** What kind of message one is, by the name of what was looked at. */
export type Traits = Readonly<Record<string, string | undefined>>;

export function differences(captured: Traits, now: Traits): Difference[] {
  return Object.keys({ ...captured, ...now }).flatMap((what) => {
    const [was, is] = [captured[what] ?? 'none', now[what] ?? 'none'];
    return was === is ? [] : [{ what, captured: was, now: is }];
  });
}

/** Keys of tunnel packets, in words; undefined stands for a packet without. */
export function keyedness(keys: ReadonlySet<number | undefined>): string {
  if (keys.size === 0) return 'no packets';
  if (!keys.has(undefined)) return 'packets with keys';
  return keys.size > 1 ? 'packets with and without key' : 'packets without key';
}

function traitsOf({ request, reply }: Answered, dialect: Dialect): Traits {
  if (!reply) return { answer: 'silence' };
  const rrq = decodeRrq(request, dialect);
  const rrp = decodeRrp(reply, dialect);
  if (!rrp.ok) return { answer: 'no Registration Reply' };
  if (!rrq.ok) return { answer: 'reply', code: codeText(rrp.value.code) };
  return { answer: 'reply', ...replyTraits(rrq.value, rrp.value) };
}

function replyTraits(rrq: Rrq, rrp: Rrp): Traits {
  const asked = rrq.extensions.find((e) => e.name === 'greKey');
  const granted = rrp.extensions.find((e) => e.name === 'greKey');
  const code = { code: codeText(rrp.code), identification: identificationText(rrq, rrp) };
  const authentication = { authentication: authenticationText(rrp) };
  if (!isAccepted(rrp.code)) return { ...code, ...authentication };
  return {
    ...code,
    ...authentication,
    lifetime: lifetimeText(rrq.lifetime, rrp.lifetime),
    'home address': addressText(rrq.homeAddress, rrp.homeAddress),
    'GRE Key extension': granted ? 'there' : 'none',
    ...(granted && { 'A flag': granted.a ? 'A=1' : 'A=0', key: keyText(asked?.key, granted.key) }),
  };
}

const codeText = (code: number): string =>
  `${code}${replyCodeNames[code] === undefined ? '' : ` (${replyCodeNames[code]})`}`;

function identificationText({ identification: asked }: Rrq, { identification: given }: Rrp): string {
  if (asked === given) return 'copied';
  if (low32(asked) !== low32(given)) return 'low half not copied';
  return high32(asked) === high32(given) ? 'copied' : 'low half copied';
}

const authenticationText = ({ extensions }: Rrp): string =>
  extensions.flatMap(({ name }) => (name === 'mnHa' || name === 'faHa' || name === 'mnFa' ? [name] : [])).join(', ') ||
  'none';

function lifetimeText(asked: number, granted: number): string {
  if (granted === 0) return '0';
  if (granted === asked) return 'as asked';
  return granted < asked ? 'less than asked' : 'more than asked';
}

function addressText(asked: string, granted: string): string {
  if (granted === '0.0.0.0') return '0';
  return granted === asked ? 'as asked' : 'chosen by the home agent';
}

function keyText(asked: number | undefined, granted: number): string {
  if (granted === 0) return '0';
  return granted === asked ? 'as asked' : 'chosen by the home agent';
}
