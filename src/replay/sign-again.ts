/** Authenticators of a captured message, made anew for what has changed in it; one that was wrong stays as it was. */
import { type SecurityAssociation, verifies } from '../wire/auth.js';
import type { Extension, KeyLookup } from '../wire/extensions.js';
import { coveredBy } from '../wire/mobileip.js';

export interface Signing {
  readonly mnHa: SecurityAssociation | undefined;
  readonly faHa: SecurityAssociation | undefined;
  /** Whether the captured messages were signed with these keys: then a wrong authenticator was meant to be wrong. */
  readonly isOwnKey: boolean;
}

/** The extensions with authenticators left out where they are to be made; `captured` is the message that they stood in. */
export function unsigned(extensions: readonly Extension[], captured: Uint8Array, signing: Signing): Extension[] {
  const { mnHa, faHa, isOwnKey } = signing;
  return extensions.map((e): Extension => {
    if (e.name !== 'mnHa' && e.name !== 'faHa') return e;
    const sa = e.name === 'mnHa' ? mnHa : faHa;
    if (!sa || (isOwnKey && e.spi !== sa.spi)) return e;
    if (isOwnKey && !verifies(sa, coveredBy(captured, e), e.authenticator ?? new Uint8Array(0))) return e;
    const { authenticator: _, length: __, ...rest } = e;
    return { ...rest, spi: sa.spi };
  });
}

/** The numbers of the authentication extensions, RFC 3344 §3.5.2 and §3.5.4. */
const extensionTypes = { mnHa: 32, faHa: 34 } as const;

export const keysOf =
  ({ mnHa, faHa }: Signing): KeyLookup =>
  (type) =>
    type === extensionTypes.mnHa ? mnHa : type === extensionTypes.faHa ? faHa : undefined;
