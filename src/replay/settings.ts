/** What an audit is told, and what it finds out for itself. */
import type { Profile } from '../spec/config.js';
import type { KnobValues } from '../spec/knobs.js';
import type { SecurityAssociation } from '../wire/auth.js';
import type { Dialect } from '../wire/extensions.js';

export interface AuditOptions {
  /** UDP port at which home agents are asked besides 434. */
  readonly port?: number;
  /** Absent: told from the capture. */
  readonly profile?: Profile;
  /** What the user set; the rest is told from the capture or has its default. */
  readonly knobs: KnobValues;
  readonly replay?: 'timestamps' | 'nonces';
  /** Absent: authenticators are not judged. */
  readonly mnHa?: SecurityAssociation;
  readonly faHa?: SecurityAssociation;
}

export interface AuditSettings {
  readonly profile: Profile;
  /** That of profile and knobs, and of what the capture tells besides. */
  readonly dialect: Dialect;
  /** Complete. */
  readonly knobs: KnobValues;
  readonly replay: 'timestamps' | 'nonces';
  readonly mnHa?: SecurityAssociation;
  readonly faHa?: SecurityAssociation;
  /** What was found out, in sentences. */
  readonly notes: readonly string[];
}
