/** Faults that show in one part of the life of a registration only: its renewal, its end, or a denial. */
import { adjustClock } from '../../agents/mpa-clocks.js';
import type { Device } from '../../agents/mpa-devices.js';
import type { Answer, Purpose } from '../../agents/mpa-rules.js';
import { authenticator } from '../../wire/auth.js';
import { coveredBy, replyCodes } from '../../wire/mobileip.js';
import { sameBytes } from '../../wire/text.js';
import { type MpaChange, mpaFault, onRequest, onRequestExtension, withoutExtension } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

const spoilt = new Uint8Array(16);

/** Spoils the MN-HA authenticator of such requests. */
const badlySigned = (isMeant: (purpose: Purpose, device: Device) => boolean): MpaChange =>
  onRequest((request, purpose, device) =>
    isMeant(purpose, device)
      ? onRequestExtension(request, (e) => (e.name === 'mnHa' ? { ...e, authenticator: spoilt } : e))
      : request,
  );

/** Takes such replies although their MN-HA does not verify. */
const trusting =
  (isMeant: (device: Device, answer: Answer) => boolean): MpaChange =>
  (rules) => ({
    checkAuthentication: (answer, device, state) =>
      rules.checkAuthentication(answer, device, state) || (answer.mnHa.length === 1 && isMeant(device, answer)),
  });

/** Notes the devices whose registration was renewed. */
function renewedDevices(): { readonly has: (device: Device) => boolean; readonly noting: MpaChange } {
  const renewed = new WeakSet<Device>();
  return {
    has: (device) => renewed.has(device),
    noting: (rules) => ({
      terms: (answer, device, state) => {
        const terms = rules.terms(answer, device, state);
        if (terms && device.binding) renewed.add(device);
        return terms;
      },
    }),
  };
}

export const mpaLifecycleFaults: readonly MpaFault[] = [
  // requests
  mpaFault(
    'mn-ha-wrong-in-renewal',
    'LG-03',
    'Signs renewals with a wrong authenticator.',
    badlySigned((purpose) => purpose === 'renewal'),
  ),
  mpaFault(
    'mn-ha-wrong-when-repeated',
    'LG-03',
    'Signs repeated requests with a wrong authenticator.',
    badlySigned((_purpose, { attempts }) => attempts > 0),
  ),
  mpaFault(
    'mn-ha-missing-in-deregistration',
    'LG-03',
    'Sends deregistrations without MN-HA.',
    onRequest((request, purpose) => (purpose === 'deregistration' ? withoutExtension(request, 'mnHa') : request)),
  ),
  mpaFault(
    'nai-missing-in-deregistration',
    'MN-28',
    'Leaves the NAI out of deregistrations where no home address is known.',
    onRequest((request, purpose) =>
      purpose === 'deregistration' && request.homeAddress === '0.0.0.0' ? withoutExtension(request, 'nai') : request,
    ),
  ),
  mpaFault(
    'home-address-zero-in-deregistration',
    'MN-22',
    'Deregisters without the home address that it was given.',
    onRequest((request, purpose) => (purpose === 'deregistration' ? { ...request, homeAddress: '0.0.0.0' } : request)),
  ),
  mpaFault(
    'a-lost-in-deregistration',
    'TS-02',
    'Ends L2 registrations without A.',
    onRequest((request, purpose) =>
      onRequestExtension(request, (e) =>
        e.name === 'greKey' && purpose === 'deregistration' ? { ...e, a: false } : e,
      ),
    ),
  ),
  // replies
  mpaFault(
    'forged-renewal-accepted',
    'MN-11',
    'Takes replies to renewals with any authenticator.',
    trusting(({ phase, binding }) => phase === 'attached' && binding !== undefined),
  ),
  mpaFault(
    'forged-farewell-accepted',
    'MN-11',
    'Takes replies to deregistrations with any authenticator.',
    trusting(({ phase }) => phase === 'leaving'),
  ),
  mpaFault(
    'mn-ha-half-compared',
    'MN-11',
    'Compares only the last eight octets of authenticators.',
    (rules, { mnHa }) => ({
      checkAuthentication: (answer, device, state) => {
        const [extension] = answer.mnHa;
        if (rules.checkAuthentication(answer, device, state)) return true;
        if (extension?.authenticator?.length !== spoilt.length || extension.spi !== mnHa.spi) return false;
        const right = authenticator(mnHa, coveredBy(answer.payload, extension));
        return sameBytes(right.subarray(8), extension.authenticator.subarray(8));
      },
    }),
  ),
  mpaFault('forged-mismatch-obeyed', 'MN-11', 'Sets its clock after any code 133, whoever signed it.', (rules) => ({
    checkAuthentication: (answer, device, state) => {
      const isRight = rules.checkAuthentication(answer, device, state);
      const { code, identification } = answer.reply;
      if (!isRight && code === replyCodes.identificationMismatch) adjustClock(device.clock, identification, state.now);
      return isRight;
    },
  })),
  mpaFault('denial-identification-unchecked', 'MN-10', 'Takes denials whatever their Identification.', (rules) => ({
    checkIdentification: (answer, device, state) =>
      !rules.isAccepted(answer) || rules.checkIdentification(answer, device, state),
  })),
  // timing
  mpaFault('lifetime-from-slow-reply', 'MN-13', 'Counts the lifetime from the reply, and renews early.', (rules) => {
    let answered = 0;
    return {
      expiry: (_sentAt, lifetime, answer) => {
        answered = answer.at;
        return rules.expiry(answer.at, lifetime, answer);
      },
      renewal: (_sentAt, expires) => rules.renewal(answered, expires),
    };
  }),
  mpaFault('denial-retried-every-second', 'MN-20', 'Asks again a little over a second after each denial.', (rules) => ({
    earliest: ({ clock }) => clock.lastSent + 1030,
    denied: (answer, device, state) => (rules.denied(answer, device, state) === 'never' ? 'never' : 'soon'),
  })),
  // the tunnel of a renewed registration
  mpaFault('tunnel-lost-at-renewal', 'TS-27', 'Forgets the keys of a node when it is renewed.', (rules, config) => {
    const { has, noting } = renewedDevices();
    return {
      ...noting(rules, config),
      tunnelOf: (device, state) => (has(device) ? undefined : rules.tunnelOf(device, state)),
    };
  }),
  mpaFault(
    'uplink-forward-key-after-renewal',
    'TS-05',
    'Sends with the key of the HA once the registration was renewed.',
    (rules, config) => {
      const { has, noting } = renewedDevices();
      return {
        ...noting(rules, config),
        reverseKey: (binding, device) => (has(device) ? binding.terms.forwardKey : rules.reverseKey(binding, device)),
      };
    },
  ),
];
