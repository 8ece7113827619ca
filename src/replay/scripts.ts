/** The part of a home agent in a capture, told apart by MN; of several proxy agents only the first can be played to. */
import { readTunnelFrame } from '../oracle/frame.js';
import { ethernet, isGroupMac } from '../wire/ethernet.js';
import type { Dialect } from '../wire/extensions.js';
import { etherTypes } from '../wire/gre.js';
import { decode } from '../wire/layout.js';
import { decodeRrp } from '../wire/mobileip.js';
import type { Side } from './compare-requests.js';
import type { Plan, RequestStep, Step } from './plan.js';
import { madeUpMac, nameOf, Script, wishOf } from './script.js';

export interface Part {
  /** In the order of the capture. */
  readonly steps: readonly Step[];
  readonly scripts: ReadonlyMap<string, Script>;
  /** The script that a request belongs to. */
  readonly of: ReadonlyMap<RequestStep, Script>;
  readonly notes: readonly string[];
}

export function scriptsOf(plan: Plan, captured: Side, now: Side): Part {
  const { dialect } = plan.settings;
  const [agent] = plan.senders;
  const steps: Step[] = [];
  const scripts = new Map<string, Script>();
  const of = new Map<RequestStep, Script>();
  const macs = macsIn(plan, dialect);
  let nameless = 0;
  for (const step of plan.steps) {
    if (step.kind === 'frame') {
      if (step.careOf === agent) steps.push(step);
      continue;
    }
    const { bytes, from } = step.message;
    if (from.address !== agent) continue;
    const name = nameOf(bytes, dialect);
    if (name === undefined) {
      nameless++;
      continue;
    }
    let script = scripts.get(name);
    if (!script) {
      const mac = macs.get(name) ?? madeUpMac(scripts.size + 1);
      script = new Script({ nai: name, mac }, wishOf(bytes, dialect), captured, now);
      scripts.set(name, script);
    }
    script.add(step);
    of.set(step, script);
    steps.push(step);
  }
  const others = plan.senders.length - 1;
  const notes = [
    ...(others > 0 ? [`the capture has ${others} more proxy agents than ${agent}; their part is left out`] : []),
    ...(nameless > 0 ? [`${nameless} requests name no mobile node and are left out`] : []),
  ];
  return { steps, scripts, of, notes };
}

/** MAC addresses of mobile nodes by name, as far as frames were sent to them in L2 tunnels. */
function macsIn({ steps }: Plan, dialect: Dialect): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const step of steps) {
    if (step.kind !== 'request' || !step.reply) continue;
    const name = nameOf(step.message.bytes, dialect);
    const rrp = decodeRrp(step.reply.bytes, dialect);
    const key = rrp.ok ? rrp.value.extensions.find((e) => e.name === 'greKey')?.key : undefined;
    if (name !== undefined && key !== undefined) names.set(`${step.message.from.address} ${key}`, name);
  }
  const macs = new Map<string, string>();
  for (const step of steps) {
    if (step.kind !== 'frame') continue;
    const gre = readTunnelFrame(step.packet.bytes, step.packet.at)?.gre;
    const name = names.get(`${step.careOf} ${gre?.key}`);
    if (name === undefined || gre?.protocol !== etherTypes.transparentEthernetBridging) continue;
    const frame = decode(ethernet, gre.payload);
    if (frame.ok && !isGroupMac(frame.value.destination)) macs.set(name, frame.value.destination);
  }
  return macs;
}
