/** What a survey of a device comes to: settings that it showed, each with what showed it. Nothing is guessed. */

export interface Observation {
  /** Dotted name of the setting in a configuration file, for example `pics.l2`. */
  readonly setting: string;
  /** Absent: nothing was seen that decides it. */
  readonly value?: boolean | string | number;
  /** What was seen, or why nothing was. */
  readonly evidence: string;
  /** What was seen may as well be a fault, which the value would excuse: a person decides, not the tester. */
  readonly excuses?: true;
}

export interface Survey {
  readonly observations: readonly Observation[];
  /** Registration Requests sent, those that clean up not counted. */
  readonly requests: number;
  /** Bindings that the device may still have, for their deregistration was not confirmed. */
  readonly left: readonly string[];
}

/** The survey cannot go on. The message says what is wrong and what to do. */
export class SurveyEnd extends Error {
  override readonly name = 'SurveyEnd';
}

export const hex = (key: number): string => `0x${key.toString(16).padStart(8, '0')}`;
