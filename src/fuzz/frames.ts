/** Packets of the reverse tunnel: GRE headers with every bit and optional field, around valid and invalid payloads. */
import fc from 'fast-check';
import { arp } from '../wire/arp.js';
import { ethernet } from '../wire/ethernet.js';
import { gre } from '../wire/gre.js';
import { encode } from '../wire/layout.js';
import { toHex } from '../wire/text.js';
import { inputOf, octets, someFields, uint } from './from-layout.js';
import type { FramePlan } from './plan.js';
import { damage } from './requests.js';

/** Payloads with no life of their own: an Ethernet frame, an ARP message in one, or any octets. */
const payload = fc.oneof(
  { weight: 6, arbitrary: fc.constant('echo') },
  { weight: 1, arbitrary: octets(255) },
  { weight: 1, arbitrary: someFields(ethernet).map((values) => toHex(encode(ethernet, inputOf(ethernet, values)))) },
  {
    weight: 1,
    arbitrary: someFields(arp).map((values) =>
      toHex(
        encode(ethernet, {
          destination: 'ff:ff:ff:ff:ff:ff',
          etherType: 0x0806,
          payload: encode(arp, inputOf(arp, values)),
        }),
      ),
    ),
  },
);

const header = someFields(gre, {
  payload: null,
  checksum: null,
  reserved1: null,
  key: null,
  hasKey: null,
  hasChecksum: null,
  sequence: uint(32),
  hasSequence: null,
});

export const frames: fc.Arbitrary<FramePlan> = fc
  .record({
    kind: fc.constant('frame' as const),
    tunnel: fc.constantFrom('l3' as const, 'l2' as const),
    header: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, { weight: 3, arbitrary: header }),
    key: fc.oneof(
      { weight: 4, arbitrary: fc.constant('right' as const) },
      {
        weight: 3,
        arbitrary: fc.constantFrom('none' as const, 'forward', 'zero', 'ones', 'lowBit', 'highBit', 'swapped'),
      },
    ),
    checksum: fc.constantFrom('none' as const, 'right', 'wrong'),
    payload,
    damage: fc.option(damage, { nil: undefined, freq: 8 }),
  })
  .map(({ damage: done, ...plan }) => (done ? { ...plan, damage: done } : plan));
