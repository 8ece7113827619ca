/**
 * A mobility proxy agent without I/O: it registers devices of its access link with their home agents, and carries their
 * traffic. It decides nothing itself: rules do, and this file only carries packets from one to the next. Nothing that
 * arrives makes it throw, wait or remember without bound.
 */
import { macNumber, macText } from '../wire/text.js';
import type { Agent, AgentOutput } from './agent.js';
import type { AttachCommand, DetachCommand, MpaCommand, MpaConfig, MpaInput, TunnelMode } from './mpa-config.js';
import { defaultRules } from './mpa-default-rules.js';
import type { Device } from './mpa-devices.js';
import { registrar } from './mpa-registration.js';
import { onRevocation } from './mpa-revocation.js';
import type { MpaRules } from './mpa-rules.js';
import { type MpaState, mpaState } from './mpa-state.js';
import { macAt, putMac } from './octets.js';

/** Why a command cannot be carried out. */
export interface Objection {
  /** The wish is sound, but this device cannot do it. */
  readonly unsupported: boolean;
  readonly reason: string;
}

export interface MobilityProxyAgent extends Agent<MpaInput> {
  /** To look at; only the rules change it. */
  readonly state: MpaState;
  /** What is against this command; undefined: nothing. Ask first: a command that is objected to does nothing. */
  objection(command: MpaCommand): Objection | undefined;
}

const frameHeader = 14;
const mostBarred = 1 << 16;
const longestNai = 255;

/** Lowest bit of the first octet. */
const isGroup = (mac: number): boolean => mac % 2 ** 41 >= 2 ** 40;

