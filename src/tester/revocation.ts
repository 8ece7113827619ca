/** Registration revocation as a case plays it, RFC 3543: agreed in a registration, heard, sent and acknowledged. */
import type { Datagram } from '../net/port.js';
import { verifies } from '../wire/auth.js';
import type { Extension } from '../wire/extensions.js';
import { encode, type InputOf } from '../wire/layout.js';
import {
  coveredBy,
  decodeRevocation,
  decodeRevocationAck,
  mobileIpPort,
  type Revocation,
  type RevocationAck,
  revocationAckLayout,
  revocationLayout,
} from '../wire/mobileip.js';
import { Arrivals } from './arrivals.js';
import { insert } from './bend.js';
import type { CaseContext } from './context.js';
import type { MobileNode } from './mobile-node.js';
import { packetMode } from './reach.js';
import type { Listener } from './session.js';
import type { Station } from './stations.js';

/** A revocation or acknowledgment that came, and where. */
export interface Heard<M> {
  readonly message: M;
  readonly datagram: Datagram;
  readonly station: Station;
}

/** RFC 3543 §3.3: no two messages of a binding within a second. */
const breath = 1100;

/** The tester's clock as extension and identifier show it, RFC 3543 §3.2. */
export const revocationTime = (t: CaseContext): number => Math.floor(t.session.clock.now() / 1000) % 2 ** 32;

/**
 * Registers an MN at UDP port 434 of its address with an offer of revocation that the device takes up, and lets a second
 * pass; else the case is inconclusive.
 */
export async function agreeRevocation(t: CaseContext, mn: MobileNode): Promise<void> {
  if (!(await t.usePort(mn, mobileIpPort))) t.skip(`UDP port ${mobileIpPort} of the tester cannot be had`);
  await offer(t, mn);
}

/** The same for an MN that has moved or comes again. */
export async function offer(t: CaseContext, mn: MobileNode): Promise<void> {
  // RFC 3543 §3.2: before the authenticator of the one who will heed revocations
  const place = t.config.faHa ? 'faHa' : 'mnHa';
  const extension = { name: 'revocationSupport', timestamp: revocationTime(t) } as const;
  const bend = insert('before', place, extension);
  const answer = await t.ask(mn, mn.request(packetMode(t)), { bend });
  if (answer.kind === 'silence' || !answer.exchange.accepted) {
    t.undecided('a registration that offers revocation was not accepted');
  }
  if (!answer.exchange.rrp.extensions.some((e) => e.name === 'revocationSupport')) {
    t.undecided('the device accepted without taking up the offer of revocation (extension 137)');
  }
  await t.forcedWait(breath);
}

/** Runs `body` with what comes for the home address of an MN: revocations and acknowledgments. */
export async function listening<R>(
  t: CaseContext,
  mn: MobileNode,
  body: (revocations: Arrivals<Heard<Revocation>>, acks: Arrivals<Heard<RevocationAck>>) => Promise<R>,
): Promise<R> {
  const { session, recorder } = t;
  const homeAddress = mn.binding?.homeAddress;
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
export function isAuthentic(t: CaseContext, octets: Uint8Array, extensions: readonly Extension[]): boolean {
  const { mnHa, faHa } = t.config;
  return extensions.some((e) => {
    if (e.name !== 'mnHa' && e.name !== 'faHa') return false;
    const association = e.name === 'mnHa' ? mnHa : faHa;
    const { spi, authenticator } = e;
    return (
      association?.spi === spi &&
      authenticator !== undefined &&
      verifies(association, coveredBy(octets, e), authenticator)
    );
  });
}

/** By the association of the foreign agent where there is one, else of the mobile node. */
function signature(t: CaseContext): Extension {
  const { mnHa, faHa } = t.config;
  return faHa ? { name: 'faHa', spi: faHa.spi } : { name: 'mnHa', spi: mnHa.spi };
}

function post(t: CaseContext, station: Station, octets: Uint8Array): void {
  const { session, recorder } = t;
  const { local } = station.udp;
  const to = session.target;
  session.stations.sendUdp(station, to, octets, (at) =>
    recorder.add('sent', 'udp', `${local.address}:${local.port}`, `${to.address}:${to.port}`, octets, at),
  );
}

/** What a revocation may differ in from a valid one. */
export interface RevocationBend {
  readonly fields?: Partial<Omit<InputOf<typeof revocationLayout>, 'extensions'>>;
  readonly octets?: (octets: Uint8Array) => Uint8Array;
}

/** Sends a revocation by the foreign agent of an MN; gives its octets, and its identifier for the acknowledgment. */
export function revoke(t: CaseContext, mn: MobileNode, bend: RevocationBend = {}): { octets: Uint8Array; id: number } {
  const revocationId = bend.fields?.revocationId ?? revocationTime(t);
  const message = {
    homeAddress: mn.binding?.homeAddress ?? '0.0.0.0',
    homeDomain: mn.binding?.homeAgent ?? t.session.target.address,
    foreignDomain: mn.station.address,
    ...bend.fields,
    revocationId,
    extensions: [signature(t)],
  };
  const encoded = encode(revocationLayout, message, t.session.wire);
  const octets = bend.octets ? bend.octets(encoded) : encoded;
  post(t, mn.station, octets);
  return { octets, id: revocationId };
}

/** Sends the octets of a revocation once more. */
export const replay = (t: CaseContext, mn: MobileNode, octets: Uint8Array): void => post(t, mn.station, octets);

/** Acknowledges a revocation from where it came to. */
export function acknowledge(t: CaseContext, { message, station }: Heard<Revocation>): void {
  const { homeAddress, revocationId } = message;
  const input = { homeAddress, revocationId, extensions: [signature(t)] };
  post(t, station, encode(revocationAckLayout, input, t.session.wire));
}
