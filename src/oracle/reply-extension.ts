/** Rules for the GRE Key extension of a reply: draft §4, §5.3 and §6.2, yegani-02 §4.2. */
import { type Extension, extensionType } from '../wire/extensions.js';
import type { OracleContext } from './context.js';
import { type Exchange, greKeyExtensions, hexKey } from './exchange.js';
import { check, type Finding } from './finding.js';

/** Rules that need nothing but the exchange itself. */
export function judgeReplyExtension(x: Exchange, context: OracleContext): Finding[] {
  const inReply = greKeyExtensions(x.rrp.extensions, context);
  // draft §4: yegani's layout (§5 there), and of the reserved bits only the first has a meaning
  const findings: Finding[] = [];
  for (const extension of inReply) {
    const isRight = extension.name === 'greKey' && (extension.reserved ?? 0) === 0;
    for (const id of ['TS-01', 'YG-22']) findings.push(check(id, isRight, cleanExtension, () => faultOf(extension)));
  }
  findings.push(...judgeRevocationOffer(x, context));
  const { asked, granted } = x;
  if (!x.accepted || !x.registers || !asked) return findings;
  for (const id of ['TS-18', 'YG-16']) {
    const actual = (): string => `code ${x.rrp.code} without the extension`;
    findings.push(check(id, inReply.length > 0, 'GRE Key extension in the reply', actual));
  }
  if (!granted) {
    if (inReply.length > 1) {
      findings.push(check('TS-18', false, 'one GRE Key extension in the reply', `${inReply.length} of them`));
    }
    return findings;
  }
  findings.push(
    check(
      'TS-19',
      granted.key !== 0,
      'an allocated key, which is not 0 (draft §3)',
      () => `key ${hexKey(granted.key)}`,
    ),
  );
  if (context.dialect.greKeyForm === 'tsirtsis-00') {
    const bit = (flag: boolean | undefined): string => `A=${flag ? 1 : 0}`;
    findings.push(
      check(
        'TS-20',
        (granted.a ?? false) === (asked.a ?? false),
        () => `${bit(asked.a)} in the reply, as in the request`,
        () => bit(granted.a),
      ),
    );
  }
  return findings;
}

const cleanExtension = 'GRE Key extension of the profile with all reserved bits but A zero';

function faultOf(extension: Extension): string {
  return extension.name === 'greKey'
    ? `reserved bits 0x${(extension.reserved ?? 0).toString(16)}`
    : `an extension of that type whose body does not fit the layout`;
}

/** The extension that offers revocation. */
const revocationSupportType = 137;

/** RFC 3543 §3.2. */
function judgeRevocationOffer({ rrq, rrp }: Exchange, { dialect }: OracleContext): Finding[] {
  const offers = (extensions: readonly Extension[]): boolean =>
    extensions.some((e) => extensionType(e, dialect) === revocationSupportType);
  if (offers(rrq.extensions)) return [];
  return [
    check('RV-02', !offers(rrp.extensions), 'no offer of revocation in the reply, for the request had none', 'one'),
  ];
}
