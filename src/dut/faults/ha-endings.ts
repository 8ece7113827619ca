/** Faults at the end of bindings: who may end them, when they end, and what is left of them. RFC 3344 §3.8.2, RFC 3024 §4.3.2. */
import type { Binding } from '../../agents/ha-bindings.js';
import type { Exchange, HaRules, RemovalCause } from '../../agents/ha-rules.js';
import { ip, packetIn, u32At } from '../../agents/octets.js';
import { type Change, deregisters, fault } from './make.js';
import type { Fault } from './types.js';

/** Goes on taking packets of bindings that have ended for this cause, but those of L2 tunnels. */
const stillTaking =
  (cause: RemovalCause): Change =>
  (rules) => {
    const gone = new Set<Binding>();
    return {
      remove: (binding, why, state) => {
        if (why === cause && binding.terms.tunnel !== 'l2' && gone.size < 1000) gone.add(binding);
        rules.remove(binding, why, state);
      },
      acceptReverse: (frame, state) => {
        const inner = packetIn(frame.payload);
        const source = inner && u32At(inner, ip.source);
        const isOf = ({ terms, node }: Binding): boolean =>
          terms.careOf === frame.source &&
          terms.tunnel === frame.kind &&
          terms.reverseKey === frame.key &&
          node.homeAddress === source;
        return rules.acceptReverse(frame, state) ?? [...gone].find(isOf);
      },
    };
  };

/** Ends renewed bindings at another time, made of the one that they had and the one that is due. */
const renewing =
  (when: (had: number, due: number) => number): Change =>
  (rules) => ({
    enter: (x, homeAddress, terms, due, state) => {
      const old = state.bindings.find(x.mobileNode)?.bindings.find((b) => b.terms.careOf === terms.careOf);
      rules.enter(x, homeAddress, terms, old ? when(old.due, due) : due, state);
    },
  });

/** Ends bindings of such tunnels after four fifths of what it grants. */
const early =
  (wanted: (x: Exchange) => boolean): Change =>
  (rules) => ({
    expiry: (x, lifetime) => {
      const due = rules.expiry(x, lifetime);
      return wanted(x) ? x.at + (due - x.at) * 0.8 : due;
    },
  });

/** Looks away where this holds. */
const unlessAuthentic = (rules: HaRules, wanted: (x: Exchange) => boolean): Pick<HaRules, 'checkAuthentication'> => ({
  checkAuthentication: (x, state) => (wanted(x) ? undefined : rules.checkAuthentication(x, state)),
});

export const haEndingFaults: readonly Fault[] = [
  fault('deregistration-not-verified', 'HA-05', 'Accepts any authenticator of a deregistration.', (rules) =>
    unlessAuthentic(rules, (x) => deregisters(x) && x.mnHa.length > 0),
  ),
  fault('deregistration-needs-no-mn-ha', 'HA-03', 'Accepts deregistrations without MN-HA.', (rules) =>
    unlessAuthentic(rules, (x) => deregisters(x) && x.mnHa.length === 0),
  ),
  fault(
    'deregistration-under-any-spi',
    'HA-04',
    'Takes any SPI for one that is agreed where a deregistration has it.',
    (rules, config) =>
      unlessAuthentic(rules, (x) => deregisters(x) && !config.mnHa.some(({ spi }) => spi === x.mnHa[0]?.spi)),
  ),
  fault(
    'refused-deregistration-obeyed',
    'HA-05',
    'Ends the binding in spite of denying the deregistration.',
    (rules) => ({
      checkAuthentication: (x, state) => {
        const refusal = rules.checkAuthentication(x, state);
        const ended = refusal !== undefined && deregisters(x) ? rules.deregistered(x, state) : [];
        for (const binding of ended) rules.remove(binding, 'deregistered', state);
        return refusal;
      },
    }),
  ),
  fault(
    'uplink-outlives-deregistration',
    'TN-06',
    'Goes on taking packets of mobile nodes that are deregistered.',
    stillTaking('deregistered'),
  ),
  fault(
    'uplink-outlives-lifetime',
    'HA-49',
    'Goes on taking packets of mobile nodes whose lifetime is over.',
    stillTaking('expired'),
  ),
  fault(
    'uplink-outlives-revocation',
    'RV-08',
    'Goes on taking packets of mobile nodes whose binding was revoked.',
    stillTaking('revoked'),
  ),
  fault(
    'stale-deregistration-obeyed',
    'HA-12',
    'Ends the binding in spite of denying the deregistration for its Identification.',
    (rules) => ({
      checkIdentification: (x, state) => {
        const refusal = rules.checkIdentification(x, state);
        const ended = refusal !== undefined && deregisters(x) ? rules.deregistered(x, state) : [];
        for (const binding of ended) rules.remove(binding, 'deregistered', state);
        return refusal;
      },
    }),
  ),
  fault(
    'renewal-extends-nothing',
    'HA-32',
    'Ends a renewed binding when the lifetime of before is over.',
    renewing((had) => had),
  ),
  fault(
    'renewal-shortens-nothing',
    'HA-49',
    'Keeps a renewed binding until the later of both lifetimes is over.',
    renewing(Math.max),
  ),
  fault(
    'binding-ends-early',
    'TN-01',
    'Ends bindings after four fifths of the lifetime that it grants.',
    early((x) => x.tunnel !== 'l2'),
  ),
  fault(
    'l2-binding-ends-early',
    'TS-13',
    'Ends L2 bindings after four fifths of the lifetime that it grants.',
    early((x) => x.tunnel === 'l2'),
  ),
  fault('second-deregistration-unanswered', 'HA-54', 'Says nothing where there is no binding to end.', (rules) => ({
    checkRoom: (x, state) =>
      deregisters(x) && state.bindings.find(x.mobileNode) === undefined ? 'discard' : rules.checkRoom(x, state),
  })),
  fault('denied-renewal-ends-binding', 'TN-01', 'Ends the binding of an MN whose renewal it denies.', (rules) => ({
    checkHomeAgent: (x, state) => {
      const refusal = rules.checkHomeAgent(x, state);
      const bindings = refusal === undefined ? [] : (state.bindings.find(x.mobileNode)?.bindings ?? []);
      for (const binding of [...bindings]) rules.remove(binding, 'superseded', state);
      return refusal;
    },
  })),
];
