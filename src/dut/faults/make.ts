/** Short ways to write a deviation down. */
import type { Agent, AgentInput, AgentOutput } from '../../agents/agent.js';
import type { HomeAgentConfig } from '../../agents/ha-config.js';
import type { Exchange, HaRules, Reply } from '../../agents/ha-rules.js';
import type { Extension } from '../../wire/extensions.js';
import type { Fault } from './types.js';

/** The rules that a deviation replaces; the others stay. */
export type Change = (rules: HaRules, config: HomeAgentConfig) => Partial<HaRules>;

export const applying =
  (change: Change) =>
  (rules: HaRules, config: HomeAgentConfig): HaRules => ({ ...rules, ...change(rules, config) });

/** Whether the request is to end a binding, RFC 3344 §3.3. */
export const deregisters = (x: Exchange): boolean => x.request.lifetime === 0;

/** A fault that replaces rules. */
export const fault = (id: string, breaks: string, sentence: string, change: Change): Fault => ({
  id,
  breaks,
  sentence,
  apply: applying(change),
});

/** A fault around the whole agent. */
export const outerFault = (
  id: string,
  breaks: string,
  sentence: string,
  wrap: (agent: Agent, config: HomeAgentConfig) => Agent,
): Fault => ({ id, breaks, sentence, wrap });

/** Changes what leaves the agent; undefined drops it. */
export const mapOutputs =
  (change: (output: AgentOutput) => AgentOutput | undefined) =>
  (agent: Agent): Agent => ({
    step: (input: AgentInput, now: number) =>
      agent.step(input, now).flatMap((output) => {
        const changed = change(output);
        return changed ? [changed] : [];
      }),
    deadline: () => agent.deadline(),
  });

/** Changes the tunnel packets that leave the agent. The change gets a copy of its own. */
export const mapTunnelPackets = (change: (packet: Uint8Array) => Uint8Array | undefined): ((agent: Agent) => Agent) =>
  mapOutputs((output) => {
    if (output.kind !== 'packet') return output;
    const bytes = change(output.bytes.slice());
    return bytes && { kind: 'packet', bytes };
  });

/** Changes the tunnel packets before the agent sees them. The change gets a copy of its own. */
export const beforeTunnel =
  (change: (packet: Uint8Array) => Uint8Array): Change =>
  (rules) => ({ readTunnel: (packet) => rules.readTunnel(change(packet.slice())) });

/** Changes fields or extensions of the replies, before they are authenticated. */
export const onReply =
  (change: (reply: Reply, x: Exchange) => Reply): Change =>
  (rules) => ({ buildReply: (x, outcome, identification) => change(rules.buildReply(x, outcome, identification), x) });

/** Changes one extension of a reply wherever it is; undefined leaves it out. */
export const onExtension = (reply: Reply, change: (extension: Extension) => Extension | undefined): Reply => ({
  ...reply,
  extensions: reply.extensions.flatMap((extension) => {
    const changed = change(extension);
    return changed ? [changed] : [];
  }),
});

/** The same reply without the extensions of that name. */
export const without = (reply: Reply, name: Extension['name']): Reply =>
  onExtension(reply, (extension) => (extension.name === name ? undefined : extension));

/** A 32-bit key with its octets in the other order. */
export const swapped = (key: number): number =>
  (((key & 0xff) << 24) | ((key & 0xff00) << 8) | ((key >>> 8) & 0xff00) | (key >>> 24)) >>> 0;
