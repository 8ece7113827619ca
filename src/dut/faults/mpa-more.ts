/** Faults of what surrounds a registration: UDP, nonces, redirection, attachment, PMIPv4 extensions; and of GRE. */
import type { MpaCommand, MpaInput } from '../../agents/mpa-config.js';
import type { MpaRules } from '../../agents/mpa-rules.js';
import { headerLength, ip, u16At, u32At } from '../../agents/octets.js';
import type { Net } from '../../net/port.js';
import { ipProtocols, ipv4 } from '../../wire/ipv4.js';
import { decode, encode } from '../../wire/layout.js';
import { messageTypes, replyCodes } from '../../wire/mobileip.js';
import { ipv4Number, ipv4Text } from '../../wire/text.js';
import { udp } from '../../wire/udp.js';
import { mpaFault, onRequest, withoutExtension } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

const lifetimeTooLong = 69;

/** A kernel that takes every datagram, whatever its checksum. */
const takingWrongChecksums = (net: Net): Net => ({
  clock: net.clock,
  openLink: (name, receive) => net.openLink(name, receive),
  openRaw: (address, protocol, receive) => net.openRaw(address, protocol, receive),
  async openUdp(wanted, receive) {
    const port = await net.openUdp(wanted, () => undefined);
    const { local } = port;
    const raw = await net.openRaw(local.address, ipProtocols.udp, ({ at, bytes }) => {
      const packet = decode(ipv4, bytes);
      const datagram = packet.ok ? decode(udp, packet.value.payload) : undefined;
      if (!packet.ok || !datagram?.ok || datagram.value.destinationPort !== local.port) return;
      const remote = { address: packet.value.source, port: datagram.value.sourcePort };
      receive({ at, local, remote, payload: datagram.value.payload });
    });
    return { ...port, close: async () => void (await Promise.all([port.close(), raw.close()])) };
  },
});

/** What may differ in a datagram that a kernel sends. */
interface Sent {
  readonly source?: string;
  readonly checksum?: 0;
}

/** A kernel that sends datagrams otherwise than it was told to. */
const sending =
  (how: (payload: Uint8Array, address: string) => Sent) =>
  (net: Net): Net => ({
    clock: net.clock,
    openLink: (name, receive) => net.openLink(name, receive),
    openRaw: (address, protocol, receive) => net.openRaw(address, protocol, receive),
    async openUdp(wanted, receive) {
      const port = await net.openUdp(wanted, receive);
      const { local } = port;
      const raw = await net.openRaw(local.address, ipProtocols.udp, () => undefined);
      return {
        ...port,
        send: (to, payload) => {
          const { source = local.address, ...fields } = how(payload, local.address);
          const ends = { source, destination: to.address };
          const datagram = encode(udp, { sourcePort: local.port, destinationPort: to.port, ...fields, payload }, ends);
          raw.send(encode(ipv4, { ...ends, protocol: ipProtocols.udp, payload: datagram }));
        },
        close: async () => void (await Promise.all([port.close(), raw.close()])),
      };
    },
  });

/** An address of the same network that nobody is expected to have. */
const neighbourOf = (address: string): string => ipv4Text(((ipv4Number(address) ?? 0) ^ 64) >>> 0);

/** An agent that never hears of some commands. */
const deafTo = (isMissed: (command: MpaCommand) => boolean): Required<Pick<MpaFault, 'wrap'>> => ({
  wrap: (agent) => ({
    ...agent,
    step: (input, now) => (isCommand(input) && isMissed(input) ? [] : agent.step(input, now)),
  }),
});

const isCommand = (input: MpaInput): input is MpaCommand =>
  input.kind === 'attach' || input.kind === 'detach' || input.kind === 'send';

/** All nodes share one count. */
function countingTogether(rules: MpaRules): Partial<MpaRules> {
  let last = 0xffffffff; // RFC 2890 §2.2
  return {
    acceptSequence: (frame, binding) => {
      const shared = { ...binding, sequence: last };
      const accepted = rules.acceptSequence(frame, shared);
      last = shared.sequence;
      return accepted;
    },
  };
}

