/** Reads the relevant IPv4 packets of a capture, one after the other. */
import { octetsOf, readCapture } from '../net/capture-file.js';
import { type CapturedIpv4, Ipv4Stream } from '../net/capture-ipv4.js';
import { linkTypeNames } from '../net/capture-link.js';
import { CaptureError } from '../net/capture-packet.js';
import { type Overlooked, relevantPackets } from '../net/capture-relevant.js';
import { usageError } from './cli-error.js';
import { whyNotRead } from './read-file.js';

export interface CaptureInput {
  /** Why the file could not be read to its end. */
  readonly fault: CaptureError | undefined;
  /** What could not be looked into, in sentences. */
  readonly notes: readonly string[];
}

/**
 * `-` is standard input, `port` one at which home agents are asked besides 434. Rejects with a CliError when the file
 * cannot be opened.
 */
export async function readPackets(
  file: string,
  take: (packet: CapturedIpv4) => void,
  port?: number,
): Promise<CaptureInput> {
  const overlooked: Overlooked = { links: new Map(), cut: 0 };
  const stream = new Ipv4Stream();
  let fault: CaptureError | undefined;
  try {
    for await (const packets of readCapture(octetsOf(file), relevantPackets(overlooked, port))) {
      for (const packet of packets) {
        const whole = stream.take(packet);
        if (whole) take(whole);
      }
    }
  } catch (error) {
    if (error instanceof CaptureError) fault = error;
    else if (error instanceof Error && 'syscall' in error) throw usageError(`${file}: ${whyNotRead(error)}`);
    else throw error;
  }
  return { fault, notes: overlookedNotes(overlooked, stream) };
}

function overlookedNotes({ links, cut }: Overlooked, { lostFragments }: Ipv4Stream): string[] {
  return [
    ...Array.from(links, ([type, count]) => {
      const name = linkTypeNames[type];
      return `${count} packets of link type ${type}${name === undefined ? '' : ` (${name})`} were not looked into`;
    }),
    ...(cut > 0 ? [`${cut} packets were cut so short by the capture that their kind cannot be told`] : []),
    ...(lostFragments > 0 ? [`${lostFragments} fragments were cut short, so their packets are not judged`] : []),
  ];
}
