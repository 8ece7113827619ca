/**
 * The shape of a configuration file. Command-line flags are brought into the same shape, so that one schema and one
 * set of checks serve both; a `Locate` tells where an item was written.
 */
import type { AssociationConfig, Profile, TesterRole } from '../../spec/config.js';

export interface AssociationInput {
  readonly spi?: number;
  /** Hex, `env:NAME` or `file:PATH`. */
  readonly key?: string;
  readonly algorithm?: AssociationConfig['algorithm'];
  readonly replay?: AssociationConfig['replay'];
}

export interface ConfigInput {
  readonly as?: TesterRole;
  readonly target?: string;
  readonly local?: string | readonly string[];
  readonly profile?: Profile;
  readonly securityAssociations?: { readonly mnHa?: AssociationInput; readonly faHa?: AssociationInput };
  readonly pics?: Readonly<Record<string, boolean | Readonly<Record<string, boolean>>>>;
  readonly pixit?: {
    readonly realm?: string;
    readonly homeNetwork?: string;
    readonly gateway?: { readonly ipv4?: string; readonly ipv6?: string };
    readonly maxLifetime?: number;
    readonly trigger?: string;
    readonly accessLink?: string;
  };
  readonly knobs?: Readonly<Record<string, string | number | boolean>>;
  readonly gre?: boolean;
  readonly timeout?: number;
  readonly rate?: number;
  readonly seed?: number;
  readonly strict?: boolean;
  readonly bail?: boolean;
  readonly restartCmd?: string;
}

export type Path = readonly (string | number)[];

/** Where the item, or else the innermost thing around it, was written: `grespec.yaml:7`, or `--spi`. */
export type Locate = (path: Path) => string;

/** An unchecked configuration and where its items come from. */
export interface Source {
  readonly value: unknown;
  readonly locate: Locate;
  /** True where the place is the name of the item (`--spi`), so that a message need not name it again. */
  readonly placeIsName?: boolean;
}
