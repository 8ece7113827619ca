/** Faults of a proxy agent that hide well: later renewals, nodes that come back, single modes, parts of a number. */
import type { Device } from '../../agents/mpa-devices.js';
import { low32 } from '../../wire/mobileip.js';
import { type MpaChange, mpaFault, onRequest, onRequestExtension, withoutExtension } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

/** Counts from 1 how often each device was asked about. */
function counting(): (device: Device) => number {
  const counts = new WeakMap<Device, number>();
  return (device) => {
    const count = (counts.get(device) ?? 0) + 1;
    counts.set(device, count);
    return count;
  };
}

/** Changes the second renewal of each device only. */
const onSecondRenewal =
  (change: Parameters<typeof onRequest>[0]): MpaChange =>
  (rules, config) => {
    const count = counting();
    return onRequest((request, purpose, device, given) =>
      purpose === 'renewal' && count(device) === 2 ? change(request, purpose, device, given) : request,
    )(rules, config);
  };

export const mpaSubtleFaults: readonly MpaFault[] = [
  mpaFault(
    'normal-mode-reserved-bits',
    'YG-22',
    'Sets a reserved bit of the extension in normal mode only.',
    onRequest((request, _purpose, { mode }) =>
      onRequestExtension(request, (e) => (e.name === 'greKey' && !mode.l2 ? { ...e, reserved: 0x0100 } : e)),
    ),
  ),
  mpaFault(
    'renewal-reserved-bits',
    'TS-01',
    'Sets the reserved bit next to A in renewals.',
    onRequest((request, purpose) =>
      onRequestExtension(request, (e) =>
        e.name === 'greKey' && purpose === 'renewal' ? { ...e, reserved: 0x4000 } : e,
      ),
    ),
  ),
  mpaFault('key-kept-after-leaving', 'TS-30', 'Names the key of its last stay when a node comes back.', (rules) => {
    const kept = new Map<string, number>();
    return {
      requestKey: (device, purpose) => {
        const key = rules.requestKey(device, purpose);
        if (purpose === 'deregistration' && key !== undefined) kept.set(device.nai, key);
        return purpose === 'initial' && key !== undefined ? (kept.get(device.nai) ?? key) : key;
      },
    };
  }),
  mpaFault(
    'second-renewal-without-extension',
    'TS-28',
    'Leaves the extension out of the second renewal only.',
    onSecondRenewal((request) => withoutExtension(request, 'greKey')),
  ),
  mpaFault('second-renewal-asks-again', 'TS-29', 'Asks for a new key in the second renewal only.', (rules) => {
    const count = counting();
    return {
      requestKey: (device, purpose) => {
        const key = rules.requestKey(device, purpose);
        return key !== undefined && purpose === 'renewal' && count(device) === 2 ? 0 : key;
      },
    };
  }),
  mpaFault(
    'normal-deregistration-without-extension',
    'YG-07',
    'Leaves the extension out of deregistrations of nodes in normal mode that chose their key.',
    onRequest((request, purpose, { mode }) =>
      purpose === 'deregistration' && !mode.l2 && mode.key === 'own' ? withoutExtension(request, 'greKey') : request,
    ),
  ),
  mpaFault('own-keys-repeat-after-48', 'TS-03', 'Has only 48 keys for L2 nodes.', (rules) => {
    const numbers = new Map<string, number>();
    return {
      requestKey: (device, purpose) => {
        if (device.ownKey === undefined || !device.mode.l2) return rules.requestKey(device, purpose);
        const number = numbers.get(device.nai) ?? numbers.size;
        numbers.set(device.nai, number);
        return 0x2000 + (number % 48);
      },
    };
  }),
  mpaFault('uplink-key-24-bits', 'TS-23', 'Sends only the low 24 bits of keys.', (rules) => ({
    reverseKey: (binding, device) => {
      const key = rules.reverseKey(binding, device);
      return key === undefined ? undefined : key & 0xffffff;
    },
  })),
  mpaFault(
    'normal-uplink-forward-key',
    'YG-19',
    'Sends IPv4 packets with the key under which it receives.',
    (rules) => ({
      reverseKey: (binding, device) =>
        binding.terms.tunnel === 'gre' ? binding.terms.forwardKey : rules.reverseKey(binding, device),
    }),
  ),
  mpaFault(
    'receiver-downlink-reply-key',
    'YG-20',
    'Takes packets under the key of the reply only, though keys are those of their receiver.',
    (rules, config) => ({
      terms: (answer, device, state) => {
        const terms = rules.terms(answer, device, state);
        return terms && config.keyDirection === 'receiver' ? { ...terms, forwardKey: terms.reverseKey } : terms;
      },
    }),
  ),
  mpaFault('l2-uplink-forward-key', 'TS-05', 'Sends L2 frames with the key of the HA although it named one.', () => ({
    reverseKey: ({ terms }) => (terms.tunnel === 'l2' ? terms.forwardKey : terms.reverseKey),
  })),
  mpaFault(
    'renewal-home-address-zero',
    'MN-22',
    'Renews without the home address that it was given.',
    onRequest((request, purpose) => (purpose === 'renewal' ? { ...request, homeAddress: '0.0.0.0' } : request)),
  ),
  mpaFault(
    'mn-fa-before-mn-ha',
    'MN-26',
    'Puts an MN-FA extension in front of MN-HA.',
    onRequest((request) => ({
      ...request,
      extensions: request.extensions.flatMap((e) =>
        e.name === 'mnHa' ? [{ name: 'mnFa' as const, spi: 300, authenticator: new Uint8Array(16) }, e] : [e],
      ),
    })),
  ),
  mpaFault('low-16-bits-compared', 'MN-10', 'Compares only 16 bits of the Identification of replies.', () => ({
    checkIdentification: ({ reply }, { pending }) =>
      pending !== undefined &&
      (low32(reply.identification) & 0xffff) === (low32(pending.request.identification) & 0xffff),
  })),
];
