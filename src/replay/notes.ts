/** What an audit could not judge, or did not, in sentences. */

export interface Counts {
  requests: number;
  exchanges: number;
  tunnelled: number;
  /** Tunnel packets between hosts of which no registration is in the capture. */
  unrelated: number;
  /** Datagrams cut short by the capture. */
  cut: number;
  wrongChecksums: number;
  /** Datagrams with a wrong UDP checksum from a sender whose others are right. */
  damaged: number;
  /** Replies to no request of the capture. */
  unmatched: number;
  /** Messages of a registration type that are too short for it. */
  unreadable: number;
  /** Acknowledgments of no revocation of the capture. */
  unmatchedAcks: number;
}

export interface Others {
  readonly repeated: number;
  readonly unanswered: number;
  readonly overlooked: number;
  /** Exchanges authenticated under no association that is given. */
  readonly unknownKeys: number;
}

/** What a capture shows too little of for a verdict that is certain; what is not in the list of cases was not judged. */
const notJudged =
  'not judged from captures, for they need a run against the device: back-off of requests (MN-02), what ' +
  'follows a denial (MN-16, LG-35), renewal in time (MN-14, LG-08), replies to no request in sight (HA-50), ' +
  'GRE sequence numbers (GR-13), tunnels before the first reply (LG-13), where requests with D=0 come from (MN-21), of ' +
  'revocations when and where one is due, how it slows down (RV-04) and whether a bad one is ignored (RV-06, RV-07), and whatever a device does only when it is asked to';

export function auditNotes(counts: Counts, { repeated, unanswered, overlooked, unknownKeys }: Others): string[] {
  const { requests, exchanges, tunnelled, unrelated } = counts;
  const say = (count: number, text: string): string[] => (count > 0 ? [`${count} ${text}`] : []);
  return [
    `judged: ${requests} requests, ${exchanges} replies to them, ${tunnelled} tunnel packets`,
    ...say(unanswered, 'requests have no reply in the capture: lost, refused in silence or not captured'),
    ...say(counts.unmatched, 'replies answer no request of the capture and are not judged'),
    ...say(counts.unmatchedAcks, 'acknowledgments fit no revocation of the capture and are not judged'),
    ...say(unrelated, 'tunnel packets belong to no registration of the capture and are not judged'),
    ...say(repeated, 'messages are in the capture twice, as on loopback, and are counted once'),
    ...say(counts.cut, 'datagrams were cut short by the capture (snapshot length) and are not judged'),
    ...say(
      counts.damaged,
      'datagrams have a wrong UDP checksum and are left out, for a receiver discards them (RFC 3344 3.8.2.1)',
    ),
    ...say(
      counts.wrongChecksums,
      'datagrams have a wrong UDP checksum; none is blamed for it, for a sender with checksum offload looks like that',
    ),
    ...say(counts.unreadable, 'messages are too short for their type and are not judged'),
    ...say(unknownKeys, 'exchanges fit no security association that was given; their authenticators are not judged'),
    ...(exchanges > 0 ? [notJudged] : []),
    ...say(overlooked, 'addresses were too many to be followed'),
  ];
}
