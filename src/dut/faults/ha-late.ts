/**
 * Faults of an HA that accepts what it has to refuse, but takes its time over it: whoever has stopped listening by then
 * hears nothing of it. And of one that forgets with a binding which timestamps it has accepted. RFC 3344 §3.8.2.1, §5.7.
 */
import type { HomeAgentConfig } from '../../agents/ha-config.js';
import type { Exchange, HaRules, RemovalCause } from '../../agents/ha-rules.js';
import { verifies } from '../../wire/auth.js';
import { coveredBy, decodeRrq, ntpTimestamp, type Rrq } from '../../wire/mobileip.js';
import { delayedReplies } from './delay.js';
import { applying, type Change, fault } from './make.js';
import type { Fault } from './types.js';

/** Milliseconds: longer than anybody waits for what must not come. */
const late = 150;

const lately = (
  id: string,
  breaks: string,
  sentence: string,
  accepting: Change,
  isLate: (config: HomeAgentConfig) => (rrq: Rrq, payload: Uint8Array, now: number) => boolean,
): Fault => ({
  id,
  breaks,
  sentence,
  apply: applying(accepting),
  wrap: (agent, config) => {
    const wanted = isLate(config);
    return delayedReplies(agent, late, (_, input, now) => {
      const rrq = input.kind === 'udp' ? decodeRrq(input.payload, config.dialect) : undefined;
      return input.kind === 'udp' && rrq?.ok === true && wanted(rrq.value, input.payload, now);
    });
  },
});

/** Forgets the timestamps of a mobile node with its last binding, where that ends for this cause. */
const forgetting = (cause: RemovalCause): Change => {
  return (rules): Partial<HaRules> => {
    const lives = new Map<string, number>();
    const now = (x: Exchange): Exchange => ({ ...x, mobileNode: `${x.mobileNode} ${lives.get(x.mobileNode) ?? 0}` });
    return {
      remove: (binding, why, state) => {
        const { id } = binding.node;
        if (why === cause) lives.set(id, (lives.get(id) ?? 0) + 1);
        rules.remove(binding, why, state);
      },
      checkIdentification: (x, state) => rules.checkIdentification(now(x), state),
      remember: (x, state) => {
        if (x.request.lifetime > 0) rules.remember(now(x), state);
      },
    };
  };
};

export const haLateFaults: readonly Fault[] = [
  lately(
    'forged-accepted-late',
    'HA-05',
    'Accepts requests whose authenticator is wrong, after a while.',
    (rules) => ({
      checkAuthentication: (x, state) => (x.mnHa.length > 0 ? undefined : rules.checkAuthentication(x, state)),
    }),
    ({ mnHa }) =>
      ({ extensions }, payload) =>
        extensions.some((e) => {
          const association = e.name === 'mnHa' ? mnHa.find((sa) => sa.spi === e.spi) : undefined;
          if (!association || e.name !== 'mnHa') return false;
          return !verifies(association, coveredBy(payload, e), e.authenticator ?? new Uint8Array(0));
        }),
  ),
  lately(
    'stale-accepted-late',
    'HA-12',
    'Accepts timestamps that are far off, after a while.',
    () => ({ checkIdentification: () => undefined }),
    () =>
      ({ identification }, _payload, now) => {
        const seconds = BigInt.asIntN(64, identification - ntpTimestamp(now)) >> 32n;
        return seconds < -30n || seconds > 30n;
      },
  ),
  lately(
    'repeated-accepted-late',
    'HA-13',
    'Accepts timestamps that are not greater than the last one, after a while.',
    (rules, { skewSeconds }) => ({
      checkIdentification: (x, state) => {
        const seconds = Number(BigInt.asIntN(64, x.request.identification - ntpTimestamp(x.at)) >> 32n);
        return Math.abs(seconds) <= skewSeconds ? undefined : rules.checkIdentification(x, state);
      },
    }),
    () => {
      const greatest = new Map<string, bigint>();
      return ({ identification, extensions }) => {
        const nai = extensions.find((e) => e.name === 'nai')?.nai ?? '';
        const before = greatest.get(nai) ?? 0n;
        if (identification > before) greatest.set(nai, identification);
        return identification <= before;
      };
    },
  ),
  lately(
    'unknown-extension-accepted-late',
    'HA-28',
    'Skips unknown extensions of types 0 to 127, after a while.',
    () => ({ checkExtensions: () => undefined }),
    ({ dialect }) =>
      ({ extensions }) =>
        extensions.some((e) => e.name === 'raw' && e.type < 128 && e.type !== dialect.greKeyType),
  ),
  fault(
    'mark-lost-on-deregistration',
    'HA-13',
    'Forgets with the deregistration of a mobile node which timestamps it has accepted.',
    forgetting('deregistered'),
  ),
  fault(
    'mark-lost-on-expiry',
    'HA-13',
    'Forgets with the lifetime of a binding which timestamps it has accepted.',
    forgetting('expired'),
  ),
];
