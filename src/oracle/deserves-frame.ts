/** What a packet of the reverse tunnel deserves, told from its octets. Only what is certain for every lawful device. */
import type { RequirementId } from '../spec/catalogue.js';
import { onesComplement } from '../wire/checksum.js';
import { etherTypes, gre, type Gre } from '../wire/gre.js';
import { decode } from '../wire/layout.js';
import type { Binding, Bindings } from './bindings.js';
import type { OracleContext } from './context.js';
import { hexKey } from './exchange.js';
import type { Deserts } from './deserves.js';

const mayDeliver: Deserts = { verdict: 'mayAccept' };
const mustDrop = (requirement: RequirementId, why: string): Deserts => ({ verdict: 'mustRefuse', requirement, why });

/** Of the nine reserved bits, those that were bits 4 and 5 of RFC 1701. */
const mustBeZero = 0x180;

/** `packet` is a GRE header with its payload, sent from the care-of address of `own` with an inner packet of its MN. */
export function deservesFrame(
  packet: Uint8Array,
  own: Binding,
  bindings: Bindings,
  context: OracleContext,
  now: number,
): Deserts {
  const decoded = decode(gre, packet);
  if (!decoded.ok) return mustDrop('GR-15', 'its GRE header is cut short');
  const header = decoded.value;
  if (header.version !== 0) return mustDrop('GR-01', `its GRE version is ${header.version}`);
  const isOld = header.hasRouting || (header.reserved0 & mustBeZero) !== 0;
  if (isOld && context.knobs['gre_1701'] === 'no') return mustDrop('GR-02', 'bits of RFC 1701 are set');
  if (header.hasChecksum && onesComplement(packet) !== 0) return mustDrop('GR-05', 'its checksum is wrong');
  return wrongKey(header, own, bindings, now) ?? mayDeliver;
}

/** RFC 3024 §4.3.2 and draft §5.2: the key is that of the binding. One that any binding uses is left alone. */
function wrongKey(header: Gre, own: Binding, bindings: Bindings, now: number): Deserts | undefined {
  const { key, protocol } = header;
  const isUsual = protocol === etherTypes.ipv4 || protocol === etherTypes.transparentEthernetBridging;
  if (!isUsual || own.reverseKey === undefined || key === own.reverseKey) return undefined;
  // Open vSwitch and its kin take no key for key 0
  if (key === undefined) return own.reverseKey === 0 ? undefined : mustDrop('TN-07', 'it has no key');
  if (bindings.usesKey(key, now)) return undefined;
  return mustDrop('TN-06', `its key ${hexKey(key)} is not ${hexKey(own.reverseKey)}`);
}
