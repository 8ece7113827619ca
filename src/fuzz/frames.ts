/** Packets of the reverse tunnel: GRE headers with every bit and optional field, around valid and invalid payloads. */
import { arp } from '../wire/arp.js';
import { ethernet } from '../wire/ethernet.js';
import { gre } from '../wire/gre.js';
import { encode } from '../wire/layout.js';
import { toHex } from '../wire/text.js';
import { type Draw, oneOf, weighted } from './dice.js';
import { inputOf, octets, someFields, uint } from './from-layout.js';
import type { FramePlan, PlainValues } from './plan.js';
import { damage } from './requests.js';

const ethernetFields = someFields(ethernet);
const arpFields = someFields(arp);

/** Payloads with no life of their own: an Ethernet frame, an ARP message in one, or any octets. */
const payload: Draw<string> = weighted(
  [12, () => 'echo'],
  [1, octets(255)],
  [1, (dice) => toHex(encode(ethernet, inputOf(ethernet, ethernetFields(dice))))],
  [
    1,
    (dice) =>
      toHex(
        encode(ethernet, {
          destination: 'ff:ff:ff:ff:ff:ff',
          etherType: 0x0806,
          payload: encode(arp, inputOf(arp, arpFields(dice))),
        }),
      ),
  ],
);

const header = weighted<PlainValues>(
  [1, () => ({})],
  [
    1,
    someFields(gre, {
      payload: null,
      checksum: null,
      reserved1: null,
      key: null,
      hasKey: null,
      hasChecksum: null,
      sequence: uint(32),
      hasSequence: null,
    }),
  ],
);

const key = weighted<FramePlan['key']>(
  [2, () => 'right'],
  [1, oneOf('none', 'forward', 'zero', 'ones', 'lowBit', 'highBit', 'swapped')],
);

export const frame: Draw<FramePlan> = (dice) => ({
  kind: 'frame',
  tunnel: dice.of(['l3', 'l2']),
  header: header(dice),
  key: key(dice),
  checksum: dice.of(['none', 'none', 'right', 'right', 'wrong']),
  payload: payload(dice),
  ...(dice.oneIn(8) && { damage: damage(dice) }),
});
