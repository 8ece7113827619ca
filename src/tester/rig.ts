/** The tester's side of the table, one for each kind of device: what the executor needs to know of it. */
import type { Net } from '../net/port.js';
import type { Dialect } from '../wire/extensions.js';
import type { CaseBase } from './case-base.js';
import type { CaseDefinition } from './case.js';
import type { Judge } from './judge.js';
import type { Mismatch } from './mismatch.js';

export type Prepared = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** A case that has begun. */
export interface Running {
  readonly base: CaseBase;
  /** Runs the body of the case; rejects with how it ended when it did not come to its end. */
  run(): Promise<void>;
  /** Ends what the case began. */
  cleanUp(): void;
}

export interface Rig {
  readonly judge: Judge;
  readonly dialect: Dialect;
  /** How the device differs from the profile, as far as that is known by now. */
  readonly mismatch: Mismatch | undefined;
  /** That, or what else about the device as a whole leaves little to be decided; with advice. */
  readonly notice: string | undefined;
  /** How many cases go on beside each other, of those that do not wait. Known when it is prepared. */
  readonly lanes: number;
  open(net: Net): Promise<void>;
  /** Finds out whether the device can be tested at all; with a reason when not. */
  prepare(): Promise<Prepared>;
  begin(definition: CaseDefinition): Running;
  /** Whether the device answers what it must answer, waiting no longer than the time-out. */
  alive(during: string): Promise<boolean>;
  /** Whether the device can be told, at no great cost, to be gone; asked when a case fails. */
  isGone(during: string): Promise<boolean>;
  /** The device was lost, and with it what it knew of mobile nodes. */
  forgetNodes(): void;
  close(): Promise<void>;
}
