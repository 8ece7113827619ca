/** Faults of registration revocation, RFC 3543. */
import type { RevocationRules } from '../../agents/ha-revocation.js';
import type { Endpoint } from '../../net/port.js';
import { messageTypes } from '../../wire/mobileip.js';
import { fault, mapOutputs, onReply, outerFault } from './make.js';
import { acknowledgesAnother, setsInform, takesAnyAge, takesAnyAuthenticator, takesReflected } from './told.js';
import type { Fault } from './types.js';

const isRevocation = ([type]: Uint8Array): boolean => type === messageTypes.revocation;

/** A fault that replaces rules of revocation. */
const revocationFault = (
  id: string,
  breaks: string,
  sentence: string,
  change: (rules: RevocationRules) => Partial<RevocationRules>,
): Fault => fault(id, breaks, sentence, ({ revocation }) => ({ revocation: { ...revocation, ...change(revocation) } }));

export const haRevocationFaults: readonly Fault[] = [
  fault(
    'revocation-always-offered',
    'RV-02',
    'Offers revocation in every reply.',
    onReply((reply, x) => ({
      ...reply,
      extensions: [
        { name: 'revocationSupport', timestamp: Math.floor(x.at / 1000) },
        ...reply.extensions.filter((e) => e.name !== 'revocationSupport'),
      ],
    })),
  ),
  revocationFault('revocation-a-clear', 'RV-03', 'Sends its revocations with A=0.', ({ build }) => ({
    build: (binding, now) => ({ ...build(binding, now), byHomeAgent: false }),
  })),
  revocationFault(
    'revocation-i-set',
    'RV-03',
    'Sends its revocations with I=1, which nobody offered.',
    ({ build }) => ({
      build: (binding, now) => ({ ...build(binding, now), inform: true }),
    }),
  ),
  revocationFault('revocation-to-reply-port', 'RV-03', 'Sends its revocations to the port of the request.', () => ({
    address: ({ local, remote }) => ({ local, remote }),
  })),
  outerFault('revocation-to-new-place', 'RV-03', 'Sends its revocations to where the mobile node is now.', (agent) => {
    let latest: Endpoint | undefined;
    const moved = mapOutputs((output) =>
      output.kind === 'udp' && isRevocation(output.payload) && latest
        ? { ...output, remote: { ...output.remote, address: latest.address } }
        : output,
    )(agent);
    return {
      ...moved,
      step: (input, now) => {
        if (input.kind === 'udp') latest = input.remote;
        return moved.step(input, now);
      },
    };
  }),
  outerFault(
    'revocation-badly-signed',
    'RV-03',
    'Sends its revocations with a wrong authenticator.',
    mapOutputs((output) => {
      if (output.kind !== 'udp' || !isRevocation(output.payload)) return output;
      const payload = output.payload.slice();
      payload[payload.length - 1] = (payload.at(-1) ?? 0) ^ 1;
      return { ...output, payload };
    }),
  ),
  revocationFault('revocation-not-repeated', 'RV-04', 'Sends a revocation once, acknowledged or not.', () => ({
    patience: () => undefined,
  })),
  revocationFault(
    'revocation-same-identifier',
    'RV-04',
    'Repeats a revocation with the same identifier.',
    ({ build }) => {
      const ids = new WeakMap<object, number>();
      return {
        build: (binding, now) => {
          const message = build(binding, now);
          const revocationId = ids.get(binding) ?? message.revocationId ?? 0;
          ids.set(binding, revocationId);
          return { ...message, revocationId };
        },
      };
    },
  ),
  revocationFault('revocation-no-back-off', 'RV-04', 'Repeats a revocation every two seconds.', () => ({
    patience: (transmissions) => (transmissions < 3 ? 2000 : undefined),
  })),
  revocationFault('revocation-repeated-at-once', 'RV-09', 'Repeats a revocation after 300 ms.', ({ patience }) => ({
    patience: (transmissions) => (transmissions === 1 ? 300 : patience(transmissions)),
  })),
  revocationFault(
    'revocation-unchecked',
    'RV-06',
    'Takes revocations with a wrong authenticator.',
    takesAnyAuthenticator,
  ),
  revocationFault(
    'revocation-reflected',
    'RV-06',
    'Takes revocations that say that a home agent sent them.',
    takesReflected,
  ),
  revocationFault(
    'revocation-replayed',
    'RV-06',
    'Takes revocations that are older than the registration.',
    takesAnyAge,
  ),
  revocationFault(
    'revocation-ack-of-another',
    'RV-08',
    'Acknowledges with an identifier of its own.',
    acknowledgesAnother,
  ),
  fault('revocation-not-heeded', 'RV-08', 'Acknowledges a revocation and keeps the binding.', ({ remove }) => ({
    remove: (binding, cause, state) => (cause === 'revoked' ? undefined : remove(binding, cause, state)),
  })),
  revocationFault('revocation-ack-i-set', 'RV-10', 'Sets I in every acknowledgment.', setsInform),
];
