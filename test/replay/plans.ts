/** Plans of sample captures. */
import { readFileSync } from 'node:fs';
import { readCapture } from '../../src/net/capture-file.js';
import { Ipv4Stream } from '../../src/net/capture-ipv4.js';
import { relevantPackets } from '../../src/net/capture-relevant.js';
import { type Plan, Planner } from '../../src/replay/plan.js';
import type { AuditOptions } from '../../src/replay/settings.js';
import { haConfig } from '../tester/in-memory.js';
import { pieces } from '../net/capture-support.js';

const folder = new URL('../../../pcaps/', import.meta.url);

/** The requests of a plan, ten minutes from each to the next. */
export function spread(plan: Plan): Plan {
  const requests = plan.steps.flatMap((step) => (step.kind === 'request' ? [step] : []));
  const steps = requests.map((step, i) => ({ ...step, message: { ...step.message, at: i * 600_000 } }));
  return { ...plan, steps };
}

export async function planOf(
  name: string,
  options: AuditOptions = { knobs: {}, mnHa: haConfig.mnHa },
  as: 'mpa' | 'ha' = 'mpa',
): Promise<Plan> {
  const planner = new Planner(options, as);
  const stream = new Ipv4Stream();
  const wants = relevantPackets({ links: new Map(), cut: 0 });
  for await (const packets of readCapture(pieces(readFileSync(new URL(name, folder)), 4096), wants)) {
    for (const packet of packets) {
      const whole = stream.take(packet);
      if (whole) planner.packet(whole);
    }
  }
  return planner.end();
}
