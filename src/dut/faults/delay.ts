/** Replies that take their time. */
import type { Agent, AgentOutput } from '../../agents/agent.js';

/** The agent with each UDP output `ms` milliseconds late. */
export function delayedReplies(agent: Agent, ms: number): Agent {
  const waiting: { readonly at: number; readonly output: AgentOutput }[] = [];
  return {
    step(input, now) {
      const outputs: AgentOutput[] = [];
      for (const output of agent.step(input, now)) {
        if (output.kind === 'udp') waiting.push({ at: now + ms, output });
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
