/** Faults of registration: requests, timing, replies. RFC 3344 §3.6 and 5.7, draft-leung-mip4-proxy-mode. */
import { adjustClock } from '../../agents/mpa-clocks.js';
import type { Device } from '../../agents/mpa-devices.js';
import { verifies } from '../../wire/auth.js';
import { coveredBy, low32, ntpEpochOffset, replyCodes } from '../../wire/mobileip.js';
import { ipv4Text } from '../../wire/text.js';
import {
  type MpaChange,
  mpaFault,
  nameLast,
  onRequest,
  onRequestExtension,
  unearned,
  withoutExtension,
} from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

/** Replies that the rule rejects pass where `wrongly` says so. */
const alsoAccepting =
  (wrongly: (mnHa: number, code: number) => boolean): MpaChange =>
  (rules) => ({
    checkAuthentication: (answer, device, state) =>
      rules.checkAuthentication(answer, device, state) || wrongly(answer.mnHa.length, answer.reply.code),
  });

/** Changes the Identification of all requests but the first of a device. */
const onLaterIdentification =
  (change: (last: bigint, fresh: bigint, device: Device) => bigint): MpaChange =>
  (rules) => ({
    identification: (device, purpose, state) => {
      const fresh = rules.identification(device, purpose, state);
      const { last } = device.clock;
      return last === undefined ? fresh : change(last, fresh, device);
    },
  });

const secondsOf = (fraction: bigint): bigint => fraction << 32n;

