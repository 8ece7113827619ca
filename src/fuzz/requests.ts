/**
 * Registration Requests from valid to nearly random. The distribution is deliberate: most carry a right MN-HA
 * authenticator over all that stands before it, so that they reach the code behind the authentication check.
 */
import fc from 'fast-check';
import { registry } from '../wire/extension-registry.js';
import type { Dialect } from '../wire/extensions.js';
import { rrqLayout } from '../wire/mobileip.js';
import { address, octets, someFields, uint } from './from-layout.js';
import type { BodyPlan, Damage, ExtensionPlan, PlainValues, RequestPlan } from './plan.js';

/** Keys that a device may treat as something else: no key, all ones, small, byte patterns, the sign bit. */
const interestingKeys = [0, 1, 0xff, 0x100, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff] as const;
/** RFC 3344 §3.3: 0 deregisters, 65535 never ends; the others are short so that a device keeps little. */
const lifetimes = [0, 1, 2, 30, 60, 1800, 0x7fff, 0xfffe, 0xffff] as const;

const length = fc.option(fc.constantFrom(0, 1, 2, 3, 5, 7, 19, 21, 254, 255), { nil: undefined, freq: 6 });

type Optional<T> = { [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined> };
type Required<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** Leaves out what is undefined: plans are JSON. */
const plain = <T extends object>(value: T): Required<T> & Optional<T> =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as Required<T> & Optional<T>;

const greKey = fc
  .record({
    name: fc.constant('greKey' as const),
    key: fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(0, 'own' as const) },
      { weight: 2, arbitrary: fc.constantFrom(...interestingKeys) },
      { weight: 1, arbitrary: uint(32) },
    ),
    a: fc.boolean(),
    reserved: fc.option(uint(15), { nil: undefined, freq: 12 }),
  })
  .map(plain);

const nai = fc.oneof(
  { weight: 8, arbitrary: fc.constant('own') },
  { weight: 1, arbitrary: fc.constant('long') },
  { weight: 1, arbitrary: fc.constantFrom('', '@', 'x', 'a@b', '\u0000', '%s%n@x', `${'a'.repeat(254)}@`) },
);

const spi = fc.oneof(
  { weight: 5, arbitrary: fc.constant('agreed' as const) },
  { weight: 1, arbitrary: fc.constantFrom(0, 1, 255, 256, 0xffffffff) },
);

const authenticator = fc.oneof(
  { weight: 3, arbitrary: fc.constant('right') },
  { weight: 2, arbitrary: fc.constant('wrong') },
  { weight: 1, arbitrary: octets(64) },
);

const authentication = fc
  .record({
    name: fc.constantFrom('mnHa' as const, 'mnFa' as const, 'faHa' as const, 'generalizedAuth' as const),
    spi,
    authenticator,
    length,
  })
  .map(plain);

const bodyNames = ['revocationSupport', 'dynamicHa', 'pmipNonSkippable', 'pmipSkippable', 'criticalVendor'] as const;

/** Extensions of the registry, their bodies as their layouts have them. */
function bodies(dialect: Dialect): fc.Arbitrary<BodyPlan> {
  const { byName } = registry(dialect);
  return fc.oneof(
    ...bodyNames.map((name) =>
      fc
        .record({
          name: fc.constant(name),
          values: byName.get(name) ? someFields(byName.get(name)?.body ?? rrqLayout) : fc.constant({}),
          subType: fc.option(uint(8), { nil: undefined, freq: 2 }),
          length,
        })
        .map(plain),
    ),
  );
}

const raw = (type: fc.Arbitrary<number>): fc.Arbitrary<ExtensionPlan> =>
  fc.record({ name: fc.constant('raw' as const), type, data: octets(255), length }).map(plain);

/** RFC 3344 §1.8: skipped by whoever does not know it. */
const skippable = fc.oneof(
  { weight: 2, arbitrary: fc.constant({ name: 'pad' as const }) },
  {
    weight: 3,
    arbitrary: fc.record({
      name: fc.constant('raw' as const),
      type: fc.integer({ min: 200, max: 255 }),
      data: octets(255),
    }),
  },
);

/** Anything at all: any type, any length, extensions within extensions. */
function anything(dialect: Dialect): fc.Arbitrary<ExtensionPlan> {
  const known = [0, 32, 33, 34, 36, 38, 47, 131, 137, 139, 147, dialect.greKeyType];
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant({ name: 'pad' as const }) },
    { weight: 3, arbitrary: raw(fc.constantFrom(...known)) },
    { weight: 2, arbitrary: raw(uint(8)) },
    { weight: 1, arbitrary: raw(fc.integer({ min: 100, max: 126 })) },
    { weight: 3, arbitrary: fc.tuple(greKey, length).map(([e, l]) => plain({ ...e, length: l })) },
    { weight: 2, arbitrary: fc.record({ name: fc.constant('nai' as const), nai, length }).map(plain) },
    { weight: 3, arbitrary: authentication },
    { weight: 2, arbitrary: bodies(dialect) },
    { weight: 1, arbitrary: nested },
  );
}

