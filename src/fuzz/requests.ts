/**
 * Registration Requests from valid to nearly random. The distribution is deliberate: most carry a right MN-HA
 * authenticator over all that stands before it, so that they reach the code behind the authentication check.
 */
import { registry } from '../wire/extension-registry.js';
import type { Dialect } from '../wire/extensions.js';
import { rrqLayout } from '../wire/mobileip.js';
import { type Draw, oneOf, weighted } from './dice.js';
import { address, hexOctet, octets, someFields, uint } from './from-layout.js';
import type {
  AuthenticationPlan,
  BodyPlan,
  Damage,
  ExtensionPlan,
  GreKeyPlan,
  PlainValues,
  RequestPlan,
} from './plan.js';

/** Keys that a device may treat as something else: no key, all ones, small, byte patterns, the sign bit. */
const interestingKey = oneOf(0, 1, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff);
/** RFC 3344 §3.3: 0 deregisters, 65535 never ends; the others are short so that a device keeps little. */
const lifetime = oneOf(0, 1, 2, 30, 60, 1800, 0x7fff, 0xfffe, 0xffff);

const wrongLength = oneOf(0, 1, 2, 3, 5, 7, 19, 21, 254, 255);
/** Once in six times a length that is not the right one. */
const length: Draw<{ readonly length?: number }> = (dice) => (dice.oneIn(6) ? { length: wrongLength(dice) } : {});

const key = weighted<GreKeyPlan['key']>([3, oneOf<0 | 'own'>(0, 'own')], [2, interestingKey], [1, uint(32)]);
const reserved = uint(15);
const greKey: Draw<GreKeyPlan> = (dice) => ({
  name: 'greKey',
  key: key(dice),
  a: dice.oneIn(2),
  ...(dice.oneIn(12) && { reserved: reserved(dice) }),
});

const naiText = weighted<string>(
  [8, () => 'own'],
  [1, () => 'long'],
  [1, oneOf('', '@', 'x', 'a@b', '\u0000', '%s%n@x', `${'a'.repeat(254)}@`)],
);

const spi = weighted<AuthenticationPlan['spi']>([5, () => 'agreed'], [1, oneOf(0, 1, 255, 256, 0xffffffff)]);
const authenticator = weighted<string>([3, () => 'right'], [2, () => 'wrong'], [1, octets(64)]);
const authentication: Draw<AuthenticationPlan> = (dice) => ({
  name: dice.of(['mnHa', 'mnFa', 'faHa', 'generalizedAuth']),
  spi: spi(dice),
  authenticator: authenticator(dice),
  ...length(dice),
});

const bodyNames = ['revocationSupport', 'dynamicHa', 'pmipNonSkippable', 'pmipSkippable', 'criticalVendor'] as const;
const octet = uint(8);

/** Extensions of the registry, their bodies as their layouts have them. */
function body(dialect: Dialect): Draw<BodyPlan> {
  const { byName } = registry(dialect);
  const values = new Map(bodyNames.map((name) => [name, someFields(byName.get(name)?.body ?? rrqLayout)]));
  return (dice) => {
    const name = dice.of(bodyNames);
    return {
      name,
      values: values.get(name)?.(dice) ?? {},
      ...(dice.oneIn(2) && { subType: octet(dice) }),
      ...length(dice),
    };
  };
}

const anyOctets = octets(255);
const raw =
  (type: Draw<number>): Draw<ExtensionPlan> =>
  (dice) => ({ name: 'raw', type: type(dice), data: anyOctets(dice), ...length(dice) });

const pad: Draw<ExtensionPlan> = () => ({ name: 'pad' });

/** RFC 3344 §1.8: skipped by whoever does not know it. */
const skippable = weighted<ExtensionPlan>(
  [2, pad],
  [3, (dice) => ({ name: 'raw', type: 200 + dice.below(56), data: anyOctets(dice) })],
);

const fewOctets = octets(16);
const mostOctets = 255;

/** An extension whose body holds others, perhaps cut short. */
const nested: Draw<ExtensionPlan> = (dice) => {
  const inner = dice.list(4, () => {
    const data = fewOctets(dice);
    return hexOctet(octet(dice)) + hexOctet(data.length / 2) + data;
  });
  return { name: 'raw', type: octet(dice), data: inner.join('').slice(0, 2 * mostOctets) };
};