export const mpaRegistrationFaults: readonly MpaFault[] = [
  // fields of requests
  mpaFault(
    'home-address-invented',
    'LG-02',
    'Asks for a home address of its own invention.',
    onRequest((request, purpose) => (purpose === 'initial' ? { ...request, homeAddress: '10.99.0.250' } : request)),
  ),
  mpaFault(
    'home-address-forgotten',
    'LG-08',
    'Renews without the home address that it was given.',
    onRequest((request, purpose) => (purpose === 'renewal' ? { ...request, homeAddress: '0.0.0.0' } : request)),
  ),
  mpaFault(
    'care-of-address-other',
    'LG-02',
    'Names a care-of address that is not its own.',
    onRequest((request) => ({ ...request, careOfAddress: '203.0.113.200' })),
  ),
  mpaFault(
    'comes-back-with-next-address',
    'LG-09',
    'Asks for the address behind its home address when a node comes back.',
    (rules) => {
      const given = new Map<string, number>();
      return {
        terms: (answer, device, state) => {
          const terms = rules.terms(answer, device, state);
          if (terms && terms.homeAddress !== 0) given.set(device.nai, terms.homeAddress);
          return terms;
        },
        buildRequest: (device, purpose, ...rest) => {
          const request = rules.buildRequest(device, purpose, ...rest);
          const before = given.get(device.nai);
          return purpose === 'initial' && before !== undefined
            ? { ...request, homeAddress: ipv4Text(before + 1) }
            : request;
        },
      };
    },
  ),
  mpaFault(
    'home-agent-forgotten',
    'LG-08',
    'Renews at the configured home agent, whatever the reply named.',
    (rules, { homeAgent }) => ({
      buildRequest: (...request) => ({
        ...rules.buildRequest(...request),
        homeAgent: homeAgent.address,
      }),
      addressRequest: (device, request) => ({ ...rules.addressRequest(device, request), remote: homeAgent }),
    }),
  ),
  mpaFault(
    'g-missing',
    'YG-18',
    'Does not set G.',
    onRequest((request) => ({ ...request, gre: false })),
  ),
  mpaFault(
    't-missing',
    'LG-27',
    'Does not set T.',
    onRequest((request) => ({ ...request, reverseTunneling: false })),
  ),
  mpaFault(
    'd-missing',
    'MN-23',
    'Does not set D although it holds the care-of address itself.',
    onRequest((request) => ({ ...request, decapsulation: false })),
  ),
  mpaFault(
    'minimal-encapsulation-asked',
    'MN-24',
    'Asks for minimal encapsulation, which it cannot do.',
    onRequest((request) => ({ ...request, minimal: true })),
  ),
  mpaFault(
    'r-set',
    'MN-25',
    'Sets the reserved bit r.',
    onRequest((request) => ({ ...request, reservedR: true })),
  ),
  mpaFault(
    'x-set',
    'MN-25',
    'Sets the reserved bit x.',
    onRequest((request) => ({ ...request, reservedX: true })),
  ),
  mpaFault(
    'nai-missing',
    'MN-28',
    'Leaves the NAI out.',
    onRequest((request) => withoutExtension(request, 'nai')),
  ),
  mpaFault(
    'nai-last',
    'MN-28',
    'Puts the NAI behind MN-HA.',
    onRequest((request) => nameLast(request, 'nai')),
  ),
  mpaFault(
    'nai-missing-in-renewal',
    'MN-28',
    'Leaves the NAI out of renewals where no home address is known.',
    onRequest((request, purpose) =>
      purpose === 'renewal' && request.homeAddress === '0.0.0.0' ? withoutExtension(request, 'nai') : request,
    ),
  ),
  mpaFault(
    'mn-ha-missing',
    'LG-03',
    'Sends requests without MN-HA.',
    onRequest((request) => withoutExtension(request, 'mnHa')),
  ),
  mpaFault(
    'mn-ha-wrong',
    'LG-03',
    'Sends requests with a wrong authenticator.',
    onRequest((request) =>
      onRequestExtension(request, (e) => (e.name === 'mnHa' ? { ...e, authenticator: new Uint8Array(16) } : e)),
    ),
  ),
  mpaFault(
    'association-of-another',
    'LG-19',
    'Signs requests under an SPI that was not agreed on.',
    onRequest((request) =>
      onRequestExtension(request, (e) => (e.name === 'mnHa' && e.spi !== undefined ? { ...e, spi: e.spi + 1 } : e)),
    ),
  ),
  {
    ...mpaFault('no-deregistration', 'LG-28', 'Forgets devices that detach without telling the HA.', () => ({})),
    wrap: (agent) => ({
      ...agent,
      step: (input, now) =>
        agent.step(input, now).filter((output) => output.kind !== 'udp' || !isDeregistration(output.payload)),
    }),
  },
  // Identification
  mpaFault(
    'retransmission-same-identification',
    'MN-05',
    'Repeats unanswered requests with the same Identification.',
    onLaterIdentification((last, fresh, { pending }) => (pending ? last : fresh)),
  ),
  mpaFault(
    'renewal-same-identification',
    'MN-07',
    'Renews with the Identification of the request before.',
    onLaterIdentification((last) => last),
  ),
  mpaFault(
    'identification-goes-back',
    'MN-05',
    'Takes 0.1 s off the Identification each time.',
    onLaterIdentification((last) => last - secondsOf(1n) / 10n),
  ),
  mpaFault('identification-without-fraction', 'MN-08', 'Leaves the low half of the Identification 0.', (rules) => ({
    identification: (device, purpose, state) => (rules.identification(device, purpose, state) >> 32n) << 32n,
  })),
  mpaFault('identification-of-unix', 'MN-08', 'Counts the seconds of the Identification from 1970.', (rules) => ({
    identification: (device, purpose, state) =>
      BigInt.asUintN(64, rules.identification(device, purpose, state) - secondsOf(BigInt(ntpEpochOffset))),
  })),
  // timing
  mpaFault('retransmits-fast', 'MN-01', 'Repeats requests twice a second.', () => ({ wait: () => 500 })),
  mpaFault('patience-lost', 'RV-09', 'Repeats requests ten times a second from the third one on.', (rules) => ({
    wait: (attempt) => (attempt < 3 ? rules.wait(attempt) : 100),
  })),
  mpaFault('no-back-off', 'MN-02', 'Repeats requests every second.', () => ({ wait: () => 1000 })),
  mpaFault('back-off-linear', 'MN-02', 'Waits one second more each time.', () => ({
    wait: (attempt) => 1000 * attempt,
  })),
  {
    ...mpaFault(
      'waits-beyond-lifetime',
      'MN-03',
      'Asks for three seconds, and waits longer before it repeats.',
      () => ({
        wait: (attempt) => 1000 * 2 ** Math.min(attempt - 1, 30),
      }),
    ),
    configure: (config) => ({ ...config, lifetime: 3 }),
  },
  mpaFault('impatient-at-first', 'MN-04', 'Repeats its first request after half a second.', (rules) => ({
    wait: (attempt) => (attempt === 1 ? 500 : rules.wait(attempt)),
  })),
  mpaFault('denial-retried-at-once', 'MN-20', 'Asks again every tenth of a second when it is denied.', (rules) => ({
    earliest: ({ clock }) => clock.lastSent + 100,
    denied: (answer, device, state) => (rules.denied(answer, device, state) === 'never' ? 'never' : 'soon'),
  })),
  mpaFault('mismatch-retried-at-once', 'MN-01', 'Asks again at once after code 133.', (rules) => ({
    earliest: (device) => (device.clock.offset === 0 ? rules.earliest(device) : device.clock.lastSent + 10),
  })),
  mpaFault('renewal-late', 'MN-14', 'Renews two seconds after the registration has ended.', () => ({
    renewal: (_sentAt, expires) => expires + 2000,
  })),
  mpaFault('renewal-never', 'LG-08', 'Never renews.', () => ({ renewal: () => Infinity })),
  mpaFault('lifetime-from-reply', 'MN-13', 'Counts the lifetime from the reply, and uses it to the end.', (rules) => ({
    expiry: (_sentAt, lifetime, answer) => rules.expiry(answer.at, lifetime, answer),
    renewal: (_sentAt, expires) => expires - 500,
  })),
  mpaFault('granted-lifetime-ignored', 'MN-13', 'Counts the lifetime that it asked for, whatever is granted.', () => ({
    grantedLifetime: (_answer, { pending }) => pending?.request.lifetime ?? 0,
  })),
  mpaFault('longer-grant-believed', 'MN-13', 'Counts a granted lifetime that is longer than it asked for.', () => ({
    grantedLifetime: ({ reply }) => reply.lifetime,
  })),
  // replies
  mpaFault(
    'reply-without-mn-ha-accepted',
    'MN-11',
    'Takes replies without MN-HA.',
    alsoAccepting((count) => count === 0),
  ),
  mpaFault('two-mn-ha-accepted', 'MN-11', 'Takes replies with two MN-HA if one is right.', (rules) => ({
    checkAuthentication: (answer, device, state) =>
      answer.mnHa.some((mnHa) => rules.checkAuthentication({ ...answer, mnHa: [mnHa] }, device, state)),
  })),
  mpaFault(
    'forged-mn-ha-accepted',
    'MN-11',
    'Takes replies with any authenticator.',
    alsoAccepting((count) => count === 1),
  ),
  mpaFault('any-spi-accepted', 'MN-11', 'Does not look at the SPI of replies.', (rules, { mnHa }) => ({
    checkAuthentication: (answer, device, state) => {
      const [extension, more] = answer.mnHa;
      if (rules.checkAuthentication(answer, device, state)) return true;
      if (!extension || more) return false;
      return verifies(mnHa, coveredBy(answer.payload, extension), extension.authenticator ?? new Uint8Array(0));
    },
  })),
  mpaFault(
    'unauthenticated-denial-obeyed',
    'MN-11',
    'Stops at denials of the HA without a right MN-HA.',
    (rules, config) => ({
      ...alsoAccepting((_count, code) => code >= 128)(rules, config),
      denied: (answer, device, state) =>
        rules.checkAuthentication(answer, device, state) ? rules.denied(answer, device, state) : 'never',
    }),
  ),
  mpaFault(
    'foreign-agent-code-obeyed',
    'MN-12',
    'Stops at denials with a code of foreign agents that nobody has authenticated.',
    (rules, config) => ({
      ...alsoAccepting((_count, code) => code >= 64 && code < 128)(rules, config),
      denied: (answer, device, state) => (answer.reply.code < 128 ? 'never' : rules.denied(answer, device, state)),
    }),
  ),
  mpaFault('low-half-ignored', 'MN-10', 'Takes replies whatever their Identification.', () => ({
    checkIdentification: (_answer, { pending }) => pending !== undefined,
  })),
  mpaFault(
    'earlier-reply-accepted',
    'MN-10',
    'Takes replies to any request that it ever sent for the node.',
    (rules) => {
      const sent = new Map<string, Set<number>>();
      return {
        identification: (device, purpose, state) => {
          const identification = rules.identification(device, purpose, state);
          const all = sent.get(device.nai) ?? new Set();
          sent.set(device.nai, all.add(low32(identification)));
          return identification;
        },
        checkIdentification: ({ reply }, { nai }) => sent.get(nai)?.has(low32(reply.identification)) ?? false,
      };
    },
  ),
  mpaFault('denial-taken-for-success', 'TN-14', 'Sets its tunnel up after a denial, too.', (rules) => ({
    isAccepted: () => true,
    grantedLifetime: (answer, device) => rules.grantedLifetime(answer, device) || 60,
    terms: (answer, device, state) =>
      rules.terms(answer, device, state) ??
      (answer.reply.code > 1 ? unearned(device, answer.reply.homeAgent) : undefined),
  })),
  mpaFault('home-address-not-taken', 'MN-27', 'Goes on without the home address that it was given.', (rules) => ({
    terms: (answer, device, state) => {
      const terms = rules.terms(answer, device, state);
      return terms && { ...terms, homeAddress: 0 };
    },
  })),
  // denials
  mpaFault('mismatch-ignored', 'MN-16', 'Does not set its clock after code 133.', () => ({ learn: () => undefined })),
  mpaFault('mismatch-half-believed', 'LG-20', 'Sets its clock by a minute at most after code 133.', (rules) => ({
    learn: (answer, device, state) => {
      rules.learn(answer, device, state);
      device.clock.offset = Math.max(-60_000, Math.min(60_000, device.clock.offset));
    },
  })),
  mpaFault(
    'mismatch-unchecked',
    'MN-17',
    'Sets its clock after code 133 without looking at the low half.',
    (rules) => ({
      checkIdentification: (answer, device, state) => {
        if (answer.reply.code === replyCodes.identificationMismatch) {
          adjustClock(device.clock, answer.reply.identification, state.now);
        }
        return rules.checkIdentification(answer, device, state);
      },
    }),
  ),
  mpaFault('named-home-agent-ignored', 'MN-19', 'Asks the same HA again every second after code 136.', (rules) => ({
    denied: (answer, device, state) =>
      answer.reply.code === replyCodes.unknownHomeAgent ? 'soon' : rules.denied(answer, device, state),
  })),
  ...([replyCodes.pmipUnsupported, replyCodes.pmipDisallowed] as const).map((code) =>
    mpaFault(`retries-after-${code}`, 'LG-35', `Asks the same HA again after code ${code}.`, (rules) => ({
      denied: (answer, device, state) => (answer.reply.code === code ? 'later' : rules.denied(answer, device, state)),
    })),
  ),
];

/** A Registration Request with lifetime 0. */
const isDeregistration = (payload: Uint8Array): boolean => payload[0] === 1 && payload[2] === 0 && payload[3] === 0;
