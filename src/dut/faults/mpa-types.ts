/** A deviation of a mobility proxy agent, as a wrapper around its rules or around the whole agent. */
import type { MobilityProxyAgent } from '../../agents/mobility-proxy-agent.js';
import type { MpaConfig } from '../../agents/mpa-config.js';
import type { MpaRules } from '../../agents/mpa-rules.js';
import type { Net } from '../../net/port.js';

export interface MpaDeviation {
  /** Kebab case, never reused. */
  readonly id: string;
  /** What the device does, in one sentence. */
  readonly sentence: string;
  /** The configuration with something changed. */
  readonly configure?: (config: MpaConfig) => MpaConfig;
  /** The agent's rules with something changed. */
  readonly apply?: (rules: MpaRules, config: MpaConfig) => MpaRules;
  /** The network with something changed: what a kernel does for the agent. */
  readonly net?: (net: Net) => Net;
  /** The agent with its inputs or outputs changed. */
  readonly wrap?: (agent: MobilityProxyAgent, config: MpaConfig) => MobilityProxyAgent;
}

/** A deviation that breaks a requirement: the suites have to notice. */
export interface MpaFault extends MpaDeviation {
  /** Id of the requirement, for example `TS-28`. */
  readonly breaks: string;
}

/** A deviation that the documents allow: the suites must not object. */
export interface MpaVariant extends MpaDeviation {
  /** Id of the ambiguity or requirement that leaves the choice, for example `A-05`. */
  readonly allowedBy: string;
}
