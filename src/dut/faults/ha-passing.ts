/**
 * Faults of paths that were made for the usual packet and the usual order of events: a filter that knows few protocols, a
 * fast path without fragments, and what a change of mode or place leaves as it was. RFC 3344 §4.2.3, draft §6.2.
 */
import { currentBinding } from '../../agents/ha-grant.js';
import { chosen, type Exchange, type HaRules } from '../../agents/ha-rules.js';
import { ip, isFragment, sealHeader, u16At } from '../../agents/octets.js';
import { ipProtocols } from '../../wire/ipv4.js';
import { ntpTimestamp } from '../../wire/mobileip.js';
import { type Change, deregisters, fault, onReply } from './make.js';
import type { Fault } from './types.js';

/** Loses packets for home addresses of this kind. */
const losing =
  (isLost: (packet: Uint8Array) => boolean): Change =>
  (rules) => ({
    deliver: (packet, from, state) => {
      const delivery = rules.deliver(packet, from, state);
      return isLost(packet) ? { ...delivery, tunnels: [] } : delivery;
    },
  });

const fragmentOffset = 0x1fff;
const usual: ReadonlySet<number> = new Set([
  ipProtocols.icmp,
  ipProtocols.ipInIp,
  ipProtocols.tcp,
  ipProtocols.udp,
  ipProtocols.gre,
]);
const protocolOf = (packet: Uint8Array): number => packet[ip.protocol] ?? 0;

const isL2 = (x: Exchange): boolean => x.tunnel === 'l2';

/** Accepts timestamps of L2 requests whatever was accepted before, as long as they are not far off. */
const forgetsL2: Change = (rules, { skewSeconds }): Partial<HaRules> => ({
  checkIdentification: (x, state) => {
    const seconds = Number(BigInt.asIntN(64, x.request.identification - ntpTimestamp(x.at)) >> 32n);
    return isL2(x) && Math.abs(seconds) <= skewSeconds ? undefined : rules.checkIdentification(x, state);
  },
});

export const haPassingFaults: readonly Fault[] = [
  fault('fragments-not-tunnelled', 'TN-01', 'Tunnels no fragments.', losing(isFragment)),
  fault(
    'later-fragments-not-tunnelled',
    'TN-01',
    'Tunnels first fragments only, which have the ports that it looks for.',
    losing((packet) => (u16At(packet, ip.fragment) & fragmentOffset) !== 0),
  ),
  fault(
    'unusual-protocols-not-tunnelled',
    'TN-01',
    'Tunnels packets of well-known protocols only.',
    losing((packet) => !usual.has(protocolOf(packet))),
  ),
  fault(
    'inner-gre-not-tunnelled',
    'TN-01',
    'Takes GRE packets for home addresses for its own, and loses them.',
    losing((packet) => protocolOf(packet) === ipProtocols.gre),
  ),
  fault('inner-congestion-bits-cleared', 'TN-01', 'Clears the ECN bits of inner packets.', (rules) => ({
    age: (packet) => {
      const aged = rules.age(packet)?.slice();
      if (!aged) return undefined;
      aged[1] = (aged[1] ?? 0) & 0xfc;
      sealHeader(aged);
      return aged;
    },
  })),
  fault(
    'own-key-at-handover-ignored',
    'TS-32',
    'Goes on waiting for the reverse key of before when a handover brings another one.',
    (rules) => ({
      chooseKeys: (x, state) => {
        const keys = rules.chooseKeys(x, state);
        const before = currentBinding(x, state)?.terms;
        const hasMoved = before !== undefined && before.careOf !== x.careOf && before.tunnel === x.tunnel;
        if (!keys.ok || !hasMoved || !x.greKey || x.greKey.key === 0) return keys;
        return chosen({ ...keys.value, reverse: before.reverseKey });
      },
    }),
  ),
  fault(
    'mode-change-keeps-end',
    'TN-01',
    'Ends a binding when its lifetime of before is over, where the renewal has changed the mode.',
    (rules) => ({
      enter: (x, homeAddress, terms, due, state) => {
        const before = currentBinding(x, state);
        const isOther = before !== undefined && before.terms.tunnel !== terms.tunnel;
        rules.enter(x, homeAddress, terms, isOther ? before.due : due, state);
      },
    }),
  ),
  fault('l2-replays-accepted', 'HA-13', 'Compares the timestamps of L2 requests with its clock only.', forgetsL2),
  fault(
    'home-address-not-copied-at-end',
    'HA-36',
    'Answers a deregistration with HoA 0.',
    onReply((reply, x) => (deregisters(x) && reply.code === 0 ? { ...reply, homeAddress: '0.0.0.0' } : reply)),
  ),
];
