/** Tells the link which multicast groups a host listens to: MLDv2 reports, RFC 3810 §5.2. */
import { icmpv6 } from '../wire/icmpv6.js';
import { ipv6Bytes } from '../wire/ipv6-address.js';
import { nextHeaders } from '../wire/ipv6.js';
import { encode } from '../wire/layout.js';
import { concat } from '../wire/text.js';
import { multicastMac } from './addresses.js';
import { ipv6Frame } from './host-frames.js';

const allMldv2Routers = 'ff02::16';
const reportType = 143;
/** RFC 3810 §5.2.12. */
const changeToExclude = 4;
/** RFC 8200 §4.3 with the router alert of RFC 2711: next header ICMPv6, 8 octets, option 5, padding. */
const routerAlert = Uint8Array.of(nextHeaders.icmpv6, 0, 5, 2, 0, 0, 1, 0);

/** A report from the unspecified address, as from a host that has no address yet: RFC 3590. */
export function listenerReport(mac: string, groups: readonly string[]): Uint8Array {
  const addresses = { source: '::', destination: allMldv2Routers };
  const records = groups.map((group) =>
    concat(Uint8Array.of(changeToExclude, 0, 0, 0), ipv6Bytes(group) ?? new Uint8Array(16)),
  );
  const body = concat(Uint8Array.of(0, 0, 0, groups.length), ...records);
  const report = encode(icmpv6, { type: reportType, body }, addresses);
  const ends = { source: mac, destination: multicastMac(allMldv2Routers) };
  const header = { ...addresses, nextHeader: nextHeaders.hopByHop, hopLimit: 1 };
  return ipv6Frame(ends, { ...header, payload: concat(routerAlert, report) });
}
