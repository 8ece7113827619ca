/** The services of the reference home agent's built-in home network, by name. */
import { prefixOf } from '../agents/addresses.js';
import { parseNetwork } from '../agents/ha-config.js';
import { dhcpv4Service } from '../agents/home-dhcpv4.js';
import { dhcpv6Service } from '../agents/home-dhcpv6.js';
import { ipv6Service } from '../agents/home-ipv6.js';
import type { HomeService } from '../agents/home-services.js';
import { defaultHomeNetwork } from '../spec/config.js';
import { ipv6Bytes } from '../wire/ipv6-address.js';

export const homeServiceNames = ['dhcpv4', 'dhcpv6', 'slaac'] as const;
export type HomeServiceName = (typeof homeServiceNames)[number];

const defaultGatewayIpv6 = '2001:db8:99::1';

export interface HomeOptions {
  readonly homeNetwork?: string;
  readonly gateway?: { readonly ipv6?: string };
  readonly homeLink?: string;
  readonly services?: readonly HomeServiceName[];
}

/** Throws a TypeError for an address that is none. */
export function homeServices(options: HomeOptions): readonly HomeService[] {
  const names = options.services ?? (options.homeLink === undefined ? homeServiceNames : []);
  const address = options.gateway?.ipv6 ?? defaultGatewayIpv6;
  if (ipv6Bytes(address) === undefined) throw new TypeError(`gateway.ipv6: ${address} is not an IPv6 address`);
  // beside a real home link the gateway has an IPv6 address only if it was given one
  const hasIpv6 = options.homeLink === undefined || options.gateway?.ipv6 !== undefined;
  const prefix = prefixOf(address);
  const managed = names.includes('dhcpv6');
  return [
    ...(hasIpv6 ? [ipv6Service({ address, prefix, managed, advertises: names.includes('slaac') })] : []),
    ...(names.includes('dhcpv4') ? [dhcpv4Service(parseNetwork(options.homeNetwork ?? defaultHomeNetwork))] : []),
    ...(managed ? [dhcpv6Service(prefix)] : []),
  ];
}
