/**
 * Makes large captures for measurements, always the same octets for the same arguments:
 *
 *   node bench/make-capture.mjs FILE [--octets N] [--share F] [--registrations N] [--nodes N] [--format pcap|pcapng]
 *
 * Everyday traffic fills the file up to --octets (default 1e9; 0: none). One packet in 1/--share (default 0.01) is
 * relevant: registrations of --nodes mobile nodes (default 1000), their tunnel packets, and their renewals, signed with
 * SPI 256 and key 00112233445566778899aabbccddeeff. With --registrations the file ends with so many exchanges instead.
 * GRESPEC_DIST names another folder with the compiled grespec than dist.
 */
import { Buffer } from 'node:buffer';
import { closeSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = process.env.GRESPEC_DIST ?? path.join(root, 'dist');
const load = (file) => import(pathToFileURL(path.join(dist, 'src', file)).href);
const { defaultDialect } = await load('wire/extensions.js');
const { encodeRrp, encodeRrq, ntpTimestamp } = await load('wire/mobileip.js');
const { gre } = await load('wire/gre.js');
const { ipv4 } = await load('wire/ipv4.js');
const { encode } = await load('wire/layout.js');
const { udpPacket } = await load('net/udp-packet.js');
const { pcapngHeader } = await load('net/capture-write.js');

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    octets: { type: 'string', default: '1e9' },
    share: { type: 'string', default: '0.01' },
    registrations: { type: 'string' },
    nodes: { type: 'string', default: '1000' },
    format: { type: 'string', default: 'pcap' },
  },
});
const [file] = positionals;
if (file === undefined) throw new Error('node bench/make-capture.mjs FILE');
const [octets, share, nodes] = [values.octets, values.share, values.nodes].map(Number);
const registrations = values.registrations === undefined ? Infinity : Number(values.registrations);
const isPcapng = values.format === 'pcapng';

const homeAgent = { address: '192.0.2.1', port: 434 };
const key = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
const context = { dialect: defaultDialect, keys: () => ({ spi: 256, key, algorithm: 'hmac-md5' }) };
const signed = { name: 'mnHa', spi: 256 };
/** Behind each renewal come so many packets in the tunnel, half of them up. */
const packetsBetween = 8;
/** Seconds of a granted binding, and how much time a packet of the file takes, in microseconds. */
const lifetime = 1800;
const pace = 5;
/** RFC 3344 3.6.3: a second at least lies between two requests of a mobile node; in microseconds. */
const betweenRequests = 1_100_000;

// --- writing ---------------------------------------------------------------------------------------------------------

const out = openSync(file, 'w');
const chunk = Buffer.alloc(4 << 20);
let used = 0;
let written = 0;
let now = 1_800_000_000_000_000;

function put(bytes) {
  if (used + bytes.length > chunk.length) flush();
  chunk.set(bytes, used);
  used += bytes.length;
}

function flush() {
  writeSync(out, chunk, 0, used);
  written += used;
  used = 0;
}

function begin() {
  if (isPcapng) return put(pcapngHeader([{ linkType: 1, name: 'bench' }]));
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  head.writeUInt16LE(2, 4);
  head.writeUInt16LE(4, 6);
  head.writeUInt32LE(262144, 16);
  head.writeUInt32LE(1, 20);
  put(head);
}

const head = Buffer.alloc(28);
/** Zeros to fill a block up to a multiple of four, and its length behind them. */
const tail = Buffer.alloc(7);

function packet(bytes) {
  now += pace;
  if (isPcapng) {
    const filling = -bytes.length & 3;
    const length = 32 + bytes.length + filling;
    const nanoseconds = BigInt(now) * 1000n;
    head.writeUInt32LE(6, 0);
    head.writeUInt32LE(length, 4);
    head.writeUInt32LE(Number(nanoseconds >> 32n), 12);
    head.writeUInt32LE(Number(nanoseconds & 0xffffffffn), 16);
    head.writeUInt32LE(bytes.length, 20);
    head.writeUInt32LE(bytes.length, 24);
    put(head);
    put(bytes);
    tail.writeUInt32LE(length, filling);
    put(tail.subarray(0, filling + 4));
    return;
  }
  head.writeUInt32LE(Math.floor(now / 1e6), 0);
  head.writeUInt32LE(now % 1e6, 4);
  head.writeUInt32LE(bytes.length, 8);
  head.writeUInt32LE(bytes.length, 12);
  put(head.subarray(0, 16));
  put(bytes);
}

