/** Messages of registration revocation as either tester hears and sends them, RFC 3543 §3. */
import type { Datagram, Endpoint } from '../net/port.js';
import { authenticity } from '../oracle/revocation-messages.js';
import type { Extension } from '../wire/extensions.js';
import { encode, type InputOf } from '../wire/layout.js';
import {
  decodeRevocation,
  decodeRevocationAck,
  type Revocation,
  type RevocationAck,
  revocationLayout,
} from '../wire/mobileip.js';
import { Arrivals } from './arrivals.js';
import { type Bend, finish } from './bend.js';
import type { CaseContext } from './context.js';
import type { MpaContext } from './mpa-context.js';
import type { Listener } from './session.js';
import type { Station } from './stations.js';

type Context = CaseContext | MpaContext;

/** A revocation or acknowledgment that came, and where. */
export interface Heard<M> {
  readonly message: M;
  readonly datagram: Datagram;
  readonly station: Station;
}

export type RevocationInput = InputOf<typeof revocationLayout>;
/** What a revocation may differ in from a valid one. */
export type RevocationBend = Bend<RevocationInput>;

/** RFC 3543 §3.3: no two messages of a binding within a second. In milliseconds. */
export const breath = 1100;

/** The tester's clock as extension and identifier show it, in seconds, RFC 3543 §3.2. */
export const revocationTime = (t: Context): number => Math.floor(t.session.clock.now() / 1000) % 2 ** 32;

export const offersRevocation = ({ extensions }: { readonly extensions: readonly Extension[] }): boolean =>
  extensions.some((e) => e.name === 'revocationSupport');

/** Runs `body` with what comes for a home address: revocations and acknowledgments. */
export async function hearing<R>(
  t: Context,
  homeAddress: string | undefined,
  body: (revocations: Arrivals<Heard<Revocation>>, acks: Arrivals<Heard<RevocationAck>>) => Promise<R>,
): Promise<R> {
  const { session, recorder } = t;
  const revocations = new Arrivals<Heard<Revocation>>(session.clock);
  const acks = new Arrivals<Heard<RevocationAck>>(session.clock);
  const listener: Listener = (station, datagram) => {
    const { payload } = datagram;
    const revocation = decodeRevocation(payload, session.dialect);
    const ack = decodeRevocationAck(payload, session.dialect);
    const isOurs = (decoded: typeof revocation | typeof ack): boolean =>
      decoded.ok && decoded.value.homeAddress === homeAddress;
    if (!isOurs(revocation) && !isOurs(ack)) return;
    const [from, to] = [datagram.remote, datagram.local].map(({ address, port }) => `${address}:${port}`);
    recorder.add('received', 'udp', from ?? '', to ?? '', payload, datagram.at);
    if (revocation.ok) revocations.push({ message: revocation.value, datagram, station });
    if (ack.ok) acks.push({ message: ack.value, datagram, station });
  };
  session.listeners.add(listener);
  try {
    return await body(revocations, acks);
  } finally {
    session.listeners.delete(listener);
  }
}

/** Whether an authenticator of an agreed association covers the message, and is right. */
export const isAuthentic = (t: Context, octets: Uint8Array, extensions: readonly Extension[]): boolean =>
  authenticity(octets, extensions, t.config) === 'right';

/** The octets of a revocation, bent if asked. */
export function finishRevocation(t: Context, message: RevocationInput, bend?: RevocationBend): Uint8Array {
  const { wire, onBent } = t.session;
  const write = (input: RevocationInput): Uint8Array => encode(revocationLayout, input, wire);
  const octets = finish(message, bend, wire, write);
  if (bend) onBent?.({ during: t.id, kind: 'revocation', field: bend.field, twin: write(message), octets });
  return octets;
}

/** Sends the octets of a message from a station of the tester. */
export function post(t: Context, station: Station, to: Endpoint, octets: Uint8Array): void {
  const { session, recorder } = t;
  const { local } = station.udp;
  session.stations.sendUdp(station, to, octets, (at) =>
    recorder.add('sent', 'udp', `${local.address}:${local.port}`, `${to.address}:${to.port}`, octets, at),
  );
}
