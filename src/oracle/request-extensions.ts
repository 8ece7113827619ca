/** Rules for the extensions of a request: draft §4 and §6.1, yegani-02 §4.1 and §5, RFC 3344 §3.6.1.3, RFC 2794 §2. */
import type { Bindings } from './bindings.js';
import type { OracleContext } from './context.js';
import { hexKey } from './exchange.js';
import { check, type Finding, holds, violated } from './finding.js';
import { isUnset, placeOf, type Request } from './request.js';

export function judgeRequestExtensions(request: Request, bindings: Bindings, context: OracleContext): Finding[] {
  // octets that cannot be divided may hold any extension: what is missing is then not known to be missing
  if (placeOf(request.rrq, 'tail') >= 0) return judgeForm(request, context);
  return [
    ...judgeForm(request, context),
    ...judgePlace(request, context),
    ...judgePresence(request, bindings),
    ...judgeOwnKey(request, bindings),
    ...judgeNai(request),
    ...judgeAuthentication(request),
  ];
}

/** draft §4: yegani's layout, and of its reserved bits only the first has a meaning. */
function judgeForm({ greKeys, asked }: Request, { dialect }: OracleContext): Finding[] {
  if (greKeys.length === 0) return [];
  if (greKeys.length > 1) return [violated('TS-01', 'one GRE Key extension', `${greKeys.length} of them`)];
  if (!asked) {
    const got = 'an extension of that type whose body does not fit the layout';
    // in the form of RFC 6245 there are no reserved bits, and YG-22 is about the form itself
    const form = dialect.greKeyForm === 'rfc6245' ? 'YG-22' : 'YG-08';
    return (['TS-01', form] as const).map((id) => violated(id, 'GRE Key extension of the profile', got));
  }
  const reserved = asked.reserved ?? 0;
  const bits = `reserved bits 0x${reserved.toString(16)}`;
  return [
    holds('YG-08'),
    ...(['TS-01', 'YG-22'] as const).map((id) => check(id, reserved === 0, 'all reserved bits but A zero', bits)),
  ];
}

/** the documents disagree on the place, so only what all of them refuse is a fault unless a knob says more. */
function judgePlace({ rrq, greKeys }: Request, context: OracleContext): Finding[] {
  if (greKeys.length === 0) return [];
  const [first] = greKeys;
  const key = rrq.extensions.findIndex((e) => e === first);
  const mnHa = placeOf(rrq, 'mnHa');
  const faHa = placeOf(rrq, 'faHa');
  const knob = context.knobs['ext_place'] ?? 'both';
  const order = rrq.extensions.map((e) => e.name).join(', ');
  const isBeforeFaHa = faHa < 0 || key < faHa;
  const isPlaced = mnHa < 0 || knob === 'both' || (knob === 'before_mnha' ? key < mnHa : key > mnHa);
  const wanted = knob === 'both' ? '' : ` and ${knob === 'before_mnha' ? 'before' : 'behind'} MN-HA`;
  return [check('YG-09', isBeforeFaHa && isPlaced, `the GRE Key extension before FA-HA${wanted}`, order)];
}

/** yegani-02 §4.1: in all requests of a GRE session; draft §6.1 for renewals. */
function judgePresence({ rrq, mn, greKeys, registers, at }: Request, bindings: Bindings): Finding[] {
  const session =
    mn === undefined ? [] : bindings.of(mn, at).filter((b) => b.forwardKey !== undefined && !bindings.isDoubtful(b));
  if (!session.some((b) => b.careOf === rrq.careOfAddress)) return greKeys.length > 0 ? [holds('YG-07')] : [];
  const kind = registers ? 'a renewal' : 'the deregistration';
  const isThere = greKeys.length > 0;
  const words = ['the GRE Key extension', `${kind} without it`] as const;
  return [
    // a renewal without G gives the GRE session up
    ...(isThere || rrq.gre || !registers ? [check('YG-07', isThere, ...words)] : []),
    ...(registers ? [check('TS-28', isThere, ...words)] : []),
  ];
}

/** draft §5.1: in L2 mode the keys are unique per MN; A-25: those of an MPA among its own MNs. */
function judgeOwnKey({ rrq, mn, asked, registers, at }: Request, bindings: Bindings): Finding[] {
  if (!asked?.a || asked.key === 0 || !registers || mn === undefined) return [];
  const other = bindings
    .withReverseKey(asked.key, at)
    .find((b) => b.l2 && b.careOf === rrq.careOfAddress && b.mn !== mn && !bindings.isDoubtful(b));
  const actual = `${hexKey(asked.key)}, in use for ${other?.mn ?? ''}`;
  return [check('TS-03', other === undefined, 'a key that no other MN of the MPA has', actual)];
}

/** RFC 2794 §2: covered by the authentication, and there where no home address names the MN. */
function judgeNai({ rrq }: Request): Finding[] {
  const nai = placeOf(rrq, 'nai');
  if (nai < 0) {
    if (!isUnset(rrq.homeAddress)) return [];
    return [violated('MN-28', 'an NAI extension, for the home address is 0', 'none')];
  }
  const mnHa = placeOf(rrq, 'mnHa');
  return [check('MN-28', mnHa < 0 || nai < mnHa, 'the NAI extension before MN-HA', 'it stands behind')];
}

const authentications = ['mnHa', 'generalizedAuth', 'faHa'] as const;

function judgeAuthentication({ rrq }: Request): Finding[] {
  const places = authentications.map((name) => placeOf(rrq, name)).filter((place) => place >= 0);
  const findings = [
    check('LG-03', places.length > 0, 'MN-HA, MN-AAA or FA-HA authentication', 'no authentication extension'),
  ];
  // RFC 3344 §1.6: SPI values 0 to 255 are reserved
  const reserved = rrq.extensions.find((e) => (e.name === 'mnHa' || e.name === 'faHa') && e.spi < 256);
  if (reserved) findings.push(violated('LG-03', 'an SPI of 256 or more', `one that is reserved, in ${reserved.name}`));
  const order = rrq.extensions.map((e) => e.name).join(', ');
  const mnHa = placeOf(rrq, 'mnHa');
  const mnFa = placeOf(rrq, 'mnFa');
  const faHa = placeOf(rrq, 'faHa');
  if (mnHa >= 0 && (mnFa >= 0 || faHa >= 0)) {
    const isRight = (mnFa < 0 || mnHa < mnFa) && (faHa < 0 || mnHa < faHa);
    findings.push(check('MN-26', isRight, 'MN-HA before MN-FA and FA-HA', order));
  }
  const pmip = rrq.extensions.findLastIndex((e) => e.name === 'pmipNonSkippable' || e.name === 'pmipSkippable');
  if (pmip >= 0 && places.length > 0) {
    findings.push(check('LG-23', pmip < Math.min(...places), 'the PMIPv4 extensions before authentication', order));
  }
  return findings;
}
