/** The steps of a sequence as plain data, so that a sequence can be written to a file and gone through again. */

/** `mn` counts the mobile nodes of the sequence from 0. */
export type Step =
  | {
      /** A first registration, or a renewal: with the agreed key, another one or 0, in the same mode or the other one. */
      readonly step: 'register';
      readonly mn: number;
      readonly key: 'own' | 'zero' | 'agreed' | 'other';
      readonly a: boolean;
      /** Seconds. */
      readonly lifetime: number;
    }
  /** A packet in the tunnel. */
  | { readonly step: 'frame'; readonly mn: number; readonly key: 'right' | 'wrong' }
  /**
   * `move`: registers from another care-of address. `forge`: sends a deregistration that is not authentic. `expire`:
   * registers for two seconds and waits until they are over.
   */
  | { readonly step: 'move' | 'deregister' | 'forge' | 'expire'; readonly mn: number };

/** The same, where it makes no difference which mobile node of a sequence it is. */
export const kindOfStep = (s: Step): string =>
  s.step === 'register' ? `register ${s.key}${s.a ? ' A' : ''}` : s.step === 'frame' ? `frame ${s.key}` : s.step;

const simple: ReadonlySet<unknown> = new Set<Step['step']>(['move', 'deregister', 'forge', 'expire']);

export function isStep(value: unknown): value is Step {
  if (typeof value !== 'object' || value === null) return false;
  const { step, mn, key, a, lifetime } = value as Readonly<Record<string, unknown>>;
  if (!Number.isSafeInteger(mn) || Number(mn) < 0) return false;
  if (step === 'frame') return key === 'right' || key === 'wrong';
  if (step !== 'register') return simple.has(step);
  const isKey = key === 'own' || key === 'zero' || key === 'agreed' || key === 'other';
  return isKey && typeof a === 'boolean' && Number.isInteger(lifetime) && Number(lifetime) > 0;
}
