/** Checks that several sections share. */
import type { RequirementId } from '../spec/catalogue.js';
import { hexKey } from '../oracle/exchange.js';
import type { CaseBase } from './case-base.js';
import type { CaseContext } from './context.js';
import { layoutText, type Mismatch, proofText } from './mismatch.js';
import type { MobileNode } from './mobile-node.js';
import type { Arrival } from './probe.js';

/**
 * Demands that the device has not been seen to have the extension in the layout of another profile. One that refuses the
 * extension, or leaves it out, has shown none.
 */
export function expectLayout(t: CaseBase, mismatch: Mismatch | undefined, id: RequirementId): void {
  const proof = mismatch?.proof;
  if (!proof) return;
  t.recorder.addMessages([...(proof.request ? [proof.request] : []), proof.message]);
  t.recorder.blame(proof.message.bytes);
  t.demand(id, false, `the extension with ${layoutText(t.config.profile)} behind its type`, proofText(proof));
}

/** Demands that a packet came down the MN's tunnel: to its care-of address, under its forward key. */
export function expectForwardKey(t: CaseContext, mn: MobileNode, arrival: Arrival, id: RequirementId): void {
  const { binding } = mn;
  const key = arrival.frame.gre?.key;
  const right = binding?.forwardKey ?? 0;
  const seen = key === undefined ? 'no key' : `key ${hexKey(key)}`;
  if (key !== right) t.recorder.blame(arrival.frame.bytes);
  t.demand(id, key === right, `key ${hexKey(right)} on packets to the MN`, seen);
  t.demand(id, arrival.careOf === mn.station.address, `packets to ${mn.station.address}`, `to ${arrival.careOf}`);
}
