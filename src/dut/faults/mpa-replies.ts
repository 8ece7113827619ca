/** Faults in what a proxy agent makes of a reply: its extensions, its code, and the registration that it is about. */
import type { Device, Pending } from '../../agents/mpa-devices.js';
import type { Answer, Purpose } from '../../agents/mpa-rules.js';
import type { Extension } from '../../wire/extensions.js';
import { decodeRrp, replyCodes } from '../../wire/mobileip.js';
import { type MpaChange, mpaFault, unearned } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

/** Understands replies otherwise, by their extensions. */
const reading =
  (change: (extensions: readonly Extension[], answer: Answer | undefined) => Answer | undefined): MpaChange =>
  (rules, { dialect }) => ({
    understand: (datagram, state) => {
      const decoded = decodeRrp(datagram.payload, dialect);
      return decoded.ok ? change(decoded.value.extensions, rules.understand(datagram, state)) : undefined;
    },
  });

const isUnknown = (extension: Extension): boolean => extension.name === 'raw';

/** Takes every reply for one to the last request. */
const unasked: NonNullable<MpaFault['wrap']> = (agent, { dialect }) => {
  const asked = new WeakMap<Device, Pending>();
  return {
    ...agent,
    step: (input, now) => {
      const { devices } = agent.state;
      const reply = input.kind === 'udp' ? decodeRrp(input.payload, dialect) : undefined;
      const nai = reply?.ok ? reply.value.extensions.find((e) => e.name === 'nai') : undefined;
      const device = nai?.name === 'nai' ? devices.named(nai.nai) : undefined;
      if (device?.pending) asked.set(device, device.pending);
      const before = device && asked.get(device);
      if (device?.binding && !device.pending && before && reply?.ok) {
        const { identification } = reply.value;
        devices.await(device, { ...before, request: { ...before.request, identification } });
      }
      return agent.step(input, now);
    },
  };
};

/** Compares no Identification of replies to one kind of request. */
const anyReplyFor =
  (purpose: Purpose): MpaChange =>
  (rules) => ({
    checkIdentification: (answer, device, state) =>
      device.pending?.purpose === purpose || rules.checkIdentification(answer, device, state),
  });

export const mpaReplyFaults: readonly MpaFault[] = [
  mpaFault(
    'unknown-extension-passed-over',
    'MN-32',
    'Skips extensions of any type that it does not know.',
    (rules, { dialect }) => ({
      understand: (datagram, state) => {
        const decoded = decodeRrp(datagram.payload, dialect);
        const payload = datagram.payload.slice();
        for (const e of decoded.ok ? decoded.value.extensions.filter(isUnknown) : []) payload[e.at ?? 0] = 0xff;
        const answer = rules.understand({ ...datagram, payload }, state);
        return answer && { ...answer, payload: datagram.payload };
      },
    }),
  ),
  mpaFault(
    'skippable-extension-refused',
    'MN-33',
    'Discards replies with any extension that it does not know.',
    reading((extensions, answer) => (extensions.some(isUnknown) ? undefined : answer)),
  ),
  mpaFault(
    'empty-extension-refused',
    'MN-33',
    'Discards replies with an extension of length 0.',
    reading((extensions, answer) =>
      extensions.some((e) => e.name === 'raw' && e.data.length === 0) ? undefined : answer,
    ),
  ),
  mpaFault(
    'pad-refused',
    'MN-34',
    'Discards replies with pads.',
    reading((extensions, answer) => (extensions.some(({ name }) => name === 'pad') ? undefined : answer)),
  ),
  {
    ...mpaFault('unasked-reply-accepted', 'MN-10', 'Takes replies when it has asked for nothing.', () => ({})),
    wrap: unasked,
  },
  mpaFault(
    'empty-authenticator-taken',
    'MN-11',
    'Compares as many octets of an authenticator as a reply has.',
    (rules) => ({
      checkAuthentication: (answer, device, state) =>
        rules.checkAuthentication(answer, device, state) ||
        (answer.mnHa.length === 1 && answer.mnHa[0]?.authenticator?.length === 0),
    }),
  ),
  mpaFault(
    'renewal-reply-to-any-request',
    'MN-10',
    'Takes replies whatever their Identification once a node is registered.',
    anyReplyFor('renewal'),
  ),
  mpaFault(
    'deregistration-reply-to-any-request',
    'MN-10',
    'Takes replies whatever their Identification for a node that leaves.',
    anyReplyFor('deregistration'),
  ),
  mpaFault('no-time-is-much', 'MN-13', 'Takes a granted lifetime of 0 for one without an end.', (rules) => ({
    grantedLifetime: (answer, device) =>
      answer.reply.lifetime === 0 && device.phase === 'attached' ? 65_534 : rules.grantedLifetime(answer, device),
  })),
  // denials
  mpaFault('few-denials-known', 'TN-14', 'Takes codes that are seldom seen for acceptances.', (rules) => ({
    isAccepted: (answer) => rules.isAccepted(answer) || isRare(answer),
    grantedLifetime: (answer, device) => rules.grantedLifetime(answer, device) || 60,
    terms: (answer, device, state) =>
      rules.terms(answer, device, state) ?? (isRare(answer) ? unearned(device, answer.reply.homeAgent) : undefined),
  })),
  mpaFault('signature-denial-retried', 'MN-20', 'Asks again every second after code 131.', (rules) => ({
    earliest: ({ clock }) => clock.lastSent + 1010,
    denied: (answer, device, state) =>
      answer.reply.code === replyCodes.mnFailedAuthentication ? 'soon' : rules.denied(answer, device, state),
  })),
  mpaFault('denied-renewal-extends', 'TN-14', 'Takes a denial of a renewal for one more hour.', (rules) => ({
    denied: (answer, device, state) => {
      const { binding } = device;
      if (binding) state.devices.bind(device, { ...binding, expires: state.now + 3_600_000 });
      return rules.denied(answer, device, state);
    },
  })),
  // renewals
  mpaFault('renewed-lifetime-ignored', 'MN-13', 'Counts the lifetime of the first reply for ever.', (rules) => {
    const first = new WeakMap<Device, number>();
    return {
      grantedLifetime: (answer, device) => {
        const lifetime = (device.binding && first.get(device)) ?? rules.grantedLifetime(answer, device);
        first.set(device, lifetime);
        return lifetime;
      },
    };
  }),
  mpaFault('mismatch-ignored-in-renewal', 'MN-16', 'Sets no clock of a node that it has once registered.', (rules) => {
    const registered = new WeakSet<Device>();
    return {
      learn: (answer, device, state) => {
        if (rules.isAccepted(answer)) registered.add(device);
        if (!registered.has(device)) rules.learn(answer, device, state);
      },
    };
  }),
  mpaFault('mismatch-heeded-once', 'MN-05', 'Forgets the time that code 133 told once it is accepted.', (rules) => ({
    learn: (answer, device, state) => {
      rules.learn(answer, device, state);
      if (!rules.isAccepted(answer)) return;
      device.clock.offset = 0;
      device.clock.last = undefined;
    },
  })),
];

/** Codes of home agents that few of them ever send. */
const isRare = ({ reply: { code } }: Answer): boolean => code === 128 || code === 132 || (code >= 135 && code !== 136);