/** Anything at all: any type, any length, extensions within extensions. */
export function anything(dialect: Dialect): Draw<ExtensionPlan> {
  return weighted<ExtensionPlan>(
    [2, pad],
    [3, raw(oneOf(0, 32, 33, 34, 36, 38, 47, 131, 137, 139, 147, dialect.greKeyType))],
    [2, raw(octet)],
    [1, raw((dice) => 100 + dice.below(27))],
    [3, (dice) => ({ ...greKey(dice), ...length(dice) })],
    [2, (dice) => ({ name: 'nai', nai: naiText(dice), ...length(dice) })],
    [3, authentication],
    [2, body(dialect)],
    [1, nested],
  );
}

export const ownNai = { name: 'nai', nai: 'own' } as const;
export const rightMnHa = { name: 'mnHa', spi: 'agreed', authenticator: 'right' } as const;
const longNai = { name: 'nai', nai: 'long' } as const;

/** Fields of the fixed part, by their layout. */
const validFixed = someFields(rrqLayout, {
  type: null,
  gre: null,
  minimal: null,
  reservedR: null,
  reservedX: null,
  reverseTunneling: null,
  identification: null,
  homeAgent: null,
  careOfAddress: () => '@other',
  homeAddress: oneOf('@home', '0.0.0.0'),
  lifetime,
});
const anyFixed = someFields(rrqLayout, {
  type: weighted<number>([9, () => 1], [1, octet]),
  identification: null,
  homeAgent: weighted<string>([1, oneOf('@target', '@other')], [1, address]),
  careOfAddress: weighted<string>([1, oneOf('@home', '@other', '@target')], [1, address]),
  homeAddress: weighted<string>([1, oneOf('@home', '@other', '@target')], [1, address]),
  lifetime: weighted<number>([1, lifetime], [1, uint(16)]),
});

/** The usual list with further extensions in its places. */
function around(added: Draw<ExtensionPlan>, fixed: Draw<PlainValues>, most: number): Draw<RequestPlan> {
  return (dice) => {
    const values = fixed(dice);
    const extensions = dice.list(most, added);
    extensions.push(dice.oneIn(13) ? longNai : ownNai);
    dice.list(most, added, extensions);
    if (!dice.oneIn(5)) extensions.push(greKey(dice));
    extensions.push(rightMnHa);
    dice.list(1, added, extensions);
    return { kind: 'request', fixed: values, identification: 'fresh', extensions };
  };
}

/** The same with an authenticator that is wrong, absent, or at the wrong end. */
function unauthentic(dialect: Dialect): Draw<RequestPlan> {
  const valid = around(anything(dialect), validFixed, 1);
  return (dice) => {
    const plan = valid(dice);
    const rest = plan.extensions.filter((e) => e !== rightMnHa);
    const how = dice.of(['wrong', 'absent', 'empty', 'short', 'first']);
    const bent: Readonly<Record<typeof how, readonly ExtensionPlan[]>> = {
      wrong: [...rest, { ...rightMnHa, authenticator: 'wrong' }],
      absent: rest,
      empty: [...rest, { ...rightMnHa, authenticator: '' }],
      short: [...rest, { name: 'raw', type: 32, data: '0001' }],
      first: [{ ...rightMnHa, authenticator: 'wrong' }, ...rest],
    };
    return { ...plan, extensions: bent[how] };
  };
}

function wild(dialect: Dialect): Draw<RequestPlan> {
  const any = weighted<ExtensionPlan>([5, anything(dialect)], [1, oneOf<ExtensionPlan>(ownNai, rightMnHa)]);
  return (dice) => ({
    kind: 'request',
    fixed: anyFixed(dice),
    identification: dice.of(['fresh', 'past', 'future']),
    extensions: dice.list(20, any),
  });
}

const tail = octets(255);

/** RFC 3344 §3.3: the fixed part is 24 octets long; cuts within it are as frequent as those behind it. */
export const damage = weighted<Damage>(
  [1, (dice) => ({ keep: dice.oneIn(2) ? dice.below(24) : dice.below(120) })],
  [1, (dice) => ({ append: tail(dice) })],
  [1, (dice) => ({ flips: [dice.below(2000), ...dice.list(3, () => dice.below(2000))] })],
);

export function requests(dialect: Dialect): Draw<RequestPlan> {
  const any = anything(dialect);
  const valid = around(skippable, validFixed, 3);
  return weighted<RequestPlan>(
    [18, valid],
    [8, around(any, validFixed, 3)],
    [2, around(skippable, anyFixed, 2)],
    [4, around(any, anyFixed, 6)],
    [3, unauthentic(dialect)],
    [1, (dice) => ({ ...valid(dice), identification: dice.of(['past', 'future']) })],
    [2, wild(dialect)],
    [2, (dice) => ({ ...valid(dice), damage: damage(dice) })],
  );
}
