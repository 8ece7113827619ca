/** What a suite file is made of: sections and cases. Declaring them touches no network. */
import type { RequirementId } from '../spec/catalogue.js';
import type { PicsItem } from '../spec/config.js';
import type { KnobName } from '../spec/knobs.js';
import type { DocumentKey } from '../spec/types.js';
import type { CaseContext } from './context.js';
import type { MpaContext } from './mpa-context.js';

export interface CaseOptions {
  /** Requirement ids of the catalogue; the case fails or warns by the level of the one that is violated. */
  readonly covers: readonly RequirementId[];
  /** PICS items that must be true; otherwise the case is skipped and names the item. */
  readonly needs?: readonly PicsItem[];
  /** PICS items that must be false: the case tests how the feature is refused. */
  readonly refuses?: readonly PicsItem[];
  /** Sends or watches tunnel packets, so it needs raw sockets. */
  readonly tunnel?: boolean;
  /** How many care-of addresses it needs; 1 when left out. */
  readonly careOfAddresses?: number;
  /** True: needs an FA-HA security association in the configuration; false: must not have one. */
  readonly faHa?: boolean;
  /** What the MN-HA security association must be like. */
  readonly association?: {
    readonly replay?: 'timestamps' | 'nonces';
    readonly algorithm?: 'hmac-md5' | 'prefix-suffix-md5';
  };
  /** Knob values under which the case applies, for example `{ base: 'rfc3344' }`. */
  readonly knobs?: Readonly<Partial<Record<KnobName, string>>>;
  /** Waits for a time that a document forces, or long for what must not come: started at once, judged after the others. */
  readonly waits?: boolean;
  /** Judged when every other case is done, from what the oracle saw in the whole run; has no body of its own. */
  readonly wholeRun?: boolean;
  /** What a whole run shows that shows none of the requirements: nothing bad. Without it the case is then inconclusive. */
  readonly unseen?: string;
}

interface CaseHead extends CaseOptions {
  /** `<dut>/<section>/<nn>`; frozen, given by hand, never reused. */
  readonly id: string;
  readonly title: string;
  readonly document: DocumentKey;
  /** Section number in the document. */
  readonly section: string;
}

/** A case against a home agent. */
export interface HaCase extends CaseHead {
  readonly dut: 'ha';
  readonly run: (t: CaseContext) => Promise<void>;
}

/** A case against a mobility proxy agent. */
export interface MpaCase extends CaseHead {
  readonly dut: 'mpa';
  readonly run: (t: MpaContext) => Promise<void>;
}

export type CaseDefinition = HaCase | MpaCase;

export interface SectionDefinition {
  /** First two parts of the ids of its cases, for example `ha/5.2`. */
  readonly key: string;
  readonly dut: 'ha' | 'mpa';
  readonly document: DocumentKey;
  readonly section: string;
  readonly cases: readonly CaseDefinition[];
}

/** Declares a case: number, title (`MUST ... when ...`), what it covers and needs, and the three beats. */
export type Declare<T> = {
  (number: string, title: string, options: CaseOptions, run: (t: T) => Promise<void>): void;
  /** A case that judges the whole run: the oracle's findings for these requirements, wherever they were seen. */
  wholeRun(number: string, title: string, options: CaseOptions): void;
};

interface Place {
  readonly document: DocumentKey;
  readonly section: string;
}

/** A section of cases against a home agent. `key` is `ha/5.2` or, for other documents, such as `ha/rfc3344-3.8`. */
export function section(key: string, place: Place, declare: (test: Declare<CaseContext>) => void): SectionDefinition {
  const cases = collect(key, place, declare).map((c): HaCase => ({ ...c, dut: 'ha' }));
  return { key, dut: 'ha', ...place, cases };
}

/** A section of cases against a mobility proxy agent. `key` is `mpa/5.1` or such as `mpa/yegani-4.1`. */
export function mpaSection(key: string, place: Place, declare: (test: Declare<MpaContext>) => void): SectionDefinition {
  const cases = collect(key, place, declare).map((c): MpaCase => ({ ...c, dut: 'mpa' }));
  return { key, dut: 'mpa', ...place, cases };
}

type Declared<T> = CaseHead & { readonly run: (t: T) => Promise<void> };

function collect<T>(key: string, place: Place, declare: (test: Declare<T>) => void): Declared<T>[] {
  const cases: Declared<T>[] = [];
  const add = (
    number: string,
    title: string,
    options: CaseOptions,
    run: (t: T) => Promise<void> = async () => {},
  ): void => void cases.push({ ...options, id: `${key}/${number}`, title, ...place, run });
  const wholeRun = (number: string, title: string, options: CaseOptions): void =>
    add(number, title, { ...options, wholeRun: true });
  declare(Object.assign(add, { wholeRun }));
  return cases;
}