/** An extension whose body holds others, perhaps cut short. */
const nested: fc.Arbitrary<ExtensionPlan> = fc
  .array(fc.tuple(uint(8), octets(16)), { maxLength: 4 })
  .map((inner) => inner.map(([type, data]) => hexOctet(type) + hexOctet(data.length / 2) + data).join(''))
  .chain((data) =>
    fc.record({ name: fc.constant('raw' as const), type: uint(8), data: fc.constant(data.slice(0, 510)) }),
  );

const hexOctet = (n: number): string => n.toString(16).padStart(2, '0');

const ownNai = { name: 'nai', nai: 'own' } as const;
const longNai = { name: 'nai', nai: 'long' } as const;
const rightMnHa = { name: 'mnHa', spi: 'agreed', authenticator: 'right' } as const;

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
  careOfAddress: fc.constantFrom('@other'),
  homeAddress: fc.constantFrom('@home', '0.0.0.0'),
  lifetime: fc.constantFrom(...lifetimes),
});
const anyFixed = someFields(rrqLayout, {
  type: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, { weight: 1, arbitrary: uint(8) }),
  identification: null,
  homeAgent: fc.oneof(fc.constantFrom('@target', '@other'), address),
  careOfAddress: fc.oneof(fc.constantFrom('@home', '@other', '@target'), address),
  homeAddress: fc.oneof(fc.constantFrom('@home', '@other', '@target'), address),
  lifetime: fc.oneof(fc.constantFrom(...lifetimes), uint(16)),
});

/** The usual list with further extensions in its places. */
function around(
  added: fc.Arbitrary<ExtensionPlan>,
  fixed: fc.Arbitrary<PlainValues>,
  most: number,
): fc.Arbitrary<RequestPlan> {
  return fc
    .record({
      fixed,
      nai: fc.oneof({ weight: 12, arbitrary: fc.constant(ownNai) }, { weight: 1, arbitrary: fc.constant(longNai) }),
      key: fc.option(greKey, { nil: undefined, freq: 5 }),
      before: fc.array(added, { maxLength: most }),
      between: fc.array(added, { maxLength: most }),
      behind: fc.array(added, { maxLength: 1 }),
    })
    .map(({ fixed: changed, nai: name, key, before, between, behind }) => ({
      kind: 'request' as const,
      fixed: changed,
      identification: 'fresh' as const,
      extensions: [...before, name, ...between, ...(key ? [key] : []), rightMnHa, ...behind],
    }));
}

/** The same with an authenticator that is wrong, absent, or at the wrong end. */
function unauthentic(dialect: Dialect): fc.Arbitrary<RequestPlan> {
  return fc
    .tuple(around(anything(dialect), validFixed, 1), fc.constantFrom('wrong', 'absent', 'empty', 'short', 'first'))
    .map(([plan, how]) => {
      const rest = plan.extensions.filter((e) => e !== rightMnHa);
      const bent: Readonly<Record<typeof how, readonly ExtensionPlan[]>> = {
        wrong: [...rest, { ...rightMnHa, authenticator: 'wrong' }],
        absent: rest,
        empty: [...rest, { ...rightMnHa, authenticator: '' }],
        short: [...rest, { name: 'raw', type: 32, data: '0001' }],
        first: [{ ...rightMnHa, authenticator: 'wrong' }, ...rest],
      };
      return { ...plan, extensions: bent[how] };
    });
}

const wild = (dialect: Dialect): fc.Arbitrary<RequestPlan> =>
  fc.record({
    kind: fc.constant('request' as const),
    fixed: anyFixed,
    identification: fc.constantFrom('fresh' as const, 'past' as const, 'future' as const),
    extensions: fc.array(fc.oneof({ weight: 5, arbitrary: anything(dialect) }, fc.constantFrom(ownNai, rightMnHa)), {
      maxLength: 20,
    }),
  });

export const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.nat({ max: 120 }).map((keep) => ({ keep })),
  octets(255).map((append) => ({ append })),
  fc.array(fc.nat({ max: 2000 }), { minLength: 1, maxLength: 4 }).map((flips) => ({ flips })),
);

export function requests(dialect: Dialect): fc.Arbitrary<RequestPlan> {
  const valid = around(skippable, validFixed, 3);
  return fc.oneof(
    { withCrossShrink: true },
    { weight: 18, arbitrary: valid },
    { weight: 8, arbitrary: around(anything(dialect), validFixed, 3) },
    { weight: 4, arbitrary: around(anything(dialect), anyFixed, 6) },
    { weight: 3, arbitrary: unauthentic(dialect) },
    {
      weight: 1,
      arbitrary: fc
        .tuple(valid, fc.constantFrom('past' as const, 'future' as const))
        .map(([p, identification]) => ({ ...p, identification })),
    },
    { weight: 2, arbitrary: wild(dialect) },
    { weight: 2, arbitrary: fc.tuple(valid, damage).map(([plan, d]) => ({ ...plan, damage: d })) },
  );
}
