/**
 * Packets from one MN of the tester to another. Such a correspondent shows what no gateway can: the packet as the device
 * passed it on, octet by octet, and packets of any form sent to a home address.
 */
import type { Binding } from '../oracle/bindings.js';
import type { RequirementId } from '../spec/catalogue.js';
import type { PicsItem } from '../spec/config.js';
import { knobValue } from '../spec/knobs.js';
import type { Ipv4Input } from '../wire/ipv4.js';
import { ipv4Number, ipv4Text } from '../wire/text.js';
import type { CaseContext } from './context.js';
import type { MobileNode, TunnelOptions } from './mobile-node.js';
import type { Arrival, Probe, Stray } from './probe.js';
import { type Mode, modes } from './request.js';

/** The tunnels that carry IPv4 packets, and what a device must claim for them. */
export const packetTunnels = {
  gre: { needs: ['greKeys'], modes: [modes.bidirectional, modes.unidirectional] },
  ipInIp: { needs: ['ipInIp'], modes: [modes.ipInIp] },
} as const satisfies Record<string, { readonly needs: readonly PicsItem[]; readonly modes: readonly Mode[] }>;

/** A tunnel for IPv4 packets that the device claims; with keys of the tester's own where it can have any. */
export const packetMode = (t: CaseContext): Mode => (t.config.pics.greKeys ? modes.unidirectional : modes.ipInIp);

/** How often a valid packet is sent before its loss is believed. */
const attempts = 3;

/** Whether a packet came down into the tunnel of a normal-mode MN: for its HoA, at its care-of address. */
export const enters =
  (mn: MobileNode) =>
  ({ frame, careOf }: Arrival): boolean =>
    frame.inner?.destination === mn.ip && careOf === mn.station.address;

/** What `send` sends until it enters the tunnel of that MN; undefined when it never does. */
export async function arrives(
  t: CaseContext,
  to: MobileNode,
  send: (probe: Probe) => void,
  probe = t.probe(),
): Promise<Arrival | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    send(probe);
    const arrival = await probe.arrivals.first(t.session.patience, enters(to));
    if (!arrival) continue;
    t.recorder.regard(arrival.frame.bytes);
    return arrival;
  }
  t.recorder.regardSent();
  return undefined;
}

/** Sends an echo request from one normal-mode MN to another, bent as the options say. */
export function sendBetween(
  from: MobileNode,
  to: MobileNode,
  probe: Probe,
  options: TunnelOptions & { readonly inner?: Ipv4Input } = {},
): void {
  from.tunnel(from.echo(to.ip ?? '0.0.0.0', probe.payload(), options.inner), '', options);
}

/** Arranges that packets of one normal-mode MN reach another; a device that never forwards between MNs leaves it open. */
export async function connected(t: CaseContext, from: MobileNode, to: MobileNode): Promise<Arrival> {
  const arrival = await arrives(t, to, (probe) => sendBetween(from, to, probe));
  return arrival ?? t.undecided('the device passes nothing from one MN to another, so nothing can be sent to a HoA');
}

/**
 * Demands that nothing is taken any longer out of the tunnel that an MN had: it sends to another MN, which it could
 * reach before, for no answer can come back to it. What a third MN may send in the same way by now is no matter.
 */
export async function takesNothing(
  t: CaseContext,
  id: RequirementId,
  what: string,
  mn: MobileNode,
  ended: Binding,
  to: MobileNode,
): Promise<void> {
  const checksHome = knobValue(t.config.knobs, 'reverse_check') === 'coa+key+hoa';
  const isAlike = (b: Binding): boolean =>
    b.mn !== ended.mn &&
    b.careOf === ended.careOf &&
    b.reverseKey === ended.reverseKey &&
    (!checksHome || b.homeAddress === ended.homeAddress);
  if (to.binding && isAlike(to.binding)) return t.note(`${what} may be taken for one of another MN`);
  const { bindings } = t.session.oracle;
  const isNobodys = ({ frame }: Arrival): boolean => !bindings.atHome(ended.homeAddress, frame.at).some(isAlike);
  await t.drops(id, what, (probe) => sendBetween(mn, to, probe, { binding: ended }), to, isNobodys);
}

/** The broadcast addresses of the home network: the limited one, and the directed one where the network is known. */
export function broadcastAddresses(t: CaseContext): readonly string[] {
  const [, network = '', bits = ''] = /^([\d.]+)\/(\d+)$/.exec(t.config.pixit.homeNetwork ?? '') ?? [];
  const first = ipv4Number(network);
  const directed =
    first === undefined || Number(bits) > 30 ? [] : [ipv4Text((first | (0xffffffff >>> Number(bits))) >>> 0)];
  return [...directed, '255.255.255.255'];
}

const icmpErrors: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]); // RFC 792

const errorIn = (probes: readonly Probe[]): Stray | undefined =>
  probes.flatMap((probe) => probe.strays.all).find(({ type }) => icmpErrors.has(type));

/**
 * As `drops`, and without a word (RFC 3344 §1.6): no ICMP error comes back to the sender. Errors that valid packets of
 * `twin` in the same encapsulation draw as well come from a system that knows nothing of the HA in it, and are noted.
 */
export async function dropsSilently(
  t: CaseContext,
  id: RequirementId,
  what: string,
  send: (probe: Probe) => void,
  witness: MobileNode,
  twin = witness,
): Promise<void> {
  const valid = t.probe();
  t.sendEcho(twin, valid);
  const bent: Probe[] = [];
  const sendKept = (probe: Probe): void => {
    bent.push(probe);
    send(probe);
  };
  await t.drops(id, what, sendKept, witness);
  const error = errorIn(bent);
  if (!error) return;
  if (errorIn([valid])) return t.note('valid packets draw ICMP errors too');
  t.recorder.blame(error.bytes);
  t.demand(
    id,
    false,
    `${what} to be dropped without a word`,
    `ICMP type ${error.type} code ${error.code} from ${error.from}`,
  );
}
