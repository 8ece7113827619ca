/** Rules for the fixed part of a reply and the addresses it travels under: RFC 3344 §3.8.3, §5.7, RFC 2794 §3. */
import { high32, low32, replyCodes } from '../wire/mobileip.js';
import type { OracleContext } from './context.js';
import { isUnknown } from './deserves.js';
import { type Exchange, naiOf } from './exchange.js';
import { check, type Finding } from './finding.js';
import { isAuthentic, unproven } from './reply-authentication.js';

const unset = new Set(['0.0.0.0', '255.255.255.255']);

export function judgeReplyFields(x: Exchange, context: OracleContext): Finding[] {
  const findings = judgeTransport(x);
  findings.push(...judgeIdentification(x, context), judgeKnown(x, context));
  if (x.accepted) findings.push(...judgeGrant(x));
  return findings;
}

/** RFC 3344 §1.8: who does not know one of types 0 to 127 discards the whole reply. */
function judgeKnown({ rrp }: Exchange, context: OracleContext): Finding {
  const unknown = rrp.extensions.find((e) => isUnknown(e, context));
  const actual = (): string => `one of type ${unknown?.name === 'raw' ? unknown.type : 0}`;
  return check('HA-62', !unknown, 'no extension that may not be skipped and that nobody can know', actual);
}

function judgeTransport(x: Exchange): Finding[] {
  const { request, reply } = x;
  const findings = [
    check(
      'HA-42',
      reply.from.port === request.to.port,
      () => `UDP source port ${request.to.port}`,
      () => String(reply.from.port),
    ),
    check(
      'HA-43',
      reply.to.port === request.from.port,
      () => `UDP port ${request.from.port}`,
      () => String(reply.to.port),
    ),
    check(
      'HA-41',
      reply.to.address === request.from.address,
      () => `sent to ${request.from.address}`,
      reply.to.address,
    ),
  ];
  // RFC 3344 §3.8.3.1: a request to a broadcast or multicast address is answered from a unicast one
  if (!isForMany(request.to.address) && !isDiscovery(x)) {
    findings.push(
      check(
        'HA-40',
        reply.from.address === request.to.address,
        () => `sent from ${request.to.address}`,
        reply.from.address,
      ),
    );
  }
  return findings;
}

/** Whether it is a broadcast or multicast address. */
function isForMany(address: string): boolean {
  const first = Number.parseInt(address, 10);
  return first >= 224 && (first < 240 || first === 255);
}

/**
 * RFC 3344 §3.6.1.2, §3.8.2.1: a request to the broadcast address of the home network asks who the home agent is, and code
 * 136 tells it. Which address that is cannot be seen; the home agent says that it is none of its own.
 */
const isDiscovery = ({ request, reply, rrq, rrp }: Exchange): boolean =>
  rrp.code === replyCodes.unknownHomeAgent &&
  rrq.homeAgent === request.to.address &&
  rrp.homeAgent === reply.from.address;

function judgeIdentification(x: Exchange, context: OracleContext): Finding[] {
  const asked = x.rrq.identification;
  const given = x.rrp.identification;
  const hex = (id: bigint): string => `0x${id.toString(16).padStart(16, '0')}`;
  if (x.rrp.code === replyCodes.identificationMismatch) {
    return [
      check(
        'HA-15',
        low32(given) === low32(asked),
        () => `low 32 bits of ${hex(asked)} copied`,
        () => hex(given),
      ),
    ];
  }
  if (!x.accepted) return context.replay === 'nonces' ? judgeNonceOfDenial(x, context) : [];
  // RFC 3344 §5.7.1 copies all 64 bits; §5.7.2 puts a new nonce into the high half
  return context.replay === 'nonces'
    ? [
        check(
          'HA-18',
          low32(given) === low32(asked),
          () => `low 32 bits of ${hex(asked)} copied`,
          () => hex(given),
        ),
        check('HA-18', high32(given) !== high32(asked), 'a new nonce in the high 32 bits', () => hex(given)),
      ]
    : [
        check(
          'HA-14',
          given === asked,
          () => `Identification ${hex(asked)} copied`,
          () => hex(given),
        ),
      ];
}

/** RFC 3344 §5.7.2: a new nonce in every reply. The one that the request had is spent. */
function judgeNonceOfDenial(x: Exchange, context: OracleContext): Finding[] {
  const { rrq, rrp } = x;
  if (unproven.has(rrp.code) || !isAuthentic(x, 'mnHa', context.mnHa)) return [];
  const isNew = high32(rrp.identification) !== high32(rrq.identification);
  const actual = (): string => `code ${rrp.code} with the nonce of the request`;
  return [check('HA-18', isNew, 'a new nonce in the high 32 bits of a denial', actual)];
}

function judgeGrant(x: Exchange): Finding[] {
  const { rrq, rrp } = x;
  const findings = [
    check(
      'HA-48',
      rrp.lifetime <= rrq.lifetime,
      () => `a lifetime of at most ${rrq.lifetime} s`,
      () => `${rrp.lifetime} s`,
    ),
  ];
  if (!unset.has(rrq.homeAgent) && rrq.homeAgent === x.request.to.address) {
    findings.push(check('HA-26', rrp.homeAgent === rrq.homeAgent, () => `Home Agent ${rrq.homeAgent}`, rrp.homeAgent));
  }
  if (!unset.has(rrq.homeAddress)) {
    findings.push(
      check('HA-36', rrp.homeAddress === rrq.homeAddress, () => `Home Address ${rrq.homeAddress}`, rrp.homeAddress),
    );
  } else if (x.registers && x.asked?.a !== true) {
    // draft §7 lets the reply's HoA be 0 only for an L2 tunnel
    findings.push(check('HA-37', !unset.has(rrp.homeAddress), 'a Home Address chosen by the HA', rrp.homeAddress));
  }
  const nai = naiOf(rrq);
  if (nai !== undefined) {
    const given = naiOf(rrp);
    findings.push(check('HA-38', given === nai, () => `NAI ${nai} in the reply`, given ?? 'no NAI extension'));
  }
  findings.push(
    check(
      'LG-26', // draft-leung-mip4-proxy-mode-10 §5.5
      !rrp.extensions.some((e) => e.name === 'pmipSkippable' && e.subType === 4),
      'no Access Technology extension in a reply',
      'extension 147 with sub-type 4',
    ),
  );
  return findings;
}
