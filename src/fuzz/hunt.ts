/** From a suspicion to a finding: shown again, with as few messages as possible, each as small as possible. */
import type fc from 'fast-check';
import { findingOf, type FuzzFinding, groupOf } from './finding.js';
import { culprit, fewest, shrink } from './shrink.js';
import type { Plan } from './plan.js';
import type { FuzzRange, Volley } from './range.js';
import { type Suspicion, kindOf } from './suspicion.js';

export interface Quarry {
  readonly range: FuzzRange;
  readonly plans: fc.Arbitrary<Plan>;
  /** Brings the device back; resolves with whether it answers again. Absent: nobody can. */
  readonly revive: (() => Promise<boolean>) | undefined;
  readonly seed: number;
}

/** Volleys fired for one finding, at most: a device that hangs costs its whole time each. */
const most = { dead: { halving: 40, shrinking: 60 }, alive: { halving: 200, shrinking: 120 } } as const;

/** RFC 3344 §3.8: whatever came before, a valid registration is answered. */
export const dead: Suspicion = {
  requirement: 'HA-32',
  expected: 'an answer to a valid registration after the message',
  actual: 'silence: the device is gone, or hangs',
};

export const suspicionsOf = (volley: Volley): readonly Suspicion[] => [
  ...volley.suspicions,
  ...(volley.alive ? [] : [dead]),
];

/** Undefined when it could not be shown again. */
export async function hunt(
  quarry: Quarry,
  suspected: Suspicion,
  volley: readonly Plan[],
  run: number,
): Promise<FuzzFinding | undefined> {
  const { range, revive, seed } = quarry;
  const kind = kindOf(suspected);
  let latest: { readonly volley: Volley; readonly suspicion: Suspicion } | undefined;
  const shows = async (plans: readonly Plan[], patience = range.haste): Promise<boolean> => {
    const shot = await range.fire(plans, { patience, keep: true });
    const found = suspicionsOf(shot).find((s) => kindOf(s) === kind);
    if (found) latest = { volley: shot, suspicion: found };
    if (!shot.alive && !(await revive?.())) gone = true;
    return found !== undefined && !gone;
  };
  let gone = false;
  const isDeath = suspected === dead;
  const bound = most[isDeath ? 'dead' : 'alive'];
  if (isDeath && !(await revive?.())) {
    return findingOf(suspected, {
      ...about(run, volley, suspected),
      mode: 'message',
      seed,
      confirmed: false,
      frames: [],
    });
  }
  const at = suspected.index;
  const own = at === undefined ? undefined : volley[at];
  const isAlone = own !== undefined && (await shows([own]));
  const alone = isAlone && own ? [own] : await culprit(volley, (part) => shows(part));
  const few = alone ?? ((await shows(volley)) ? await fewest(volley, (part) => shows(part), bound.halving) : undefined);
  if (!few || gone) return undefined;
  const small = [...few];
  const steps: number[] = [];
  for (let i = 0; i < small.length && small.length <= 4 && !gone; i++) {
    const start = small[i];
    if (!start) continue;
    const { value, path } = await shrink(
      quarry.plans,
      start,
      (candidate) => shows(small.with(i, candidate)),
      bound.shrinking,
    );
    small[i] = value;
    steps.push(...path);
  }
  // the last word, with all the time that a device is given
  const confirmed = !gone && (await shows(small, range.session.config.timeout));
  if (!confirmed || !latest) return undefined;
  const path = [run, at ?? 0, ...steps].join(':');
  return findingOf(latest.suspicion, {
    ...about(run, small, latest.suspicion),
    path,
    mode: 'message',
    seed,
    confirmed,
    frames: latest.volley.seen,
  });
}

const about = (run: number, plans: readonly Plan[], s: Suspicion): Pick<FuzzFinding, 'path' | 'plans' | 'group'> => ({
  path: String(run),
  plans,
  group: groupOf(s, plans),
});
