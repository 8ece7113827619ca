/** Who can be reached through L2 tunnels: on the home network by an MN for IPv4 and one for each way to IPv6, and another MN. */
import { ipv4Number, ipv4Text } from '../../wire/text.js';
import { likelyGateways } from '../home.js';
import type { Mode } from '../request.js';
import { TunnelHost } from '../tunnel-host.js';
import { type Asking, heardText } from './asking.js';
import type { Observation } from './observation.js';

const items = ['homeLink.arp', 'homeLink.icmpEcho', 'homeLink.dhcpv4', 'homeLink.dhcpv6', 'homeLink.slaac'] as const;

/** The settings of the home link, all of them unknown for one reason. */
export function unknownHomeLink(evidence: string): readonly Observation[] {
  return [...items, 'l2NodeToNode'].map((item) => ({ setting: `pics.${item}`, evidence }));
}

/** `assigned` is an address that the device gave to an MN in normal mode, from which those of gateways are guessed. */
export async function surveyHomeLink(
  asking: Asking,
  mode: Mode,
  assigned: string | undefined,
): Promise<readonly Observation[]> {
  const hosts: TunnelHost[] = [];
  try {
    // an MN for each, since servers that are not there are waited for: all at once
    for (let i = 0; i < 3; i++) {
      const heard = await asking.ask(mode);
      if (!heard.mn.binding?.l2) return unknownHomeLink(`no L2 tunnel could be had: ${heardText(heard)}`);
      hosts.push(new TunnelHost(asking.session, heard.mn));
    }
    const [first, second, third] = hosts;
    if (!first || !second || !third) return [];
    const ipv4 = ipv4On(asking, first, assigned);
    const between = ipv4.then(() => nodeToNode(first, second));
    return (await Promise.all([ipv4, slaacOn(second), dhcpv6On(third), between])).flat();
  } finally {
    for (const host of hosts) host.close();
  }
}

async function ipv4On(asking: Asking, host: TunnelHost, assigned: string | undefined): Promise<Observation[]> {
  const { pixit } = asking.session.config;
  const { mn } = host;
  const lease = await host.dhcpv4();
  const network = pixit.homeNetwork?.split('/')[0] ?? lease?.address ?? assigned;
  const likely = network === undefined ? [] : likelyGateways(network, asking.session.target.address);
  const wanted = pixit.gateway?.ipv4 ?? lease?.router;
  const gateways = wanted === undefined ? likely : [wanted];
  // what has no lease asks with an address that it has only for this
  mn.ip ??= network && besides(network, 249);
  const gateway = await firstThat(gateways, (address) => host.resolve(address).then((mac) => mac !== undefined));
  const echo = gateway !== undefined && (await host.ping(gateway));
  const asked = gateways.join(', ') || 'no address known to ask for';
  const isAsked = gateways.length > 0;
  const echoed = echo ? `${gateway} answers echo requests` : undefined;
  return [
    answered('homeLink.dhcpv4', lease && `${lease.server} leased ${lease.address}`, 'DHCPDISCOVER'),
    answered('homeLink.arp', gateway && `${gateway} answers ARP`, `ARP requests for ${asked}`, isAsked),
    answered('homeLink.icmpEcho', echoed, `echo requests to ${gateway ?? asked}`, gateway !== undefined),
    ...(gateway !== undefined && pixit.gateway?.ipv4 === undefined
      ? [{ setting: 'pixit.gateway.ipv4', value: gateway, evidence: 'it answers ARP on the home link' }]
      : []),
  ];
}

/** An address of the same network that no server is likely to give to anybody. */
const besides = (address: string, last: number): string =>
  ipv4Text((((ipv4Number(address) ?? 0) & ~0xff) + last) >>> 0);

async function nodeToNode(from: TunnelHost, to: TunnelHost): Promise<Observation> {
  const asked = 'an echo request to another MN in L2 mode';
  if (from.mn.ip === undefined) return answered('l2NodeToNode', undefined, asked, false);
  to.mn.ip ??= besides(from.mn.ip, 248);
  const reached = await from.ping(to.mn.ip);
  return answered('l2NodeToNode', reached ? `${asked} is answered` : undefined, asked);
}

async function slaacOn(host: TunnelHost): Promise<Observation[]> {
  const found = await host.slaac();
  const seen = found && `${found.router} advertises the prefix of ${found.address}`;
  return [answered('homeLink.slaac', seen, 'router solicitations')];
}

async function dhcpv6On(host: TunnelHost): Promise<Observation[]> {
  const found = await host.dhcpv6();
  const seen = found?.kind === 'lease6' ? `${found.lease.from} leased ${found.lease.address}` : undefined;
  return [answered('homeLink.dhcpv6', seen, 'DHCPv6 SOLICIT')];
}

function answered(
  item: (typeof items)[number] | 'l2NodeToNode',
  answer: string | undefined,
  asked: string,
  isAsked = true,
): Observation {
  const setting = `pics.${item}`;
  if (answer !== undefined) return { setting, value: true, evidence: answer };
  if (!isAsked) return { setting, evidence: `not asked: ${asked}` };
  // a tunnel that loses such frames looks the same
  return { setting, value: false, evidence: `nothing answers ${asked}`, excuses: true };
}

async function firstThat<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await holds(one)) return one;
  return undefined;
}