const macs = Buffer.from('02000000000102000000000208 00'.replaceAll(' ', ''), 'hex');
const overEthernet = (bytes) => Buffer.concat([macs, bytes]);

// --- everyday traffic ------------------------------------------------------------------------------------------------

let seed = 1;
function random(below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return Math.floor((seed / 2 ** 32) * below);
}

/** A TCP segment or a datagram between hosts of no interest; TCP with the length of the payload of a web page. */
function everyday() {
  const isTcp = random(10) < 8;
  const length = isTcp ? (random(2) === 0 ? 0 : 1 + random(1448)) : 30 + random(300);
  const payload = Buffer.alloc((isTcp ? 20 : 8) + length);
  for (let i = 0; i < payload.length; i += 4) payload[i] = random(256);
  const [from, to] = [1024 + random(60_000), isTcp ? 443 : 53];
  payload.writeUInt16BE(from, 0);
  payload.writeUInt16BE(to, 2);
  if (isTcp) payload[12] = 0x50;
  if (isTcp) payload[13] = 0x10;
  else payload.writeUInt16BE(payload.length, 4);
  const source = `10.${random(256)}.${random(256)}.${1 + random(254)}`;
  return overEthernet(encode(ipv4, { source, destination: '198.18.0.1', protocol: isTcp ? 6 : 17, ttl: 64, payload }));
}

const background = Array.from({ length: 4096 }, everyday);

// --- registrations and tunnels ---------------------------------------------------------------------------------------

const careOf = (node) => ({ address: `198.51.${100 + (node % 100)}.7`, port: 434 });
const homeAddress = (node) => `10.${100 + (node >> 16)}.${(node >> 8) & 255}.${node & 255}`;
const keyOf = (node) => 0x10000 + node;
const registered = new Set();
let identification = 0;

function exchange(node) {
  const nai = { name: 'nai', nai: `mn${node}@example.org` };
  const isNew = !registered.has(node);
  registered.add(node);
  const own = careOf(node);
  // unlike in every message, and greater in each
  const id = (ntpTimestamp(now / 1000) & ~0xfffffn) | BigInt(identification++ & 0xfffff);
  const request = encodeRrq(
    {
      ...{ gre: true, reverseTunneling: true, lifetime, homeAgent: homeAgent.address, careOfAddress: own.address },
      homeAddress: isNew ? '0.0.0.0' : homeAddress(node),
      identification: id,
      extensions: [nai, { name: 'greKey', a: false, key: isNew ? 0 : keyOf(node) }, signed],
    },
    context,
  );
  const reply = encodeRrp(
    {
      ...{ code: 0, lifetime, homeAgent: homeAgent.address, homeAddress: homeAddress(node), identification: id },
      extensions: [nai, { name: 'greKey', a: false, key: keyOf(node) }, signed],
    },
    context,
  );
  return [udpPacket(own, homeAgent, request, 1), udpPacket(homeAgent, own, reply, 2)].map(overEthernet);
}

function tunnelled(node, isUp) {
  const [source, destination] = isUp ? [homeAddress(node), '203.0.113.9'] : ['203.0.113.9', homeAddress(node)];
  const inner = encode(ipv4, { source, destination, protocol: 17, ttl: 64, payload: Buffer.alloc(100 + random(900)) });
  const payload = encode(gre, { protocol: 0x0800, key: keyOf(node), payload: inner });
  const ends = isUp
    ? { source: careOf(node).address, destination: homeAgent.address }
    : { source: homeAgent.address, destination: careOf(node).address };
  return overEthernet(encode(ipv4, { ...ends, protocol: 47, ttl: 64, payload }));
}

function* relevant() {
  for (let count = 0; ; count++) {
    const node = count % nodes;
    yield* exchange(node);
    for (let i = 0; i < packetsBetween; i++) yield tunnelled(node, i % 2 === 0);
  }
}

// --- the file --------------------------------------------------------------------------------------------------------

begin();
const source = relevant();
const every = Math.round(1 / share);
for (let count = 0; written + used < octets; count++) {
  packet(count % every === 0 ? source.next().value : background[random(background.length)]);
}
for (let i = 0; registrations !== Infinity && i < registrations; i++) {
  now += Math.ceil(betweenRequests / nodes);
  exchange(i % nodes).forEach(packet);
}
flush();
closeSync(out);
