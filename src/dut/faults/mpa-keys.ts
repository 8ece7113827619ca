/** Faults of the GRE Key extension and of the keys: draft §4, 5.1, 5.4 and 6.1, yegani-02 §4.1 and 5. */
import type { Device, MpaTerms } from '../../agents/mpa-devices.js';
import type { Answer } from '../../agents/mpa-rules.js';
import { u32At } from '../../agents/octets.js';
import type { AuthenticationExtension, Extension, GreKeyExtension } from '../../wire/extensions.js';
import { decodeRrp } from '../../wire/mobileip.js';
import { ipv4Number } from '../../wire/text.js';
import { swapped } from './make.js';
import { type MpaChange, mpaFault, nameLast, onRequest, onRequestExtension, withoutExtension } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

type Keys = Pick<MpaTerms, 'reverseKey' | 'forwardKey'>;

/** Changes the extension of all requests. */
const onKeyExtension = (change: (extension: GreKeyExtension, device: Device) => Extension): MpaChange =>
  onRequest((request, _purpose, device) =>
    onRequestExtension(request, (e) => (e.name === 'greKey' ? change(e, device) : e)),
  );

/** Changes the key of requests that renew. */
const onRenewalKey =
  (change: (key: number, device: Device) => number): MpaChange =>
  (rules) => ({
    requestKey: (device, purpose) => {
      const key = rules.requestKey(device, purpose);
      return purpose === 'renewal' && key !== undefined ? change(key, device) : key;
    },
  });

/** The first keys come again after `period` devices that choose their own. */
const repeatingKeys =
  (period: number): MpaChange =>
  (rules, config) => {
    const numbers = new Map<string, number>();
    const keys = Array.from({ length: period }, () => (config.random() | 1) >>> 0);
    return {
      requestKey: (device, purpose) => {
        if (device.ownKey === undefined) return rules.requestKey(device, purpose);
        const number = numbers.get(device.nai) ?? numbers.size;
        numbers.set(device.nai, number);
        return keys[number % period];
      },
    };
  };

/** Uses an acceptance that has no sound extension all the same, with the keys that `believe` takes from it. */
const believing =
  (believe: (answer: Answer, device: Device) => Keys | undefined): MpaChange =>
  (rules) => ({
    terms: (answer, device, state) => {
      const sound = rules.terms(answer, device, state);
      const keys = sound || device.mode.key === 'none' ? undefined : believe(answer, device);
      if (!keys) return sound;
      return {
        tunnel: device.mode.l2 ? 'l2' : 'gre',
        homeAgent: ipv4Number(answer.reply.homeAgent) ?? 0,
        homeAddress: ipv4Number(answer.reply.homeAddress) ?? 0,
        ...keys,
      };
    },
  });

const asked = (device: Device): number => device.pending?.request.extensions.find((e) => e.name === 'greKey')?.key ?? 0;

const taking = (key: number, device: Device): Keys => ({
  reverseKey: asked(device) || key,
  forwardKey: key,
});

