/**
 * Smaller forms of an input, the boldest first: whole groups of its parts left out, then single ones, then plainer values
 * for those that stay. A device that crashes costs a restart for each form that still kills it, so few steps matter.
 */
import type { Damage, ExtensionPlan, FramePlan, Plan, PlainValues, RequestPlan } from './plan.js';

export function* smaller(plan: Plan): Generator<Plan> {
  if (plan.kind === 'request') yield* smallerRequest(plan);
  else yield* smallerFrame(plan);
}

function* smallerRequest(plan: RequestPlan): Generator<RequestPlan> {
  const { damage, ...undamaged } = plan;
  if (damage) yield undamaged;
  if (Object.keys(plan.fixed).length > 1) yield { ...plan, fixed: {} };
  for (const extensions of shorter(plan.extensions)) yield { ...plan, extensions };
  for (const fixed of fewer(plan.fixed)) yield { ...plan, fixed };
  if (plan.identification !== 'fresh') yield { ...plan, identification: 'fresh' };
  for (const [i, own] of plan.extensions.entries()) {
    for (const plainer of smallerExtension(own)) yield { ...plan, extensions: plan.extensions.with(i, plainer) };
  }
  for (const fixed of plainer(plan.fixed)) yield { ...plan, fixed };
  for (const less of damage ? smallerDamage(damage) : []) yield { ...plan, damage: less };
}

function* smallerFrame(plan: FramePlan): Generator<FramePlan> {
  const { damage, ...undamaged } = plan;
  if (damage) yield undamaged;
  if (Object.keys(plan.header).length > 1) yield { ...plan, header: {} };
  for (const header of fewer(plan.header)) yield { ...plan, header };
  if (plan.payload !== 'echo') yield { ...plan, payload: 'echo' };
  if (plan.key !== 'right') yield { ...plan, key: 'right' };
  if (plan.checksum !== 'none') yield { ...plan, checksum: 'none' };
  if (plan.checksum === 'wrong') yield { ...plan, checksum: 'right' };
  for (const header of plainer(plan.header)) yield { ...plan, header };
  if (plan.payload !== 'echo') for (const payload of smallerHex(plan.payload)) yield { ...plan, payload };
  for (const less of damage ? smallerDamage(damage) : []) yield { ...plan, damage: less };
}

/** The list without a half of it, a quarter, and so on down to single members. */
function* shorter<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let size = Math.ceil(list.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < list.length; at += size) yield list.toSpliced(at, size);
  }
}

function* fewer(values: PlainValues): Generator<PlainValues> {
  for (const name of Object.keys(values)) {
    yield Object.fromEntries(Object.entries(values).filter(([other]) => other !== name));
  }
}

function* plainer(values: PlainValues): Generator<PlainValues> {
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'number') for (const less of smallerNumber(value)) yield { ...values, [name]: less };
    else if (value === true) yield { ...values, [name]: false };
  }
}

/** Up to here single steps are worth while. */
const few = 16;

function* smallerNumber(value: number): Generator<number> {
  if (value > 0) yield 0;
  const highestBit = 2 ** Math.floor(Math.log2(value));
  if (value > highestBit) yield highestBit;
  if (value > 1) yield Math.floor(value / 2);
  if (value > 2 && value <= few) yield value - 1;
}

function* smallerHex(hex: string): Generator<string> {
  const length = hex.length / 2;
  if (length > 0) yield '';
  if (length > 1) yield hex.slice(0, 2 * Math.floor(length / 2));
  if (length > 3) yield hex.slice(0, 2 * Math.floor((length * 3) / 4));
  if (length > 1 && length <= few) yield hex.slice(0, -2);
  const zeros = '0'.repeat(hex.length);
  if (hex !== zeros) yield zeros;
}

function* smallerExtension(e: ExtensionPlan): Generator<ExtensionPlan> {
  if (e.name === 'pad') return;
  const { length, ...rightLength } = e;
  if (length !== undefined) yield rightLength;
  switch (e.name) {
    case 'nai':
      if (e.nai !== 'own') yield { ...e, nai: 'own' };
      return;
    case 'greKey': {
      const { reserved, ...clean } = e;
      if (reserved !== undefined) yield clean;
      if (e.a) yield { ...e, a: false };
      if (e.key !== 0) yield { ...e, key: 0 };
      return;
    }
    case 'raw':
      for (const data of smallerHex(e.data)) yield { ...e, data };
      return;
    case 'mnHa':
    case 'mnFa':
    case 'faHa':
    case 'generalizedAuth':
      if (e.spi !== 'agreed') yield { ...e, spi: 'agreed' };
      if (e.authenticator !== 'right') yield { ...e, authenticator: 'right' };
      if (e.authenticator !== 'right' && e.authenticator !== 'wrong') {
        for (const octets of smallerHex(e.authenticator)) yield { ...e, authenticator: octets };
      }
      return;
    default: {
      const { subType, ...usual } = e;
      if (subType !== undefined) yield usual;
      for (const values of fewer(e.values)) yield { ...e, values };
    }
  }
}

function* smallerDamage({ keep, append, flips }: Damage): Generator<Damage> {
  for (const less of append === undefined ? [] : smallerHex(append)) yield { append: less };
  if (flips && flips.length > 1) for (const less of shorter(flips)) if (less.length > 0) yield { flips: less };
  for (const less of keep === undefined ? [] : smallerNumber(keep)) yield { keep: less };
}
