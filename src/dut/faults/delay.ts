/** Replies that take their time. */
import type { Agent, AgentInput, AgentOutput } from '../../agents/agent.js';

type UdpOutput = Extract<AgentOutput, { kind: 'udp' }>;

/** The agent with each UDP output `ms` milliseconds late, or only those for which `isLate` holds. */
export function delayedReplies(
  agent: Agent,
  ms: number,
  isLate: (output: UdpOutput, input: AgentInput, now: number) => boolean = () => true,
): Agent {
  const waiting: { readonly at: number; readonly output: AgentOutput }[] = [];
  return {
    step(input, now) {
      const outputs: AgentOutput[] = [];
      for (const output of agent.step(input, now)) {
        if (output.kind === 'udp' && isLate(output, input, now)) waiting.push({ at: now + ms, output });
        else outputs.push(output);
      }
      while ((waiting[0]?.at ?? Infinity) <= now) {
        const next = waiting.shift();
        if (next) outputs.push(next.output);
      }
      return outputs;
    },
    deadline() {
      const next = Math.min(waiting[0]?.at ?? Infinity, agent.deadline() ?? Infinity);
      return next === Infinity ? undefined : next;
    },
  };
}
