/**
 * Exchanges after which lawful devices differ: the documents leave open whether a binding still stands, or with which
 * keys. What it was agreed to have is then held against no device.
 */
import type { Binding } from './bindings.js';
import type { Exchange } from './exchange.js';
import { isUnset } from './request.js';

/** Whether the accepted exchange of `mn` leaves open what becomes of this binding, made before. */
export function leavesOpen({ registers, rrq, rrp }: Exchange, mn: string, b: Binding): boolean {
  const isHere = (address: string): boolean => !isUnset(address) && address === b.homeAddress;
  // RFC 2794 §3: a device may know the same mobile node by its NAI and by its home address
  if (b.mn !== mn) return isHere(rrq.homeAddress) || isHere(rrp.homeAddress);
  if (b.careOf === rrq.careOfAddress) return false;
  // RFC 3344 §3.8.2.2 keeps simultaneous bindings of one home address; of two under one NAI it says nothing
  if (registers) return rrq.simultaneous && b.homeAddress !== rrp.homeAddress;
  // "all" is said by a care-of address that is the home address, of which several may be meant or none
  const { careOfAddress: careOf, homeAddress } = rrq;
  const meansAll = [homeAddress, rrp.homeAddress, b.homeAddress].map((home) => home === careOf);
  return isUnset(careOf) || (meansAll.includes(true) && meansAll.includes(false));
}
