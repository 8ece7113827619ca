/** Everything a mobility proxy agent remembers. Each part is bounded. */
import { ipv4Number, macNumber } from '../wire/text.js';
import { KeyPool } from './ha-keys.js';
import { ClockMemory } from './mpa-clocks.js';
import type { MpaConfig } from './mpa-config.js';
import { DeviceTable } from './mpa-devices.js';

export interface MpaState {
  readonly devices: DeviceTable;
  readonly keys: KeyPool;
  readonly clocks: ClockMemory;
  /** MAC addresses that were told to detach, and do not attach by themselves. */
  readonly barred: Set<number>;
  /** The default router that the MPA poses as, in numbers. */
  readonly gateway: { readonly ipv4: number; readonly mac: number };
  /** Time of the input being worked on, in milliseconds since the Unix epoch. */
  now: number;
}

/** Throws a TypeError for a gateway that has no proper address. */
export function mpaState({ gateway, random, keyQuarantine }: MpaConfig): MpaState {
  const ipv4 = ipv4Number(gateway.ipv4);
  const mac = macNumber(gateway.mac);
  if (ipv4 === undefined) throw new TypeError(`gateway.ipv4: ${gateway.ipv4} is not an IPv4 address`);
  if (mac === undefined) throw new TypeError(`gateway.mac: ${gateway.mac} is not a MAC address`);
  return {
    devices: new DeviceTable(),
    keys: new KeyPool(random, keyQuarantine),
    clocks: new ClockMemory(),
    barred: new Set(),
    gateway: { ipv4, mac },
    now: 0,
  };
}
