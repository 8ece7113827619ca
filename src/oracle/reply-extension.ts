/** Rules for the GRE Key extension of a reply: draft §4, §5.3 and §6.2, yegani-02 §4.2. */
import { type Extension, extensionType } from '../wire/extensions.js';
import type { OracleContext } from './context.js';
import { type Exchange, greKeyExtensions, hexKey } from './exchange.js';
import { check, type Finding } from './finding.js';

/** Rules that need nothing but the exchange itself. */
export function judgeReplyExtension(x: Exchange, context: OracleContext): Finding[] {
  const inReply = greKeyExtensions(x.rrp.extensions, context);
  // draft §4: yegani's layout (§5 there), and of the reserved bits only the first has a meaning
  const findings = inReply.flatMap((extension) =>
    (['TS-01', 'YG-22'] as const).map((id) =>
      check(
        id,
        extension.name === 'greKey' && (extension.reserved ?? 0) === 0,
        'GRE Key extension of the profile with all reserved bits but A zero',
        extension.name === 'greKey'
          ? `reserved bits 0x${(extension.reserved ?? 0).toString(16)}`
          : `an extension of that type whose body does not fit the layout`,
      ),
    ),
  );
  findings.push(...judgeRevocationOffer(x, context));
  if (!x.accepted || !x.registers || !x.asked) return findings;
  findings.push(
    ...(['TS-18', 'YG-16'] as const).map((id) =>
      check(id, inReply.length > 0, 'GRE Key extension in the reply', `code ${x.rrp.code} without the extension`),
    ),
  );
  if (!x.granted) {
    if (inReply.length > 1) {
      findings.push(check('TS-18', false, 'one GRE Key extension in the reply', `${inReply.length} of them`));
    }
    return findings;
  }
  findings.push(
    check('TS-19', x.granted.key !== 0, 'an allocated key, which is not 0 (draft §3)', `key ${hexKey(x.granted.key)}`),
  );
  if (context.dialect.greKeyForm === 'tsirtsis-00') {
    const bit = (flag: boolean | undefined): string => `A=${flag ? 1 : 0}`;
    findings.push(
      check(
        'TS-20',
        (x.granted.a ?? false) === (x.asked.a ?? false),
        `${bit(x.asked.a)} in the reply, as in the request`,
        bit(x.granted.a),
      ),
    );
  }
  return findings;
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
