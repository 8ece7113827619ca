/** Proxy agents that are right all the same when the network loses something, or they take their time. */
import type { AgentOutput } from '../agents/agent.js';
import type { MpaInput } from '../agents/mpa-config.js';
import { arp, arpOperations } from '../wire/arp.js';
import { broadcastMac, ethernet } from '../wire/ethernet.js';
import { etherTypes } from '../wire/gre.js';
import { decode, encode } from '../wire/layout.js';
import { decodeRrp, decodeRrq, type Rrq } from '../wire/mobileip.js';
import { applyingToMpa } from './faults/mpa-make.js';
import type { MpaVariant } from './faults/mpa-types.js';

type Datagram = Extract<AgentOutput, { readonly kind: 'udp' }>;

/** How long it takes to be sure that a device has left, in milliseconds. */
const hesitation = 4000;

/** The sender of an ARP reply, as it is found in a frame; undefined for another frame. */
function arpReplyIn(input: MpaInput): string | undefined {
  if (input.kind !== 'frame') return undefined;
  const frame = decode(ethernet, input.bytes);
  const said = frame.ok && frame.value.etherType === etherTypes.arp ? decode(arp, frame.value.payload) : undefined;
  return said?.ok && said.value.operation === arpOperations.reply ? said.value.senderIp : undefined;
}

function arpRequest(mac: string, target: string, gateway: string): Uint8Array {
  const payload = encode(arp, { senderMac: mac, senderIp: gateway, targetIp: target });
  return encode(ethernet, { destination: broadcastMac, source: mac, etherType: etherTypes.arp, payload });
}

/** The first reply for each node does not arrive. */
const losingFirstReplies: NonNullable<MpaVariant['wrap']> = (agent, { dialect }) => {
  const seen = new Set<string>();
  const isFirst = (input: MpaInput): boolean => {
    const reply = input.kind === 'udp' ? decodeRrp(input.payload, dialect) : undefined;
    const nai = reply?.ok ? reply.value.extensions.find((e) => e.name === 'nai') : undefined;
    if (nai?.name !== 'nai' || seen.has(nai.nai)) return false;
    seen.add(nai.nai);
    return true;
  };
  return { ...agent, step: (input, now) => (isFirst(input) ? [] : agent.step(input, now)) };
};

/** Hears of departures late. */
const hesitating: NonNullable<MpaVariant['wrap']> = (agent) => {
  const waiting: { readonly at: number; readonly input: MpaInput }[] = [];
  return {
    ...agent,
    step: (input, now) => {
      const outputs: AgentOutput[] = [];
      while ((waiting[0]?.at ?? Infinity) <= now) {
        const next = waiting.shift();
        if (next) outputs.push(...agent.step(next.input, now));
      }
      if (input.kind !== 'detach') return [...outputs, ...agent.step(input, now)];
      waiting.push({ at: now + hesitation, input });
      return outputs;
    },
    deadline: () => {
      const next = Math.min(waiting[0]?.at ?? Infinity, agent.deadline() ?? Infinity);
      return next === Infinity ? undefined : next;
    },
  };
};

/** Holds requests for a known home address back until ARP has found the node. */
const looking: NonNullable<MpaVariant['wrap']> = (agent, { dialect, accessLink, gateway }) => {
  const held = new Map<string, Datagram>();
  const registers = ({ homeAddress, lifetime }: Rrq): boolean => lifetime > 0 && homeAddress !== '0.0.0.0';
  return {
    ...agent,
    step: (input, now) => {
      const found = arpReplyIn(input);
      const released = found === undefined ? undefined : held.get(found);
      if (found !== undefined) held.delete(found);
      const outputs = agent.step(input, now).map((output): AgentOutput => {
        const request = output.kind === 'udp' ? decodeRrq(output.payload, dialect) : undefined;
        if (output.kind !== 'udp' || !request?.ok || !registers(request.value)) return output;
        const { homeAddress } = request.value;
        held.set(homeAddress, output);
        return { kind: 'frame', link: accessLink, bytes: arpRequest(gateway.mac, homeAddress, gateway.ipv4) };
      });
      return released ? [released, ...outputs] : outputs;
    },
  };
};

export const patientVariants: readonly MpaVariant[] = [
  {
    id: 'first-replies-lost',
    allowedBy: 'MN-02',
    sentence: 'Never gets the first reply for a node: the network has lost it.',
    wrap: losingFirstReplies,
  },
  {
    id: 'never-repeats',
    allowedBy: 'MN-02',
    sentence: 'Does not repeat requests that nobody answers.',
    apply: applyingToMpa(() => ({ wait: () => Infinity })),
  },
  {
    id: 'one-clock',
    allowedBy: 'LG-20',
    sentence: 'Has one clock for all nodes, which code 133 for any of them sets.',
    apply: applyingToMpa((rules) => {
      let offset = 0;
      return {
        identification: (device, purpose, state) => {
          device.clock.offset = offset;
          return rules.identification(device, purpose, state);
        },
        learn: (answer, device, state) => {
          device.clock.offset = offset;
          rules.learn(answer, device, state);
          if (device.clock.offset === offset) return;
          offset = device.clock.offset;
          for (const other of state.devices.all()) other.clock.last = undefined;
        },
      };
    }),
  },
  {
    id: 'slow-farewell',
    allowedBy: 'LG-28',
    sentence: 'Takes four seconds to be sure that a device has left.',
    wrap: hesitating,
  },
  {
    id: 'looks-before-renewal',
    allowedBy: 'LG-21',
    sentence: 'Asks by ARP whether a node with a home address is still there, and renews only then.',
    wrap: looking,
  },
];
