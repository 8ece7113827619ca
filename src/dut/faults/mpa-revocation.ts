/** Faults of a proxy agent whose home agent revokes a registration, RFC 3543. */
import type { Device } from '../../agents/mpa-devices.js';
import type { MpaState } from '../../agents/mpa-state.js';
import type { ToldRules } from '../../agents/revocation.js';
import { messageTypes } from '../../wire/mobileip.js';
import { type MpaChange, mpaFault } from './mpa-make.js';
import type { MpaFault } from './mpa-types.js';
import { acknowledgesAnother, setsInform, takesAnyAge, takesAnyAuthenticator, takesReflected } from './told.js';

/** A fault that replaces rules of revocation. */
const revocationFault = (
  id: string,
  breaks: string,
  sentence: string,
  change: (rules: ToldRules) => Partial<ToldRules>,
): MpaFault =>
  mpaFault(id, breaks, sentence, ({ revocation }) => ({ revocation: { ...revocation, ...change(revocation) } }));

/** A fault that changes the octets of acknowledgments; undefined: none is sent. */
const ackFault = (
  id: string,
  breaks: string,
  sentence: string,
  change: (octets: Uint8Array) => Uint8Array | undefined,
): MpaFault => ({
  ...mpaFault(id, breaks, sentence, () => ({})),
  wrap: (agent) => ({
    ...agent,
    step: (input, now) =>
      agent.step(input, now).flatMap((output) => {
        if (output.kind !== 'udp' || output.payload[0] !== messageTypes.revocationAck) return [output];
        const payload = change(output.payload.slice());
        return payload ? [{ ...output, payload }] : [];
      }),
  }),
});

/** What happens to a device whose registration is revoked, instead of the end of its tunnel. */
const whenRevoked =
  (instead: (device: Device, state: MpaState) => void): MpaChange =>
  (rules) => ({
    end: (device, cause, state) => (cause === 'revoked' ? instead(device, state) : rules.end(device, cause, state)),
  });

/** Milliseconds for which traffic goes on after the acknowledgment. */
const afterAck = 500;

export const mpaRevocationFaults: readonly MpaFault[] = [
  ackFault('revocation-not-acknowledged', 'RV-05', 'Obeys a revocation without a word.', () => undefined),
  revocationFault(
    'revocation-ack-of-another',
    'RV-05',
    'Acknowledges with an identifier of its own.',
    acknowledgesAnother,
  ),
  revocationFault('revocation-ack-nameless', 'RV-05', 'Acknowledges without the home address.', ({ acknowledge }) => ({
    acknowledge: (revocation) => ({ ...acknowledge(revocation), homeAddress: '0.0.0.0' }),
  })),
  ackFault('revocation-ack-badly-signed', 'RV-05', 'Acknowledges with a wrong authenticator.', (octets) => {
    octets[octets.length - 1] = (octets.at(-1) ?? 0) ^ 1;
    return octets;
  }),
  mpaFault(
    'revocation-not-heeded',
    'RV-05',
    'Acknowledges a revocation and keeps the tunnel.',
    whenRevoked(() => undefined),
  ),
  mpaFault('revocation-half-heeded', 'RV-05', 'Goes on sending after a revocation.', (rules, config) => {
    const revoked = new WeakSet<Device>();
    return {
      ...whenRevoked((device) => revoked.add(device))(rules, config),
      acceptForward: (frame, state) => {
        const device = rules.acceptForward(frame, state);
        return device && revoked.has(device) ? undefined : device;
      },
    };
  }),
  mpaFault(
    'revocation-acknowledged-first',
    'LG-12',
    'Acknowledges a revocation half a second before it ends the tunnel.',
    whenRevoked((device, { devices, now }) => {
      if (!device.binding) return;
      devices.bind(device, { ...device.binding, expires: now + afterAck });
      device.next = Infinity;
      devices.schedule(device);
    }),
  ),
  revocationFault('revocation-ack-i-set', 'RV-10', 'Sets I in every acknowledgment.', setsInform),
  revocationFault(
    'revocation-unchecked',
    'RV-06',
    'Takes revocations with a wrong authenticator.',
    takesAnyAuthenticator,
  ),
  revocationFault(
    'revocation-reflected',
    'RV-06',
    'Takes revocations that say that a foreign agent sent them.',
    takesReflected,
  ),
  revocationFault(
    'revocation-replayed',
    'RV-06',
    'Measures the age of revocations by the first registration, not the latest.',
    ({ isFresh }) => {
      const first = new Map<string, number>();
      return {
        isFresh: (revocation, peer) => {
          const timestamp = first.get(revocation.homeAddress) ?? peer.timestamp;
          first.set(revocation.homeAddress, timestamp);
          return isFresh(revocation, { ...peer, timestamp });
        },
      };
    },
  ),
  revocationFault(
    'revocation-of-any-age',
    'RV-07',
    'Takes revocations that are older than the registration.',
    takesAnyAge,
  ),
  revocationFault(
    'revocation-age-tolerated',
    'RV-07',
    'Takes revocations up to ten seconds too old.',
    ({ isFresh }) => ({
      isFresh: (revocation, peer) => isFresh({ ...revocation, revocationId: revocation.revocationId + 10 }, peer),
    }),
  ),
];
