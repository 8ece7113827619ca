/** Neighbour discovery for IPv6, RFC 4861 §4. */
import { icmpv6Head, icmpv6Types } from './icmpv6.js';
import { ipv6Address } from './ipv6-address.js';
import { bits, bytes, flag, layout, type Layout, mac, u16, u32, u8 } from './layout.js';
import { type OptionForm, optionList, type OptionRow, rest } from './options.js';

export const allNodes = 'ff02::1';
export const allRouters = 'ff02::2';
/** RFC 4861 §7.1: from off the link it would be less. */
export const ndpHopLimit = 255;

/** RFC 4861 §4.6: lengths count units of 8 octets, code and length included; 0 is not valid. */
const ndpForm: OptionForm = {
  bits: 8,
  dataSize: (length) => length * 8 - 2,
  lengthFor: (size) => Math.ceil((size + 2) / 8),
};

const row = <V>(code: number, name: string, body: Layout<V>): OptionRow<V> => ({ code, name, body });
const linkLayer = layout('link-layer address', [mac('mac')]);

/** Incomplete: RFC 4861 §4.6, RFC 8106 §5.1. Lifetimes are seconds. */
export const ndpOptions = {
  sourceLinkLayer: row(1, 'source link-layer address', linkLayer),
  targetLinkLayer: row(2, 'target link-layer address', linkLayer),
  prefix: row(
    3,
    'prefix information',
    layout('prefix information', [
      u8('prefixLength', { initial: 64 }),
      flag('onLink'),
      flag('autonomous'),
      bits('reserved1', 6, { hex: true }),
      u32('valid'),
      u32('preferred'),
      u32('reserved2', { hex: true }),
      ipv6Address('prefix'),
    ]),
  ),
  mtu: row(5, 'MTU', layout('MTU', [u16('reserved', { hex: true }), u32('mtu')])),
  dnsServers: row(
    25,
    'DNS servers',
    layout('DNS servers', [u16('reserved', { hex: true }), u32('lifetime'), ipv6Address('address'), bytes('more')]),
  ),
} as const;

const ndpRows: readonly OptionRow<unknown>[] = Object.values(ndpOptions);
const options = [optionList('options', ndpForm, () => ndpRows), rest('rest', ndpForm)] as const;

export const routerSolicitation = layout('router solicitation', [
  ...icmpv6Head(icmpv6Types.routerSolicitation),
  u32('reserved', { hex: true }),
  ...options,
]);

export const routerAdvertisement = layout('router advertisement', [
  ...icmpv6Head(icmpv6Types.routerAdvertisement),
  u8('hopLimit', { initial: 64 }),
  flag('managed'),
  flag('otherConfig'),
  bits('reserved', 6, { hex: true }),
  u16('routerLifetime'),
  u32('reachableTime'),
  u32('retransTimer'),
  ...options,
]);

export const neighbourSolicitation = layout('neighbour solicitation', [
  ...icmpv6Head(icmpv6Types.neighbourSolicitation),
  u32('reserved', { hex: true }),
  ipv6Address('target'),
  ...options,
]);

export const neighbourAdvertisement = layout('neighbour advertisement', [
  ...icmpv6Head(icmpv6Types.neighbourAdvertisement),
  flag('router'),
  flag('solicited'),
  flag('override'),
  bits('reserved', 29, { hex: true }),
  ipv6Address('target'),
  ...options,
]);
