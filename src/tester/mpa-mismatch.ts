/** What requests and packets of a proxy agent tell of how it differs from the profile. */
import type { Bindings } from '../oracle/bindings.js';
import type { TunnelFrame } from '../oracle/frame.js';
import type { RunConfig } from '../spec/config.js';
import { knobValue } from '../spec/knobs.js';
import { profileTraits } from '../spec/profiles.js';
import type { Dialect } from '../wire/extensions.js';
import { decodeRrq } from '../wire/mobileip.js';
import { greKeyOf } from './grant.js';
import { type Mismatch, otherDirection, otherLayout } from './mismatch.js';
import type { SeenRequest } from './proxied-node.js';

/** Second octet of the extension in the long layout with the octets of the length behind it. */
const layouts = { long: [0, 0, 4], flat: [6] } as const;

/** A request whose extension can be read in the other layout only. */
export function layoutOf(request: SeenRequest, config: RunConfig, dialect: Dialect): Mismatch | undefined {
  const { profile } = config;
  if (greKeyOf(request.rrq)) return undefined;
  const isLong = profileTraits[profile].secondOctet === profileTraits.rfc6245.secondOctet;
  const other = isLong ? 'tsirtsis-00' : 'rfc6245';
  const { bytes } = request.message;
  const read = decodeRrq(bytes, { ...dialect, greKeyForm: other });
  const found = read.ok ? greKeyOf(read.value) : undefined;
  const at = found?.at ?? bytes.length;
  if (!found || !layouts[isLong ? 'flat' : 'long'].every((octet, i) => bytes[at + 1 + i] === octet)) return undefined;
  // without the A flag both drafts write it so
  const seen = isLong && !found.a ? (['tsirtsis-00', 'yegani-02'] as const) : ([other] as const);
  return otherLayout(profile, seen, { message: request.message, at });
}

/** A packet of an MN with two keys under the key that it should receive with. */
export function directionOf(
  { gre, outer, at }: TunnelFrame,
  bindings: Bindings,
  config: RunConfig,
): Mismatch | undefined {
  const key = gre?.key;
  if (key === undefined || bindings.withReverseKey(key, at).some((b) => b.careOf === outer.source)) return undefined;
  const isSwapped = bindings.withForwardKey(key, at).some((b) => b.careOf === outer.source && !b.bidirectional);
  if (!isSwapped) return undefined;
  const isReceiver = knobValue(config.knobs, 'key_direction') === 'receiver';
  return otherDirection(config.profile, isReceiver ? 'sender' : 'receiver');
}
