/** Who answers on the home network behind a home agent that has L2 tunnels: one MN looks for each service in turn. */
import { ipv4Number, ipv4Text } from '../../wire/text.js';
import { likelyGateways } from '../home.js';
import type { Mode } from '../request.js';
import { TunnelHost } from '../tunnel-host.js';
import { type Asking, heardText } from './asking.js';
import type { Observation } from './observation.js';

const items = ['arp', 'icmpEcho', 'dhcpv4', 'dhcpv6', 'slaac'] as const;

/** The settings of the home link, all of them unknown for one reason. */
export function unknownHomeLink(evidence: string): readonly Observation[] {
  return items.map((item) => ({ setting: `pics.homeLink.${item}`, evidence }));
}

/** `assigned` is an address that the device gave to an MN in normal mode, from which those of gateways are guessed. */
export async function surveyHomeLink(
  asking: Asking,
  mode: Mode,
  assigned: string | undefined,
): Promise<readonly Observation[]> {
  const heard = await asking.ask(mode);
  const { mn } = heard;
  if (!mn.binding?.l2) return unknownHomeLink(`no L2 tunnel could be had: ${heardText(heard)}`);
  const { pixit } = asking.session.config;
  const host = new TunnelHost(asking.session, mn);
  try {
    const lease = await host.dhcpv4();
    const observed: Observation[] = [
      answered('dhcpv4', lease && `${lease.server} leased ${lease.address}`, 'DHCPDISCOVER'),
    ];
    const network = pixit.homeNetwork?.split('/')[0] ?? lease?.address ?? assigned;
    const likely = network === undefined ? [] : likelyGateways(network, asking.session.target.address);
    const wanted = pixit.gateway?.ipv4 ?? lease?.router;
    const gateways = wanted === undefined ? likely : [wanted];
    // what has no lease asks with an address that it has only for this
    mn.ip ??= network && ipv4Text((((ipv4Number(network) ?? 0) & ~0xff) + 249) >>> 0);
    const gateway = await firstThat(gateways, (address) => host.resolve(address).then((mac) => mac !== undefined));
    const asked = gateways.join(', ') || 'no address known to ask for';
    observed.push(
      answered('arp', gateway && `${gateway} answers ARP`, `ARP requests for ${asked}`, gateways.length > 0),
    );
    const echo = gateway !== undefined && (await host.ping(gateway));
    observed.push(
      answered(
        'icmpEcho',
        echo ? `${gateway} answers echo requests` : undefined,
        `echo requests to ${gateway ?? asked}`,
        gateway !== undefined,
      ),
    );
    if (gateway !== undefined && pixit.gateway?.ipv4 === undefined) {
      observed.push({ setting: 'pixit.gateway.ipv4', value: gateway, evidence: 'it answers ARP on the home link' });
    }
    const slaac = await host.slaac();
    observed.push(
      answered('slaac', slaac && `${slaac.router} advertises the prefix of ${slaac.address}`, 'router solicitations'),
    );
    const dhcpv6 = await host.dhcpv6();
    const lease6 = dhcpv6?.kind === 'lease6' ? `${dhcpv6.lease.from} leased ${dhcpv6.lease.address}` : undefined;
    observed.push(answered('dhcpv6', lease6, 'DHCPv6 SOLICIT'));
    return observed;
  } finally {
    host.close();
  }
}

function answered(
  item: (typeof items)[number],
  answer: string | undefined,
  asked: string,
  isAsked = true,
): Observation {
  const setting = `pics.homeLink.${item}`;
  if (answer !== undefined) return { setting, value: true, evidence: answer };
  if (!isAsked) return { setting, evidence: `not asked: ${asked}` };
  // a tunnel that loses such frames looks the same
  return { setting, value: false, evidence: `nothing answers ${asked}`, excuses: true };
}

async function firstThat<T>(all: readonly T[], holds: (one: T) => Promise<boolean>): Promise<T | undefined> {
  for (const one of all) if (await holds(one)) return one;
  return undefined;
}