export const mpaMoreFaults: readonly MpaFault[] = [
  // UDP
  {
    id: 'udp-checksum-not-checked',
    breaks: 'MN-09',
    sentence: 'Takes replies whose UDP checksum is wrong.',
    net: takingWrongChecksums,
  },
  {
    id: 'udp-checksum-left-out',
    breaks: 'MN-31',
    sentence: 'Sends requests without a UDP checksum.',
    net: sending(() => ({ checksum: 0 })),
  },
  {
    id: 'sent-from-elsewhere',
    breaks: 'MN-21',
    sentence: 'Sends requests from another address than the care-of address.',
    net: sending(({ 0: type }, address) => (type === messageTypes.rrq ? { source: neighbourOf(address) } : {})),
  },
  // Identification
  mpaFault('nonce-request-changed', 'MN-06', 'Changes unanswered requests when it repeats them.', (rules) => ({
    identification: (device, purpose, state) => rules.identification({ ...device, pending: undefined }, purpose, state),
  })),
  mpaFault('nonce-not-learned', 'MN-18', 'Does not take over nonces.', () => ({ learn: () => undefined })),
  // denials
  mpaFault('lifetime-limit-exceeded', 'MN-15', 'Asks for a little more than code 69 allows.', (rules) => ({
    denied: (answer, device, state) => {
      const retry = rules.denied(answer, device, state);
      if (answer.reply.code === lifetimeTooLong) device.mostLifetime += 50;
      return retry;
    },
  })),
  mpaFault('redirection-not-followed', 'MN-30', 'Asks the same home agent again after code 143.', (rules) => ({
    denied: (answer, device, state) =>
      answer.reply.code === replyCodes.redirected ? 'later' : rules.denied(answer, device, state),
  })),
  mpaFault('redirection-in-circles', 'MN-30', 'Follows code 143 to home agents that it has asked before.', (rules) => ({
    denied: (answer, device, state) => {
      if (answer.reply.code === replyCodes.redirected) device.asked.clear();
      return rules.denied(answer, device, state);
    },
  })),
  mpaFault('forged-redirection-followed', 'MN-30', 'Believes any reply with code 143.', (rules) => ({
    checkAuthentication: (answer, device, state) =>
      answer.reply.code === replyCodes.redirected || rules.checkAuthentication(answer, device, state),
  })),
  // attachment
  {
    id: 'own-key-not-registered',
    breaks: 'LG-01',
    sentence: 'Does not register nodes in normal mode with a key of its own.',
    ...deafTo((command) => command.kind === 'attach' && !command.l2 && command.key === 'own'),
  },
  {
    id: 'departure-unnoticed',
    breaks: 'LG-21',
    sentence: 'Goes on registering nodes that have left.',
    ...deafTo((command) => command.kind === 'detach'),
  },
  // fields and extensions of requests
  mpaFault(
    'assigned-home-agent-ignored',
    'TN-08',
    'Leaves the home agent open, then tunnels to its own.',
    (rules, config) => ({
      ...onRequest((request) => ({ ...request, homeAgent: '0.0.0.0' }))(rules, config),
      tunnelEnds: (binding, device) => {
        const { source } = rules.tunnelEnds(binding, device);
        const [a = 0, b = 0, c = 0, d = 0] = config.homeAgent.address.split('.').map(Number);
        return { source, destination: ((a * 256 + b) * 256 + c) * 256 + d };
      },
    }),
  ),
  mpaFault(
    'interface-behind-authentication',
    'LG-23',
    'Puts the interface identifier behind the authentication.',
    onRequest((request) => ({
      ...request,
      extensions: [...request.extensions, { name: 'pmipSkippable', subType: 1, data: Uint8Array.of(1) }],
    })),
  ),
  mpaFault(
    'revocation-offer-unprotected',
    'RV-01',
    'Offers revocation behind the authentication.',
    onRequest((request) => ({
      ...request,
      extensions: [...request.extensions, { name: 'revocationSupport', timestamp: 1 }],
    })),
  ),
  mpaFault(
    'method-not-named',
    'LG-24',
    'Authenticates requests by FA-HA alone without saying so.',
    onRequest((request) =>
      request.extensions.some((e) => e.name === 'faHa') ? withoutExtension(request, 'mnHa') : request,
    ),
  ),
  // GRE
  mpaFault('key-alone-decides', 'GR-10', 'Delivers packets for the home agent itself by their key.', (rules) => ({
    acceptForward: (frame, state) => {
      const right = rules.acceptForward(frame, state);
      if (right || u32At(frame.payload, ip.destination) !== frame.source) return right;
      return [...state.devices.all()].find(({ binding }) => binding?.terms.forwardKey === frame.key);
    },
  })),
  mpaFault('gre-key-place-fixed', 'GR-12', 'Looks for the key behind the protocol type, checksum or not.', (rules) => ({
    readTunnel: (packet) => {
      const frame = rules.readTunnel(packet);
      const at = headerLength(packet);
      if (frame?.key === undefined || !(u16At(packet, at) & 0x8000)) return frame;
      return { ...frame, key: u32At(packet, at + 4) };
    },
  })),
  mpaFault('sequence-counted-together', 'GR-14', 'Counts the sequence numbers of all keys together.', countingTogether),
  mpaFault('sequence-gap-kept', 'GR-14', 'Keeps packets back until the one before has come.', (rules) => ({
    acceptSequence: (frame, binding) =>
      (frame.sequence === undefined || frame.sequence === (binding.sequence + 1) >>> 0) &&
      rules.acceptSequence(frame, binding),
  })),
  mpaFault('no-reassembly', 'GR-16', 'Drops tunnel packets that came in fragments.', (rules) => ({
    // the system puts them together, so their length is what tells
    readTunnel: (packet) => (packet.length > 500 ? undefined : rules.readTunnel(packet)),
  })),
];
