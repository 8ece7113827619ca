/** Keys that a device must not take for the right one. */
import type { Binding } from '../oracle/bindings.js';
import type { Session } from './session.js';

const swapped = (key: number): number =>
  (((key & 0xff) << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24)) >>> 0;

/**
 * Near misses of a binding's reverse key, by name: none of them is in use, so whatever passes under one passes wrongly.
 * The other direction's key is among them where it differs.
 */
export function wrongKeys(session: Session, binding: Binding): readonly (readonly [name: string, key: number])[] {
  const right = binding.reverseKey ?? 0;
  const now = session.clock.now();
  const near: readonly (readonly [string, number])[] = [
    ['its lowest bit flipped', (right ^ 1) >>> 0],
    ['its highest bit flipped', (right ^ 0x80000000) >>> 0],
    ['its octets in reverse order', swapped(right)],
    ['its halves exchanged', ((right << 16) | (right >>> 16)) >>> 0],
    ['only its low 16 bits', right & 0xffff],
    ['key 0', 0],
  ];
  const unused = near.filter(([, key]) => key !== right && !session.oracle.bindings.usesKey(key, now));
  const forward = binding.forwardKey;
  if (forward === undefined || forward === right) return unused;
  const others = session.oracle.bindings.reverseKeyOf(forward, binding.careOf, now);
  return others ? unused : [...unused, ['the forward key', forward]];
}
