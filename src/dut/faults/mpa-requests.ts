/** Faults in when a proxy agent asks, for which nodes, and where. */
import { type MpaChange, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';
import type { Device } from '../../agents/mpa-devices.js';
import type { Purpose } from '../../agents/mpa-rules.js';

/** Never renews such registrations; they are told by the reply before. */
const unrenewed =
  (isMeant: (device: Device) => boolean): MpaChange =>
  (rules) => {
    let isLast = false;
    return {
      terms: (answer, device, state) => {
        isLast = isMeant(device);
        return rules.terms(answer, device, state);
      },
      renewal: (sentAt, expires) => (isLast ? Infinity : rules.renewal(sentAt, expires)),
    };
  };

/** Waits otherwise for such requests. */
const waiting =
  (isMeant: (purpose: Purpose) => boolean, ms: number): MpaChange =>
  (rules) => {
    let purpose: Purpose = 'initial';
    return {
      buildRequest: (device, given, ...rest) => rules.buildRequest(device, (purpose = given), ...rest),
      wait: (attempt) => (isMeant(purpose) ? ms : rules.wait(attempt)),
    };
  };

export const mpaRequestFaults: readonly MpaFault[] = [
  mpaFault(
    'l2-own-key-unrenewed',
    'LG-08',
    'Never renews registrations of L2 nodes with a key of its own.',
    unrenewed(({ mode }) => mode.l2 && mode.key === 'own'),
  ),
  mpaFault('renewed-once', 'LG-08', 'Renews each registration once, and never registers again.', (rules, config) => {
    const counts = new WeakMap<Device, number>();
    return {
      buildRequest: (device, ...rest) => {
        counts.set(device, (counts.get(device) ?? 0) + 1);
        return rules.buildRequest(device, ...rest);
      },
      end: (device, cause, state) => {
        rules.end(device, cause, state);
        if (cause === 'expired') device.next = Infinity;
      },
      ...unrenewed((device) => (counts.get(device) ?? 0) > 1)(rules, config),
    };
  }),
  mpaFault(
    'granting-home-agent-forgotten',
    'LG-08',
    'Renews at the configured home agent, though another has granted.',
    (rules, { homeAgent }) => ({
      buildRequest: (device, purpose, ...rest) => {
        const request = rules.buildRequest(device, purpose, ...rest);
        return purpose === 'renewal' ? { ...request, homeAgent: homeAgent.address } : request;
      },
      addressRequest: (device, request) => {
        const ends = rules.addressRequest(device, request);
        return device.binding && request.lifetime > 0 ? { ...ends, remote: homeAgent } : ends;
      },
    }),
  ),
  mpaFault('renewal-without-pause', 'MN-01', 'Renews after a third of the lifetime, however short.', (rules) => ({
    renewal: (sentAt, expires) => sentAt + (expires - sentAt) / 3,
    earliest: (device) => (device.binding ? -Infinity : rules.earliest(device)),
  })),
  mpaFault(
    'deregistration-repeated-fast',
    'MN-01',
    'Repeats deregistrations five times a second.',
    waiting((purpose) => purpose === 'deregistration', 200),
  ),
  mpaFault(
    'deregistration-without-back-off',
    'MN-02',
    'Repeats deregistrations every second.',
    waiting((purpose) => purpose === 'deregistration', 1020),
  ),
  mpaFault(
    'deregisters-where-configured',
    'LG-28',
    'Deregisters at the home agent of its configuration.',
    (rules, { homeAgent }) => ({
      addressRequest: (device, request) => {
        const ends = rules.addressRequest(device, request);
        return request.lifetime === 0 ? { ...ends, remote: { ...ends.remote, address: homeAgent.address } } : ends;
      },
    }),
  ),
  mpaFault(
    'key-of-first-attempt',
    'TS-05',
    'Names another key in each attempt, and sends with the first.',
    (rules) => ({
      requestKey: (device, purpose) => {
        const key = rules.requestKey(device, purpose);
        const isOwn = key !== undefined && device.ownKey !== undefined && purpose === 'initial';
        return isOwn ? (key ^ (device.attempts << 8)) >>> 0 || 1 : key;
      },
      reverseKey: (binding, device) => device.ownKey ?? rules.reverseKey(binding, device),
    }),
  ),
];
