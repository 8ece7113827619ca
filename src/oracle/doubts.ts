/**
 * Requests whose reply was not seen, though the device may have worked on them: a capture loses datagrams, and so does a
 * network. Until the next reply it is open what has become of a binding that such a request would change.
 */
import type { Binding } from './bindings.js';
import type { OracleContext } from './context.js';
import type { Request } from './request.js';
import { isUnset } from './request.js';

/** Whether the request, if it was accepted, ends this binding, moves it, or gives it other keys. */
export function mayChange({ rrq, registers, asked }: Request, b: Binding, context: OracleContext): boolean {
  const isHere = b.careOf === rrq.careOfAddress;
  // "all" is said by the home address as care-of address, or by none
  if (!registers) return isHere || rrq.careOfAddress === rrq.homeAddress || isUnset(rrq.careOfAddress);
  if (!isHere || (asked?.a ?? false) !== b.l2) return true;
  // draft §6.2: only the agreed key leaves the keys as they are; elsewhere each exchange names them anew
  if (context.dialect.greKeyForm !== 'tsirtsis-00') return true;
  const agreed = context.knobs['key_direction'] === 'receiver' ? b.forwardKey : b.reverseKey;
  return asked?.key !== agreed;
}

/** More of one binding are not told apart: the doubt then stays until its keys are agreed on again. */
const mostOpen = 64;

/** How sure it is that the device has a binding. */
export class Standing {
  /** Milliseconds since the Unix epoch until when every lawful device has it, as far as its own exchange tells. */
  certainUntil: number;
  readonly #open: bigint[] = [];

  constructor(certainUntil: number) {
    this.certainUntil = certainUntil;
  }

  get isDoubtful(): boolean {
    return this.#open.length > 0;
  }

  /** A request with this Identification may have changed the binding. */
  doubt(identification: bigint): void {
    if (this.#open.length < mostOpen && !this.#open.includes(identification)) this.#open.push(identification);
  }

  /** What came of that request is known. */
  settle(identification: bigint): void {
    const at = this.#open.indexOf(identification);
    if (at >= 0) this.#open.splice(at, 1);
  }
}
