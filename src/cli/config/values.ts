/** Values of the configuration that are more than a number or a word. Each reader gives the value, or what is wrong with it. */
import { isIPv6 } from 'node:net';
import type { Endpoint } from '../../net/port.js';
import { mobileIpPort } from '../../wire/mobileip.js';
import { ipv4Number } from '../../wire/text.js';
import { quoted } from '../cli-error.js';

export type Read<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly message: string };

function read<T>(value: T): Read<T> {
  return { ok: true, value };
}

function refuse(message: string): Read<never> {
  return { ok: false, message };
}

const hostName = /^(?=.*[a-z])[a-z0-9]([a-z0-9.-]{0,250}[a-z0-9])?$/i;

/** An address that one device has: not 0.0.0.0/8, no multicast, no broadcast. */
export function readAddress(text: string): Read<string> {
  const number = ipv4Number(text);
  if (number === undefined) {
    const advice = hostName.test(text) ? `: it looks like a name, so give its address (getent ahostsv4 ${text})` : '';
    return refuse(`${quoted(text)} is not an IPv4 address such as 192.0.2.1${advice}`);
  }
  if (number < 0x01000000 || number >= 0xe0000000) return refuse(`${text} is not the address of one device`);
  return read(text);
}

export function readTarget(text: string): Read<Endpoint> {
  const [address = '', port, ...rest] = text.split(':');
  if (rest.length > 0) return refuse(`${quoted(text)} is not ADDR[:PORT]; the address must be IPv4`);
  const checked = readAddress(address);
  if (!checked.ok) return checked;
  if (port === undefined) return read({ address, port: mobileIpPort });
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65535) {
    return refuse(`${quoted(port)} is not a port (1 to 65535)`);
  }
  return read({ address, port: Number(port) });
}

export function readAddresses(texts: readonly string[]): Read<readonly string[]> {
  const addresses: string[] = [];
  for (const text of texts) {
    const checked = readAddress(text);
    if (!checked.ok) return checked;
    if (addresses.includes(text)) return refuse(`${text} is given twice`);
    addresses.push(text);
  }
  return read(addresses);
}

/** `10.99.0.0/24`: large enough for several home addresses. */
export function readNetwork(text: string): Read<string> {
  const [address = '', length = '', ...rest] = text.split('/');
  const number = ipv4Number(address);
  if (number === undefined || rest.length > 0 || !/^\d{1,2}$/.test(length) || Number(length) > 32) {
    return refuse(`${quoted(text)} is not a network such as 10.99.0.0/24`);
  }
  if (Number(length) < 8 || Number(length) > 30) return refuse(`the prefix length of ${text} must be 8 to 30`);
  const size = 2 ** (32 - Number(length));
  const first = number - (number % size);
  const dotted = [24, 16, 8, 0].map((shift) => Math.floor(first / 2 ** shift) % 256).join('.');
  return first === number ? read(text) : refuse(`${text} has host bits set; the network is ${dotted}/${length}`);
}

export function readIpv6(text: string): Read<string> {
  return isIPv6(text) ? read(text) : refuse(`${quoted(text)} is not an IPv6 address such as 2001:db8::1`);
}

/** An NAI of a made-up user under it must fit into an extension of 255 octets. */
export function readRealm(text: string): Read<string> {
  if (text.length <= 128 && /^[a-z0-9-]+(\.[a-z0-9-]+)*$/i.test(text)) return read(text);
  return refuse(`${quoted(text)} is not a realm such as example.org`);
}