export const mpaKeyFaults: readonly MpaFault[] = [
  // what is asked for
  mpaFault(
    'reserved-bits-set',
    'TS-01',
    'Sets reserved bits of the extension.',
    onKeyExtension((e) => ({ ...e, reserved: 1 })),
  ),
  mpaFault(
    'extension-too-long',
    'TS-01',
    'Sends an extension of twelve octets.',
    onRequest((request, _purpose, _device, { dialect }) =>
      onRequestExtension(request, (e) =>
        e.name === 'greKey' ? { name: 'raw', type: dialect.greKeyType, data: new Uint8Array(10).fill(1, 6) } : e,
      ),
    ),
  ),
  mpaFault(
    'length-counts-header',
    'YG-08',
    'Counts type and length octet in the length of the extension.',
    onKeyExtension((e) => ({ ...e, length: 8 })),
  ),
  mpaFault(
    'a-never-set',
    'TS-02',
    'Asks for L2 tunnels without A.',
    onKeyExtension((e) => ({ ...e, a: false })),
  ),
  mpaFault(
    'a-always-set',
    'TS-02',
    'Sets A in normal mode, too.',
    onKeyExtension((e) => ({ ...e, a: true })),
  ),
  mpaFault(
    'a-lost-in-renewal',
    'TS-02',
    'Renews L2 registrations without A.',
    onRequest((request, purpose) =>
      purpose === 'initial'
        ? request
        : onRequestExtension(request, (e) => (e.name === 'greKey' ? { ...e, a: false } : e)),
    ),
  ),
  mpaFault('own-keys-shared', 'TS-03', 'Names the same key for all mobile nodes.', repeatingKeys(1)),
  mpaFault('third-key-repeats', 'TS-03', 'Names the key of the first mobile node for the third.', repeatingKeys(2)),
  mpaFault('key-invented', 'TS-04', 'Names a key where the HA is to choose one.', (rules, { random }) => ({
    requestKey: (device, purpose) => rules.requestKey(device, purpose) || (random() | 1) >>> 0,
  })),
  mpaFault('own-key-zero', 'TS-05', 'Asks with key 0 where it is to name a key.', (rules) => ({
    requestKey: (device, purpose) => (purpose === 'initial' ? 0 : rules.requestKey(device, purpose)),
  })),
  mpaFault(
    'request-key-swapped',
    'TS-05',
    'Writes its own key into requests in little-endian order.',
    (rules, config) => ({
      ...onKeyExtension((e, { ownKey }) => (ownKey === undefined ? e : { ...e, key: swapped(e.key) }))(rules, config),
      reverseKey: (binding, device) => device.ownKey ?? rules.reverseKey(binding, device),
    }),
  ),
  mpaFault(
    'no-extension',
    'YG-07',
    'Asks for GRE without the extension.',
    onRequest((request) => withoutExtension(request, 'greKey')),
  ),
  mpaFault(
    'no-extension-in-renewal',
    'TS-28',
    'Leaves the extension out of renewals.',
    onRequest((request, purpose) => (purpose === 'renewal' ? withoutExtension(request, 'greKey') : request)),
  ),
  mpaFault(
    'no-extension-in-deregistration',
    'YG-07',
    'Leaves the extension out of deregistrations.',
    onRequest((request, purpose) => (purpose === 'deregistration' ? withoutExtension(request, 'greKey') : request)),
  ),
  mpaFault(
    'extension-last',
    'YG-09',
    'Puts the extension behind all authentication extensions.',
    onRequest((request) => nameLast(request, 'greKey')),
  ),
  mpaFault(
    'renewal-key-off-by-one',
    'TS-29',
    'Names another key than the agreed one in renewals.',
    onRenewalKey((key) => (key + 1) >>> 0),
  ),
  mpaFault(
    'renewal-asks-again',
    'TS-29',
    'Asks for a key again in each renewal.',
    onRenewalKey(() => 0),
  ),
  mpaFault(
    'renewal-names-forward-key',
    'TS-29',
    'Names the key of the other direction in renewals.',
    onRenewalKey((key, { binding }) => binding?.terms.forwardKey ?? key),
  ),
  mpaFault(
    'renewal-key-swapped',
    'TS-29',
    'Names the agreed key in little-endian order in renewals.',
    onRenewalKey(swapped),
  ),
  // what is used
  mpaFault('uplink-forward-key', 'TS-05', 'Sends with the key of the HA although it named one of its own.', () => ({
    reverseKey: ({ terms }) => terms.forwardKey,
  })),
  mpaFault('uplink-key-swapped', 'TS-23', 'Writes keys into GRE headers in little-endian order.', (rules) => ({
    reverseKey: (binding, device) => {
      const key = rules.reverseKey(binding, device);
      return key === undefined ? undefined : swapped(key);
    },
  })),
  mpaFault('uplink-without-key', 'YG-23', 'Sends GRE packets without a key.', () => ({ reverseKey: () => undefined })),
  mpaFault('uplink-key-zero', 'TS-23', 'Sends with key 0, as it asked.', (rules) => ({
    reverseKey: (binding, device) => (device.mode.key === 'zero' ? 0 : rules.reverseKey(binding, device)),
  })),
  mpaFault('uplink-latest-key', 'TS-27', 'Sends with the key of the latest registration, whosever it is.', (rules) => {
    let latest: number | undefined;
    return {
      terms: (answer, device, state) => {
        const terms = rules.terms(answer, device, state);
        latest = terms?.reverseKey ?? latest;
        return terms;
      },
      reverseKey: (binding, device) =>
        binding.terms.tunnel === 'ip-in-ip' ? rules.reverseKey(binding, device) : latest,
    };
  }),
  mpaFault('downlink-reverse-key', 'TS-24', 'Waits for its own key on the forward tunnel.', (rules) => ({
    terms: (answer, device, state) => {
      const terms = rules.terms(answer, device, state);
      return terms && { ...terms, forwardKey: terms.reverseKey };
    },
  })),
  mpaFault('key-for-uplink-only', 'TS-23', 'Does not take the key of the HA on the forward tunnel.', (rules) => ({
    acceptForward: (frame, state) => {
      const device = rules.acceptForward(frame, state);
      const { reverseKey, forwardKey } = device?.binding?.terms ?? {};
      return forwardKey !== undefined && reverseKey === forwardKey ? undefined : device;
    },
  })),
  mpaFault('downlink-key-swapped', 'TS-24', 'Reads keys of GRE headers in little-endian order.', (rules) => ({
    acceptForward: (frame, state) =>
      rules.acceptForward({ ...frame, key: frame.key === undefined ? undefined : swapped(frame.key) }, state),
  })),
  mpaFault(
    'first-forward-key-kept',
    'TS-24',
    'Keeps the first key of the HA when a renewal brings another.',
    (rules) => ({
      terms: (answer, device, state) => {
        const terms = rules.terms(answer, device, state);
        return terms && device.binding ? { ...terms, forwardKey: device.binding.terms.forwardKey } : terms;
      },
    }),
  ),
  // what is believed
  mpaFault(
    'acceptance-without-extension-used',
    'TS-22',
    'Tunnels after an acceptance without the extension, with the key it asked with.',
    believing(({ greKeys }, device) => (greKeys.length === 0 ? taking(asked(device), device) : undefined)),
  ),
  mpaFault(
    'acceptance-without-extension-keyless',
    'TS-22',
    'Tunnels without a key after an acceptance without the extension.',
    believing(({ greKeys }) => (greKeys.length === 0 ? { reverseKey: undefined, forwardKey: undefined } : undefined)),
  ),
  mpaFault(
    'key-zero-believed',
    'TS-22',
    'Tunnels after an acceptance that names key 0.',
    believing(({ greKeys: [e] }, device) => (e?.key === 0 ? taking(0, device) : undefined)),
  ),
  mpaFault(
    'other-a-believed',
    'TS-22',
    'Tunnels after an acceptance with another A than it asked with.',
    believing(({ greKeys: [e] }, device) =>
      e && e.key !== 0 && e.a !== device.mode.l2 ? taking(e.key, device) : undefined,
    ),
  ),
  mpaFault(
    'two-extensions-believed',
    'TS-22',
    'Tunnels with the first key of an acceptance that names two.',
    believing(({ greKeys: [e, more] }, device) => (e && more ? taking(e.key, device) : undefined)),
  ),
  mpaFault(
    'misshapen-extension-believed',
    'TS-22',
    'Takes the last four octets of an extension of any length for the key.',
    (rules, { dialect }) => ({
      understand: (datagram, state) => {
        const sound = rules.understand(datagram, state);
        const decoded = decodeRrp(datagram.payload, dialect);
        if (sound || !decoded.ok) return sound;
        const { extensions } = decoded.value;
        const found = extensions.find((e) => e.name === 'raw' && e.type === dialect.greKeyType);
        if (found?.name !== 'raw' || found.data.length < 4) return undefined;
        const key = u32At(found.data, found.data.length - 4);
        return {
          at: state.now,
          ...datagram,
          reply: decoded.value,
          nai: extensions.find((e) => e.name === 'nai')?.nai,
          mnHa: extensions.filter((e): e is AuthenticationExtension => e.name === 'mnHa'),
          faHa: extensions.filter((e): e is AuthenticationExtension => e.name === 'faHa'),
          greKeys: [{ name: 'greKey', key }],
        };
      },
      terms: (answer, device, state) => {
        const [only, more] = answer.greKeys;
        const isLame = only && !more && only.a === undefined;
        return rules.terms(isLame ? { ...answer, greKeys: [{ ...only, a: device.mode.l2 }] } : answer, device, state);
      },
    }),
  ),
];
