/**
 * The codec alone, on a request and a reply with NAI, GRE key and MN-HA. Argument: WHAT, one of the names below. Told
 * besides: octets of memory allocated for each message.
 */
import process from 'node:process';
import { load } from '../lib/places.mjs';
import { repeatFor, serveRounds } from '../lib/rounds.mjs';
import { key, spi } from './tester.mjs';

const [{ encodeRrq, encodeRrp, decodeRrq, decodeRrp, coveredBy }, { verifies }, { fromHex }, { defaultDialect }] =
  await Promise.all([
    load('src/wire/mobileip.js'),
    load('src/wire/auth.js'),
    load('src/wire/text.js'),
    load('src/wire/extensions.js'),
  ]);
const sa = { spi, key: fromHex(key), algorithm: 'hmac-md5' };
const wire = { dialect: defaultDialect, keys: () => sa };

const signed = (n) => [
  { name: 'nai', nai: `mn${n % 20_000}@example.org` },
  { name: 'greKey', a: false, key: n + 1 },
  { name: 'mnHa', spi },
];
const [homeAgent, lifetime, identification] = ['127.0.0.1', 600, 0xe2f0000012345678n];
const request = (n) => ({
  gre: true,
  reverseTunneling: true,
  lifetime,
  homeAgent,
  careOfAddress: '127.0.0.2',
  identification,
  extensions: signed(n),
});
const reply = (n) => ({
  code: 0,
  lifetime,
  homeAddress: '10.99.0.9',
  homeAgent,
  identification,
  extensions: signed(n),
});
const octets = { request: encodeRrq(request(1), wire), reply: encodeRrp(reply(1), wire) };

function read(decode, message) {
  const decoded = decode(message, defaultDialect);
  const mnHa = decoded.ok ? decoded.value.extensions[2] : undefined;
  if (!mnHa || !verifies(sa, coveredBy(message, mnHa), mnHa.authenticator)) throw new Error('the vector does not hold');
}

const tasks = {
  'encode-request': (n) => encodeRrq(request(n), wire),
  'encode-reply': (n) => encodeRrp(reply(n), wire),
  'decode-request': () => read(decodeRrq, octets.request),
  'decode-reply': () => read(decodeRrp, octets.reply),
};
const task = tasks[process.argv[2]];

/** Between two collections, heap and buffers only grow: what they grew by is what was allocated. */
function allocated() {
  const sample = 2000;
  globalThis.gc?.();
  const before = process.memoryUsage();
  for (let i = 0; i < sample; i++) task(i);
  const after = process.memoryUsage();
  return (after.heapUsed - before.heapUsed + after.external - before.external) / sample;
}

await serveRounds(async (_window, milliseconds) => ({
  count: repeatFor(milliseconds, 200, task),
  more: { allocated: allocated() },
}));
