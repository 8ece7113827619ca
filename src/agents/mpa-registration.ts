/** The life of a registration: first request, retransmissions, renewals, denials, deregistration. RFC 3344 §3.6. */
import { ipv4Text } from '../wire/text.js';
import type { AgentOutput } from './agent.js';
import type { MpaConfig } from './mpa-config.js';
import type { Device, MpaTerms } from './mpa-devices.js';
import { revocationPeer } from './mpa-revocation.js';
import type { Answer, MpaRules, Purpose } from './mpa-rules.js';
import type { MpaState } from './mpa-state.js';

const initialSequence = 0xffffffff;

/** RFC 2890 §2.2: numbers count for each key. */
const sequenceFor = ({ forwardKey }: MpaTerms, { binding }: Device): number =>
  binding && binding.terms.forwardKey === forwardKey ? binding.sequence : initialSequence;

export interface Registrar {
  /** Begins to register a device that has been added. */
  begin(device: Device): void;
  /** Forgets a device without a word to anybody. */
  forget(device: Device): void;
  /** Ends the registration: the tunnel at once, the binding of the home agent by a request. */
  leave(device: Device): void;
  /** Does what has fallen due. */
  expire(): void;
  onAnswer(answer: Answer): void;
}

/** `registered` is told each time a registration stands. */
export function registrar(
  config: MpaConfig,
  rules: MpaRules,
  state: MpaState,
  send: (output: AgentOutput) => void,
  registered: (device: Device) => void,
): Registrar {
  const { devices } = state;

  const transmit = (device: Device): void => {
    const purpose: Purpose = device.phase === 'leaving' ? 'deregistration' : device.binding ? 'renewal' : 'initial';
    const key = rules.requestKey(device, purpose);
    const request = rules.buildRequest(device, purpose, key, rules.identification(device, purpose, state), state.now);
    const ends = rules.addressRequest(device, request);
    devices.await(device, { request, purpose, sentAt: state.now });
    device.clock.last = request.identification;
    device.clock.lastSent = state.now;
    device.asked.add(device.homeAgent);
    device.attempts++;
    device.next = state.now + rules.wait(device.attempts);
    send({ kind: 'udp', ...ends, payload: rules.encodeRequest(request) });
  };

  /** The next request as soon as one may be sent. */
  const soon = (device: Device): void => {
    device.next = Math.max(state.now, rules.earliest(device));
    run(device);
  };

  const run = (device: Device): void => {
    if ((device.binding?.expires ?? Infinity) <= state.now) {
      rules.end(device, 'expired', state);
      device.homeAgent = config.homeAgent.address; // who served it last has no claim any more
    }
    if (device.next <= state.now) {
      if (device.phase === 'leaving' && device.attempts >= config.leaveAttempts) return forget(device);
      transmit(device);
    }
    devices.schedule(device);
  };

  const forget = (device: Device): void => rules.end(device, 'left', state);

  const onGrant = (answer: Answer, device: Device, sentAt: number): void => {
    const lifetime = rules.grantedLifetime(answer, device);
    const terms = lifetime === 0 ? undefined : rules.terms(answer, device, state);
    const revocation = revocationPeer(answer, device, config);
    devices.await(device, undefined);
    if (!terms) {
      // the home agent may think otherwise, but nothing can be sent: the next attempt is a first one
      rules.end(device, 'unusable', state);
      return devices.schedule(device);
    }
    const expires = rules.expiry(sentAt, lifetime, answer);
    devices.bind(device, { terms, expires, sequence: sequenceFor(terms, device), revocation });
    device.homeAddress = terms.homeAddress; // RFC 3344 §3.6: what the home agent says counts
    device.homeAgent = ipv4Text(terms.homeAgent);
    device.attempts = 0;
    device.asked.clear();
    device.next = expires === Infinity ? Infinity : Math.max(rules.renewal(sentAt, expires), rules.earliest(device));
    devices.schedule(device);
    registered(device);
  };

  const onDenial = (answer: Answer, device: Device): void => {
    const retry = rules.denied(answer, device, state);
    devices.await(device, undefined);
    if (retry === 'soon') return soon(device);
    if (retry === 'never') {
      if (device.phase === 'leaving') return forget(device);
      device.phase = 'stopped';
      device.next = Infinity;
    }
    devices.schedule(device);
  };

  return {
    begin: soon,
    forget,
    leave(device) {
      const isKnown = device.binding !== undefined || device.pending !== undefined;
      if (device.phase === 'leaving') return;
      if (!isKnown || device.phase === 'stopped') return forget(device);
      device.phase = 'leaving';
      device.attempts = 0;
      soon(device);
    },
    expire() {
      for (let device; (device = devices.due(state.now));) run(device);
    },
    onAnswer(answer) {
      const device = rules.deviceOf(answer, state);
      if (!device?.pending) return;
      if (!rules.checkAuthentication(answer, device, state)) return;
      if (!rules.checkForeignAgent(answer, device, state)) return;
      if (!rules.checkIdentification(answer, device, state)) return;
      const { sentAt, purpose } = device.pending;
      rules.learn(answer, device, state);
      const accepted = rules.isAccepted(answer);
      // an answer to what was sent before the device left says nothing about its leaving
      if (device.phase === 'leaving') {
        if (purpose === 'deregistration' && accepted) return forget(device);
        if (purpose === 'deregistration') onDenial(answer, device);
        return;
      }
      if (accepted) onGrant(answer, device, sentAt);
      else onDenial(answer, device);
    },
  };
}
