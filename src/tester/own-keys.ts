/**
 * Home agents whose policy refuses keys of the proxy's own: draft §5.2 has them accepted as a SHOULD, and the cases of
 * TS-08 and TS-14 say so. All else is then tested with the keys that such a device gives.
 */
import type { RequirementId } from '../spec/catalogue.js';
import type { RunConfig } from '../spec/config.js';
import { asksWithZero, type Mode, modeName } from './request.js';

/** Rules that tell what becomes of keys: a case about one of them means the very key that it asks with. */
const aboutKeys: ReadonlySet<RequirementId> = new Set<RequirementId>([
  ...(['TS-08', 'TS-09', 'TS-10', 'TS-14', 'TS-15', 'TS-16', 'TS-19', 'TS-25', 'TS-31', 'TS-32', 'TS-33'] as const),
  ...(['YG-15', 'YG-16', 'YG-17', 'YG-19', 'YG-20'] as const),
]);

/** Whether it is all the same to a case with which key its MNs ask. */
export const takesAnyKey = (covers: readonly RequirementId[]): boolean => !covers.some((id) => aboutKeys.has(id));

const withZero = <M extends Mode>(mode: M): M => ({ ...mode, key: 0 });

/** Whether this device refuses the mode, and only for its key; `refused` has the names of modes. */
export function isRefusedForKey(mode: Mode, refused: ReadonlySet<string>): boolean {
  return refused.size > 0 && mode.key !== 0 && refused.has(modeName(mode)) && !refused.has(modeName(withZero(mode)));
}

/** Why a case about such a mode does not apply. */
export const refusedForKey = (mode: Mode): string =>
  `the device refuses ${modeName(mode)}; whether it may, ha/5.2/04 and ha/5.2/09 say`;

/** The mode that a case about something else asks in, where the device refuses this one. */
export function standIn<M extends Mode>(mode: M, refused: ReadonlySet<string>, config: Pick<RunConfig, 'knobs'>): M {
  return mode.key === 'own' && isRefusedForKey(mode, refused) && asksWithZero(config) ? withZero(mode) : mode;
}