/** A mobility proxy agent with these rules. A config that makes no sense throws a TypeError. */
export function mobilityProxyAgent(config: MpaConfig, rules: MpaRules = defaultRules(config)): MobilityProxyAgent {
  const state = mpaState(config);
  const { devices } = state;
  let outputs: AgentOutput[] = [];

  const toAccess = (bytes: Uint8Array): void => {
    outputs.push({ kind: 'frame', link: config.accessLink, bytes });
  };

  /** Lets a device have what waited for its registration. */
  const onRegistered = (device: Device): void => {
    const { waiting } = device;
    device.waiting = undefined;
    if (waiting) rules.answerAccess(waiting, device, state).forEach(toAccess);
  };

  const registrations = registrar(config, rules, state, (output) => outputs.push(output), onRegistered);

  const onPacket = (bytes: Uint8Array): void => {
    const frame = rules.readTunnel(bytes);
    const device = frame && rules.acceptForward(frame, state);
    const binding = device && rules.tunnelOf(device, state);
    if (!frame || !device || !binding || !rules.acceptSequence(frame, binding)) return;
    const delivered = rules.deliver(frame, device, state);
    if (delivered) toAccess(delivered);
  };

  /** A frame from the access link. Devices are told apart by MAC address only: their IP addresses may be the same. */
  const onFrame = (frame: Uint8Array): void => {
    if (frame.length < frameHeader) return;
    const mac = macAt(frame, 6);
    const device = devices.at(mac) ?? onDemand(mac);
    if (!device) return;
    if (rules.mustWait(frame, device, state)) {
      device.waiting = frame;
      return;
    }
    if (rules.isFarewell(frame, device, state)) return registrations.leave(device);
    rules.answerAccess(frame, device, state).forEach(toAccess);
    const binding = rules.tunnelOf(device, state);
    const payload = binding && rules.intercept(frame, device, binding, state);
    if (!binding || !payload) return;
    const ends = rules.tunnelEnds(binding, device);
    const key = rules.reverseKey(binding, device);
    const bytes = rules.encapsulate(binding, ends, key, payload.protocol, payload.bytes);
    if (bytes) outputs.push({ kind: 'packet', bytes });
  };

  /** draft-leung-mip4-proxy-mode-10 §4.1.1: what a station sends can be what starts its registration. */
  const onDemand = (mac: number): Device | undefined => {
    const { onDemand: mode } = config;
    const isStation = !isGroup(mac) && mac !== 0 && mac !== state.gateway.mac;
    if (!mode || !isStation || state.barred.has(mac) || devices.size >= config.maxDevices) return undefined;
    const nai = `${macText(mac).replaceAll(':', '')}@${mode.realm}`;
    return devices.named(nai) ? undefined : admit(nai, mac, mode);
  };

  const admit = (nai: string, mac: number, { l2, key }: TunnelMode): Device => {
    // draft §5.1: in L2 mode keys are unique per mobile node, and nothing is lost when they always are
    const ownKey = key === 'own' ? state.keys.pick(state.now) : undefined;
    if (ownKey !== undefined) state.keys.hold(ownKey);
    const device: Device = {
      nai,
      mac,
      mode: { l2, key },
      ownKey,
      clock: state.clocks.of(nai),
      phase: 'attached',
      homeAgent: config.homeAgent.address,
      homeAddress: 0,
      mostLifetime: config.lifetime,
      binding: undefined,
      pending: undefined,
      attempts: 0,
      next: Infinity,
      asked: new Set(),
      waiting: undefined,
      due: Infinity,
      slot: -1,
    };
    devices.add(device);
    registrations.begin(device);
    return device;
  };

  const onAttach = (command: AttachCommand): void => {
    const mac = macNumber(command.mac);
    if (mac === undefined || objection(command)) return;
    const known = devices.at(mac);
    if (known?.phase === 'attached') return; // it is what is wished for, or there would be an objection
    if (known) registrations.forget(known);
    state.barred.delete(mac);
    admit(command.nai, mac, command);
  };

  const onDetach = ({ mac: text }: DetachCommand): void => {
    const mac = macNumber(text);
    const device = mac === undefined ? undefined : devices.at(mac);
    if (mac === undefined || !device) return;
    if (state.barred.size < mostBarred) state.barred.add(mac);
    registrations.leave(device);
  };

  const objection = (command: MpaCommand): Objection | undefined => {
    const mac = macNumber(command.mac);
    if (mac === undefined) return { unsupported: false, reason: `${command.mac} is not a MAC address` };
    if (isGroup(mac)) return { unsupported: false, reason: `${command.mac} is a group address` };
    const known = devices.at(mac);
    if (command.kind === 'send') return undefined;
    if (command.kind === 'detach') {
      return known?.nai === command.nai ? undefined : { unsupported: false, reason: 'no such device is attached' };
    }
    const { nai, l2, key } = command;
    if (l2 && key === 'none') return { unsupported: true, reason: 'an L2 tunnel needs a key' };
    if (l2 && config.dialect.greKeyForm !== 'tsirtsis-00') {
      return { unsupported: true, reason: 'this form of the GRE Key extension has no A flag to ask for an L2 tunnel' };
    }
    if (nai.length === 0 || nai.length > longestNai)
      return { unsupported: false, reason: 'an NAI has 1 to 255 octets' };
    const namesake = devices.named(nai);
    if (namesake !== known) return { unsupported: false, reason: 'NAI and MAC address belong to different devices' };
    if (known?.phase === 'attached' && (known.mode.l2 !== l2 || known.mode.key !== key)) {
      return { unsupported: false, reason: 'the device is attached with another kind of tunnel: detach it first' };
    }
    const isFull = !known && devices.size >= config.maxDevices;
    return isFull ? { unsupported: false, reason: `there are ${devices.size} devices already` } : undefined;
  };

  const onInput = (input: MpaInput): void => {
    switch (input.kind) {
      case 'udp': {
        const told = onRevocation(input, config, rules, state);
        if (told) return void outputs.push(...told);
        const answer = rules.understand(input, state);
        return answer && registrations.onAnswer(answer);
      }
      case 'packet':
        return onPacket(input.bytes);
      case 'frame':
        return input.link === config.accessLink ? onFrame(input.bytes) : undefined;
      case 'attach':
        return onAttach(input);
      case 'detach':
        return onDetach(input);
      case 'send': {
        const frame = input.frame.slice();
        const mac = macNumber(input.mac);
        if (mac === undefined || frame.length < frameHeader) return;
        putMac(frame, 6, mac);
        return onFrame(frame);
      }
      case 'timer':
    }
  };

  return {
    state,
    objection,
    step(input, now) {
      outputs = [];
      state.now = now;
      registrations.expire();
      onInput(input);
      return outputs;
    },
    deadline: () => devices.deadline(),
  };
}
