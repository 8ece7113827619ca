/** A mobile node behind the mobility proxy agent, seen from both ends: its registrations and its access link. */
import type { Clock } from '../net/port.js';
import type { ObservedMessage } from '../oracle/exchange.js';
import type { Rrq } from '../wire/mobileip.js';
import { Arrivals } from './arrivals.js';
import type { AttachWish } from './mpa-control.js';
import type { Recorder } from './recorder.js';
import type { ReplyOptions } from './grant.js';
import type { Station } from './stations.js';

/** A Registration Request of the agent for this node. */
export interface SeenRequest {
  readonly at: number;
  readonly message: ObservedMessage;
  readonly rrq: Rrq;
  /** The tester's address that it was sent to. */
  readonly station: Station;
  /** What the node had been granted when it came. */
  readonly standing: Grant | undefined;
}

/** What the tester, as the home agent, has granted last. */
export interface Grant {
  /** When the granted request was received, milliseconds since the Unix epoch. */
  readonly at: number;
  readonly careOf: string;
  readonly homeAddress: string;
  readonly l2: boolean;
  readonly bidirectional: boolean;
  /** What renewals have to name: the key of the request, or the allocated one where that was 0. */
  readonly agreedKey: number | undefined;
  /** MPA to HA and HA to MPA; undefined without the extension. */
  readonly reverseKey: number | undefined;
  readonly forwardKey: number | undefined;
  readonly lifetime: number;
  /** The tester's clock as its reply told it, in seconds, where that took up an offer of revocation. */
  readonly revocation: number | undefined;
  readonly station: Station;
}

/** What the tester does with a request: an answer, or nothing. */
export type Policy = (request: SeenRequest) => ReplyOptions | 'withhold';

/** The latest request that was answered, and how. */
export interface Answered {
  readonly request: SeenRequest;
  readonly answer: ReplyOptions;
  /** When the answer left, milliseconds since the Unix epoch; infinite until then. */
  left: number;
}

export class ProxiedNode {
  readonly nai: string;
  readonly mac: string;
  readonly during: string;
  readonly recorder: Recorder;
  readonly wish: AttachWish;
  readonly requests: Arrivals<SeenRequest>;
  /** Home address that the tester assigns in normal mode, and the address that the node uses in either mode. */
  readonly homeAddress: string;
  /** By default every valid request is granted. */
  policy: Policy = () => ({});
  grant: Grant | undefined;
  answered: Answered | undefined;
  /** The shortest lifetime that it was granted, in seconds; one of 0 is none. */
  shortestLifetime = Infinity;
  /** How many requests have been left out of `requests`, because an answer may have crossed them. */
  crossed = 0;
  /** Whether it is on the access link, where it answers for its address. */
  isPresent = false;
  /** Keys that the tester allocates next: random, never 0. */
  nextKey: () => number;

  constructor(
    clock: Clock,
    identity: { readonly nai: string; readonly mac: string; readonly homeAddress: string; readonly wish: AttachWish },
    place: { readonly during: string; readonly recorder: Recorder; readonly nextKey: () => number },
  ) {
    this.nai = identity.nai;
    this.mac = identity.mac;
    this.homeAddress = identity.homeAddress;
    this.wish = identity.wish;
    this.during = place.during;
    this.recorder = place.recorder;
    this.nextKey = place.nextKey;
    this.requests = new Arrivals(clock);
  }

  /**
   * The requests that renew what was granted. Where the first of them repeats the one before, the agent may never have
   * seen the answer to that: it is left out. One that still repeats is no retransmission any more.
   */
  get renewals(): readonly SeenRequest[] {
    const { all } = this.requests;
    const later = all.filter(({ rrq, standing }) => rrq.lifetime > 0 && standing !== undefined);
    const [first] = later;
    const before = first && all[all.indexOf(first) - 1];
    return before && asksTheSame(before.rrq, first.rrq) ? later.slice(1) : later;
  }
}

/** Whether a request asks for what another one asked for: Identification and authenticator are new each time. */
export function asksTheSame(a: Rrq, b: Rrq): boolean {
  const wish = ({ lifetime, homeAddress, homeAgent, careOfAddress, extensions }: Rrq): string => {
    const key = extensions.find((e) => e.name === 'greKey');
    return [lifetime, homeAddress, homeAgent, careOfAddress, key?.a, key?.key].join(' ');
  };
  return wish(a) === wish(b);
}
