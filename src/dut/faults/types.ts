/** A deviation of a device, as a wrapper around its rules or around the whole agent. */
import type { Agent } from '../../agents/agent.js';
import type { HomeAgentConfig } from '../../agents/ha-config.js';
import type { HaRules } from '../../agents/ha-rules.js';

/** `ignored`: datagrams with a wrong checksum are taken. `demanded`: datagrams without one are not. */
export type UdpChecksums = 'ignored' | 'demanded';

export interface Deviation {
  /** Kebab case, never reused. */
  readonly id: string;
  /** What the device does, in one sentence. */
  readonly sentence: string;
  /** The agent's rules with something changed. */
  readonly apply?: (rules: HaRules, config: HomeAgentConfig) => HaRules;
  /** How the device treats UDP checksums, where that is not as its kernel does. */
  readonly udpChecksums?: UdpChecksums;
  /** The agent with its inputs or outputs changed. */
  readonly wrap?: (agent: Agent, config: HomeAgentConfig) => Agent;
}

/** A deviation that breaks a requirement: the suites have to notice. */
export interface Fault extends Deviation {
  /** Id of the requirement, for example `TS-12`. */
  readonly breaks: string;
}

/** A deviation that the documents allow: the suites must not object. */
export interface Variant extends Deviation {
  /** Id of the ambiguity or requirement that leaves the choice, for example `A-09`. */
  readonly allowedBy: string;
}
