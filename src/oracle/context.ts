/** What the oracle knows beforehand: the same for live runs, fuzzing, audit and replay. */
import type { SecurityAssociation } from '../wire/auth.js';
import type { Dialect, KeyLookup } from '../wire/extensions.js';
import type { KnobValues } from '../spec/knobs.js';

export interface OracleContext {
  readonly dialect: Dialect;
  readonly knobs: KnobValues;
  readonly replay: 'timestamps' | 'nonces';
  /** Absent where keys are not known, as in an audit without them: authenticators then go unjudged. */
  readonly mnHa?: SecurityAssociation;
  readonly faHa?: SecurityAssociation;
}

/** The numbers of the authentication extensions, RFC 3344 §3.5.2 to 3.5.4. */
const extensionTypes = { mnHa: 32, faHa: 34 } as const;

/** Key lookup for encoders and verifiers. */
export function keyLookup(context: Pick<OracleContext, 'mnHa' | 'faHa'>): KeyLookup {
  return (type, spi) => {
    const sa = type === extensionTypes.mnHa ? context.mnHa : type === extensionTypes.faHa ? context.faHa : undefined;
    return sa?.spi === spi ? sa : undefined;
  };
}
