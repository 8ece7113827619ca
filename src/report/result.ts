/** The result model: what a run hands to every report. Plain data, and the JSON report is its image. */
import type { Level, Role, Verdict } from '../spec/types.js';

/** One message or frame of a case, as it was on the wire. */
export interface FrameRecord {
  /** Milliseconds since the case began. */
  readonly at: number;
  /** As the tester sees it. */
  readonly direction: 'sent' | 'received';
  readonly source: string;
  readonly destination: string;
  /** `udp`: `hex` is the UDP payload. `ip`: a whole IPv4 packet. `ethernet`: a whole frame. */
  readonly layer: 'udp' | 'ip' | 'ethernet';
  /** One line, for example `RRQ life 1800, greKey key 0 A=1, mnHa`. */
  readonly summary: string;
  readonly hex: string;
  /** Octets left out of `hex` because the frame is long. */
  readonly omitted?: number;
  /** True on the frame that the verdict rests on. */
  readonly guilty?: boolean;
}

/** What a baseline of known deviations says of a case. */
export interface KnownDeviation {
  /**
   * `known`: the case ended as the baseline says, and does not count against the device. `fixed`: it passes now.
   * `expired`: it ended so, but the entry is past its date and no longer holds. `other`: it fails in another way.
   */
  readonly state: 'known' | 'fixed' | 'expired' | 'other';
  readonly verdict: Verdict;
  /** Why it is accepted. */
  readonly reason: string;
  /** Last day on which the entry holds, `2026-12-31`. */
  readonly expires?: string;
}

export interface CaseResult {
  readonly id: string;
  readonly title: string;
  /** Short name of the document, for example `draft-tsirtsis-l2gre-pmipv4-00`. */
  readonly document: string;
  readonly section: string;
  readonly dut: 'ha' | 'mpa';
  readonly level: Level;
  readonly requirements: readonly string[];
  readonly verdict: Verdict;
  /** Why, in a sentence; empty for a plain pass. */
  readonly reason: string;
  readonly expected: string;
  readonly actual: string;
  readonly durationMs: number;
  readonly frames: readonly FrameRecord[];
  /** Frames beyond the number kept. */
  readonly framesOmitted?: number;
  /** Command line that runs this case alone again; secrets stand as env: or file: references. */
  readonly repeat: string;
  /** True where the case judges all that the run showed: of several shards each has a verdict of its own. */
  readonly wholeRun?: true;
  /** Where the baseline has an entry for it, and the case was not skipped. */
  readonly baseline?: KnownDeviation;
}

export interface LedgerRow {
  readonly requirement: string;
  readonly level: Level;
  readonly role: Role;
  /** Worst verdict of its cases; `untestable` and `not-run` where none decided it. */
  readonly status: Verdict | 'untestable' | 'not-run';
  readonly cases: readonly string[];
  readonly reason: string;
}

export interface RunResult {
  readonly tool: { readonly name: 'grespec'; readonly version: string };
  readonly run: {
    /** ISO 8601. */
    readonly startedAt: string;
    readonly durationMs: number;
    /** Of all random choices; absent where there were none. */
    readonly seed?: number;
    readonly as: 'mpa' | 'ha';
    /** `embedded` or address and port. */
    readonly target: string;
    readonly profile: string;
    readonly knobs: Readonly<Record<string, string>>;
    readonly selection: readonly string[];
    readonly strict: boolean;
    /** False when the run was cut short: `cases` then holds what was decided. */
    readonly complete: boolean;
    /** Which part of the selection it ran: 2 of 4 is the second. */
    readonly shard?: { readonly index: number; readonly total: number };
    /** The file of known deviations. */
    readonly baseline?: string;
    /** The requirement that the embedded device breaks, by the id of its fault. */
    readonly fault?: string;
    /** How the device differs as a whole from what was told of it, and what to say instead. */
    readonly mismatch?: string;
  };
  readonly totals: Readonly<Record<Verdict, number>>;
  readonly cases: readonly CaseResult[];
  readonly ledger: readonly LedgerRow[];
}
