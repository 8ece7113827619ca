/** Faults of the tables that a proxy agent keeps: keys that two nodes have, and nodes that come back or change places. */
import type { Device } from '../../agents/mpa-devices.js';
import type { MpaState } from '../../agents/mpa-state.js';
import type { TunnelFrame } from '../../agents/ha-rules.js';
import { putMac } from '../../agents/octets.js';
import { type MpaChange, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';

/** Accepts only some keys of the replies. */
const refusing =
  (isRefused: (forwardKey: number, ownKey: number | undefined) => boolean): MpaChange =>
  (rules) => ({
    terms: (answer, device, state) => {
      const terms = rules.terms(answer, device, state);
      return terms?.forwardKey !== undefined && isRefused(terms.forwardKey, device.ownKey) ? undefined : terms;
    },
  });

/** Has a table with one place for each key: the node that was registered last is in it. */
const onePlaceForEachKey =
  (isMeant: (device: Device) => boolean): MpaChange =>
  (rules) => {
    const isSame = (device: Device, found: Device): boolean =>
      device.mode.l2 === found.mode.l2 && device.binding?.terms.forwardKey === found.binding?.terms.forwardKey;
    const lastOf = (found: Device, state: MpaState): Device | undefined =>
      [...state.devices.all()].filter((device) => isSame(device, found)).at(-1);
    return {
      acceptForward: (frame, state) => {
        const found = rules.acceptForward(frame, state);
        return found && isMeant(found) && lastOf(found, state) !== found ? undefined : found;
      },
    };
  };

export const mpaTableFaults: readonly MpaFault[] = [
  mpaFault(
    'small-keys-refused',
    'TS-23',
    'Takes no keys below 256.',
    refusing((key) => key < 256),
  ),
  mpaFault(
    'highest-key-refused',
    'TS-24',
    'Takes the highest sixteen keys for none.',
    refusing((key) => key >= 0xfffffff0),
  ),
  mpaFault(
    'equal-key-refused',
    'TS-24',
    'Takes no forward key that is equal to its own.',
    refusing((key, ownKey) => key === ownKey),
  ),
  mpaFault(
    'shared-key-last-wins',
    'LG-16',
    'Finds nodes in normal mode by their key alone, and of two with the same key only the later.',
    onePlaceForEachKey(({ mode }) => !mode.l2),
  ),
  mpaFault(
    'home-agent-of-key-ignored',
    'LG-16',
    'Finds L2 nodes by their key alone, whichever home agent gave it.',
    onePlaceForEachKey(({ mode }) => mode.l2),
  ),
  mpaFault('shared-key-leaves-with-one', 'LG-16', 'Forgets a key when any node that has it leaves.', (rules) => {
    const dead = new Set<number | undefined>();
    return {
      end: (device, cause, state) => {
        if (cause === 'left') dead.add(device.binding?.terms.forwardKey);
        rules.end(device, cause, state);
      },
      acceptForward: (frame, state) => (dead.has(frame.key) ? undefined : rules.acceptForward(frame, state)),
    };
  }),
  mpaFault('earlier-key-kept', 'TN-14', 'Takes packets under all keys that a node has ever had.', (rules) => {
    const names = new Map<number, string>();
    const current = (frame: TunnelFrame, state: MpaState): Device | undefined => {
      const device = frame.key === undefined ? undefined : state.devices.named(names.get(frame.key) ?? '');
      return device?.binding ? device : undefined;
    };
    return {
      terms: (answer, device, state) => {
        const terms = rules.terms(answer, device, state);
        if (terms?.forwardKey !== undefined) names.set(terms.forwardKey, device.nai);
        return terms;
      },
      acceptForward: (frame, state) => rules.acceptForward(frame, state) ?? current(frame, state),
    };
  }),
  mpaFault('key-of-first-node-at-mac', 'TS-27', 'Sends with the key of the first node at a MAC address.', (rules) => {
    const keys = new Map<number, number | undefined>();
    return {
      reverseKey: (binding, device) => {
        if (!keys.has(device.mac)) keys.set(device.mac, rules.reverseKey(binding, device));
        return keys.get(device.mac);
      },
    };
  }),
  mpaFault('first-mac-kept', 'TS-27', 'Delivers to the MAC address where a node was first seen.', (rules) => {
    const macs = new Map<string, number>();
    return {
      deliver: (frame, device, state) => {
        const delivered = rules.deliver(frame, device, state)?.slice();
        const mac = macs.get(device.nai) ?? device.mac;
        macs.set(device.nai, mac);
        if (delivered) putMac(delivered, 0, mac);
        return delivered;
      },
    };
  }),
  mpaFault('first-home-address-offered', 'LG-07', 'Offers every node the home address of the first.', (rules) => {
    let first = 0;
    return {
      answerAccess: (frame, device, state) => {
        first ||= device.homeAddress;
        return rules.answerAccess(frame, { ...device, homeAddress: first }, state);
      },
    };
  }),
  mpaFault(
    'first-home-address-kept',
    'MN-27',
    'Keeps the first home address of a node when it comes back.',
    (rules) => {
      const homes = new Map<string, number>();
      return {
        terms: (answer, device, state) => {
          const terms = rules.terms(answer, device, state);
          if (!terms || terms.tunnel === 'l2') return terms;
          const homeAddress = homes.get(device.nai) ?? terms.homeAddress;
          homes.set(device.nai, homeAddress);
          return { ...terms, homeAddress };
        },
      };
    },
  ),
  mpaFault('first-home-agent-kept', 'TN-08', 'Tunnels to the home agent of the first reply for a node.', (rules) => {
    const ends = new WeakMap<Device, number>();
    return {
      tunnelEnds: (binding, device) => {
        const homeAgent = ends.get(device) ?? binding.terms.homeAgent;
        ends.set(device, homeAgent);
        return rules.tunnelEnds({ ...binding, terms: { ...binding.terms, homeAgent } }, device);
      },
    };
  }),
  mpaFault(
    'second-renewal-takes-own-key',
    'TS-27',
    'Takes its own key for that of the HA from the second renewal on.',
    (rules) => {
      const renewals = new WeakMap<Device, number>();
      return {
        terms: (answer, device, state) => {
          const terms = rules.terms(answer, device, state);
          const count = (renewals.get(device) ?? 0) + (device.pending?.purpose === 'renewal' ? 1 : 0);
          renewals.set(device, count);
          return terms && count > 1 ? { ...terms, forwardKey: terms.reverseKey } : terms;
        },
      };
    },
  ),
];
