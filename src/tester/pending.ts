/** A request that was sent, and what came back for it. */
import type { Clock } from '../net/port.js';
import type { Exchange, ObservedMessage } from '../oracle/exchange.js';
import type { Finding } from '../oracle/finding.js';
import { Arrivals } from './arrivals.js';
import type { Recorder } from './recorder.js';

export interface Reply {
  readonly message: ObservedMessage;
  /** Undefined when the octets are no Registration Reply. */
  readonly exchange: Exchange | undefined;
  readonly findings: readonly Finding[];
}

export class Pending {
  readonly request: ObservedMessage;
  /** Case that sent it. */
  readonly during: string;
  /** Absent for requests that no report shows, such as those that clean up. */
  readonly recorder: Recorder | undefined;
  readonly replies: Arrivals<Reply>;

  constructor(clock: Clock, request: ObservedMessage, during: string, recorder: Recorder | undefined) {
    this.request = request;
    this.during = during;
    this.recorder = recorder;
    this.replies = new Arrivals(clock);
  }

  /** Milliseconds from sending to the first reply; undefined without one. */
  get roundTrip(): number | undefined {
    const first = this.replies.all[0];
    return first && first.message.at - this.request.at;
  }
}
