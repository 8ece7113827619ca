/** Inputs of message mode as fast-check knows them: drawn from one number each, made smaller by leaving parts out. */
import fc from 'fast-check';
import { Dice, type Draw, oneOf, weighted } from './dice.js';
import { frame } from './frames.js';
import type { Plan } from './plan.js';
import type { FuzzRange } from './range.js';
import { requests } from './requests.js';
import { smaller } from './smaller.js';

class PlanArbitrary extends fc.Arbitrary<Plan> {
  readonly #draw: Draw<Plan>;

  constructor(draw: Draw<Plan>) {
    super();
    this.#draw = draw;
  }

  generate(random: fc.Random): fc.Value<Plan> {
    return new fc.Value(this.#draw(new Dice(random.nextInt())), undefined);
  }

  /** No plan needs to be known for how it was made, so those of a corpus become smaller like any other. */
  canShrinkWithoutContext(value: unknown): value is Plan {
    return typeof value === 'object' && value !== null && 'kind' in value;
  }

  shrink(value: Plan): fc.Stream<fc.Value<Plan>> {
    return fc.stream(smaller(value)).map((plan) => new fc.Value(plan, undefined));
  }
}

/** What a range can be fired at with; `corpus` are earlier inputs to make others from. */
export function plansOf(range: FuzzRange, corpus: readonly Plan[] = []): fc.Arbitrary<Plan> {
  const { dialect, config } = range.session;
  const asked = requests(dialect);
  const fresh: Draw<Plan> = config.gre ? weighted<Plan>([5, asked], [1, frame]) : asked;
  const [first, ...more] = corpus;
  if (!first) return new PlanArbitrary(fresh);
  const kept = oneOf(first, ...more);
  return new PlanArbitrary(weighted<Plan>([4, fresh], [1, (dice) => mutated(kept(dice), asked(dice), dice)]));
}

const mostExtensions = 20;

/** A kept request with something of a fresh one. */
function mutated(old: Plan, other: Plan, dice: Dice): Plan {
  if (old.kind !== 'request' || other.kind !== 'request') return old;
  const [added] = other.extensions;
  const at = dice.below(old.extensions.length + 1);
  const extensions = added ? old.extensions.toSpliced(at, 0, added) : old.extensions;
  return { ...old, fixed: { ...old.fixed, ...other.fixed }, extensions: extensions.slice(0, mostExtensions) };
}
