/**
 * MD5 (RFC 1321) and HMAC-MD5 (RFC 2104). Node has both, but a call of it costs several times what the few blocks of a
 * registration message cost, and the tester signs or verifies every message. The tests hold it to Node's.
 */
import { sameBytes } from './text.js';

/** The words A, B, C and D. */
type State = Int32Array;

const start: State = Int32Array.of(0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476);
const blockSize = 64;
/** Octets of a digest. */
const size = 16;

/**
 * Takes the block of 64 octets at `at` into the state, RFC 1321 §3.4. The steps are written out: a loop over tables, or a
 * function for each step, is several times slower.
 */
function digestBlock(state: State, octets: DataView, at = 0): void {
  const x0 = octets.getInt32(at, true);
  const x1 = octets.getInt32(at + 4, true);
  const x2 = octets.getInt32(at + 8, true);
  const x3 = octets.getInt32(at + 12, true);
  const x4 = octets.getInt32(at + 16, true);
  const x5 = octets.getInt32(at + 20, true);
  const x6 = octets.getInt32(at + 24, true);
  const x7 = octets.getInt32(at + 28, true);
  const x8 = octets.getInt32(at + 32, true);
  const x9 = octets.getInt32(at + 36, true);
  const x10 = octets.getInt32(at + 40, true);
  const x11 = octets.getInt32(at + 44, true);
  const x12 = octets.getInt32(at + 48, true);
  const x13 = octets.getInt32(at + 52, true);
  const x14 = octets.getInt32(at + 56, true);
  const x15 = octets.getInt32(at + 60, true);
  let a = state[0] ?? 0;
  let b = state[1] ?? 0;
  let c = state[2] ?? 0;
  let d = state[3] ?? 0;
  let t: number;
  // round 1
  t = a + ((b & c) | (~b & d)) + x0 - 680876936;
  a = (((t << 7) | (t >>> 25)) + b) | 0;
  t = d + ((a & b) | (~a & c)) + x1 - 389564586;
  d = (((t << 12) | (t >>> 20)) + a) | 0;
  t = c + ((d & a) | (~d & b)) + x2 + 606105819;
  c = (((t << 17) | (t >>> 15)) + d) | 0;
  t = b + ((c & d) | (~c & a)) + x3 - 1044525330;
  b = (((t << 22) | (t >>> 10)) + c) | 0;
  t = a + ((b & c) | (~b & d)) + x4 - 176418897;
  a = (((t << 7) | (t >>> 25)) + b) | 0;
  t = d + ((a & b) | (~a & c)) + x5 + 1200080426;
  d = (((t << 12) | (t >>> 20)) + a) | 0;
  t = c + ((d & a) | (~d & b)) + x6 - 1473231341;
  c = (((t << 17) | (t >>> 15)) + d) | 0;
  t = b + ((c & d) | (~c & a)) + x7 - 45705983;
  b = (((t << 22) | (t >>> 10)) + c) | 0;
  t = a + ((b & c) | (~b & d)) + x8 + 1770035416;
  a = (((t << 7) | (t >>> 25)) + b) | 0;
  t = d + ((a & b) | (~a & c)) + x9 - 1958414417;
  d = (((t << 12) | (t >>> 20)) + a) | 0;
  t = c + ((d & a) | (~d & b)) + x10 - 42063;
  c = (((t << 17) | (t >>> 15)) + d) | 0;
  t = b + ((c & d) | (~c & a)) + x11 - 1990404162;
  b = (((t << 22) | (t >>> 10)) + c) | 0;
  t = a + ((b & c) | (~b & d)) + x12 + 1804603682;
  a = (((t << 7) | (t >>> 25)) + b) | 0;
  t = d + ((a & b) | (~a & c)) + x13 - 40341101;
  d = (((t << 12) | (t >>> 20)) + a) | 0;
  t = c + ((d & a) | (~d & b)) + x14 - 1502002290;
  c = (((t << 17) | (t >>> 15)) + d) | 0;
  t = b + ((c & d) | (~c & a)) + x15 + 1236535329;
  b = (((t << 22) | (t >>> 10)) + c) | 0;
  // round 2
  t = a + ((b & d) | (c & ~d)) + x1 - 165796510;
  a = (((t << 5) | (t >>> 27)) + b) | 0;
  t = d + ((a & c) | (b & ~c)) + x6 - 1069501632;
  d = (((t << 9) | (t >>> 23)) + a) | 0;
  t = c + ((d & b) | (a & ~b)) + x11 + 643717713;
  c = (((t << 14) | (t >>> 18)) + d) | 0;
  t = b + ((c & a) | (d & ~a)) + x0 - 373897302;
  b = (((t << 20) | (t >>> 12)) + c) | 0;
  t = a + ((b & d) | (c & ~d)) + x5 - 701558691;
  a = (((t << 5) | (t >>> 27)) + b) | 0;
  t = d + ((a & c) | (b & ~c)) + x10 + 38016083;
  d = (((t << 9) | (t >>> 23)) + a) | 0;
  t = c + ((d & b) | (a & ~b)) + x15 - 660478335;
  c = (((t << 14) | (t >>> 18)) + d) | 0;
  t = b + ((c & a) | (d & ~a)) + x4 - 405537848;
  b = (((t << 20) | (t >>> 12)) + c) | 0;
  t = a + ((b & d) | (c & ~d)) + x9 + 568446438;
  a = (((t << 5) | (t >>> 27)) + b) | 0;
  t = d + ((a & c) | (b & ~c)) + x14 - 1019803690;
  d = (((t << 9) | (t >>> 23)) + a) | 0;
  t = c + ((d & b) | (a & ~b)) + x3 - 187363961;
  c = (((t << 14) | (t >>> 18)) + d) | 0;
  t = b + ((c & a) | (d & ~a)) + x8 + 1163531501;
  b = (((t << 20) | (t >>> 12)) + c) | 0;
  t = a + ((b & d) | (c & ~d)) + x13 - 1444681467;
  a = (((t << 5) | (t >>> 27)) + b) | 0;
  t = d + ((a & c) | (b & ~c)) + x2 - 51403784;
  d = (((t << 9) | (t >>> 23)) + a) | 0;
  t = c + ((d & b) | (a & ~b)) + x7 + 1735328473;
  c = (((t << 14) | (t >>> 18)) + d) | 0;
  t = b + ((c & a) | (d & ~a)) + x12 - 1926607734;
  b = (((t << 20) | (t >>> 12)) + c) | 0;
  // round 3
  t = a + (b ^ c ^ d) + x5 - 378558;
  a = (((t << 4) | (t >>> 28)) + b) | 0;
  t = d + (a ^ b ^ c) + x8 - 2022574463;
  d = (((t << 11) | (t >>> 21)) + a) | 0;
  t = c + (d ^ a ^ b) + x11 + 1839030562;
  c = (((t << 16) | (t >>> 16)) + d) | 0;
  t = b + (c ^ d ^ a) + x14 - 35309556;
  b = (((t << 23) | (t >>> 9)) + c) | 0;
  t = a + (b ^ c ^ d) + x1 - 1530992060;
  a = (((t << 4) | (t >>> 28)) + b) | 0;
  t = d + (a ^ b ^ c) + x4 + 1272893353;
  d = (((t << 11) | (t >>> 21)) + a) | 0;
  t = c + (d ^ a ^ b) + x7 - 155497632;
  c = (((t << 16) | (t >>> 16)) + d) | 0;
  t = b + (c ^ d ^ a) + x10 - 1094730640;
  b = (((t << 23) | (t >>> 9)) + c) | 0;
  t = a + (b ^ c ^ d) + x13 + 681279174;
  a = (((t << 4) | (t >>> 28)) + b) | 0;
  t = d + (a ^ b ^ c) + x0 - 358537222;
  d = (((t << 11) | (t >>> 21)) + a) | 0;
  t = c + (d ^ a ^ b) + x3 - 722521979;
  c = (((t << 16) | (t >>> 16)) + d) | 0;
  t = b + (c ^ d ^ a) + x6 + 76029189;
  b = (((t << 23) | (t >>> 9)) + c) | 0;
  t = a + (b ^ c ^ d) + x9 - 640364487;
  a = (((t << 4) | (t >>> 28)) + b) | 0;
  t = d + (a ^ b ^ c) + x12 - 421815835;
  d = (((t << 11) | (t >>> 21)) + a) | 0;
  t = c + (d ^ a ^ b) + x15 + 530742520;
  c = (((t << 16) | (t >>> 16)) + d) | 0;
  t = b + (c ^ d ^ a) + x2 - 995338651;
  b = (((t << 23) | (t >>> 9)) + c) | 0;
  // round 4
  t = a + (c ^ (b | ~d)) + x0 - 198630844;
  a = (((t << 6) | (t >>> 26)) + b) | 0;
  t = d + (b ^ (a | ~c)) + x7 + 1126891415;
  d = (((t << 10) | (t >>> 22)) + a) | 0;
  t = c + (a ^ (d | ~b)) + x14 - 1416354905;
  c = (((t << 15) | (t >>> 17)) + d) | 0;
  t = b + (d ^ (c | ~a)) + x5 - 57434055;
  b = (((t << 21) | (t >>> 11)) + c) | 0;
  t = a + (c ^ (b | ~d)) + x12 + 1700485571;
  a = (((t << 6) | (t >>> 26)) + b) | 0;
  t = d + (b ^ (a | ~c)) + x3 - 1894986606;
  d = (((t << 10) | (t >>> 22)) + a) | 0;
  t = c + (a ^ (d | ~b)) + x10 - 1051523;
  c = (((t << 15) | (t >>> 17)) + d) | 0;
  t = b + (d ^ (c | ~a)) + x1 - 2054922799;
  b = (((t << 21) | (t >>> 11)) + c) | 0;
  t = a + (c ^ (b | ~d)) + x8 + 1873313359;
  a = (((t << 6) | (t >>> 26)) + b) | 0;
  t = d + (b ^ (a | ~c)) + x15 - 30611744;
  d = (((t << 10) | (t >>> 22)) + a) | 0;
  t = c + (a ^ (d | ~b)) + x6 - 1560198380;
  c = (((t << 15) | (t >>> 17)) + d) | 0;
  t = b + (d ^ (c | ~a)) + x13 + 1309151649;
  b = (((t << 21) | (t >>> 11)) + c) | 0;
  t = a + (c ^ (b | ~d)) + x4 - 145523070;
  a = (((t << 6) | (t >>> 26)) + b) | 0;
  t = d + (b ^ (a | ~c)) + x11 - 1120210379;
  d = (((t << 10) | (t >>> 22)) + a) | 0;
  t = c + (a ^ (d | ~b)) + x2 + 718787259;
  c = (((t << 15) | (t >>> 17)) + d) | 0;
  t = b + (d ^ (c | ~a)) + x9 - 343485551;
  b = (((t << 21) | (t >>> 11)) + c) | 0;
  state[0] = a + (state[0] ?? 0);
  state[1] = b + (state[1] ?? 0);
  state[2] = c + (state[2] ?? 0);
  state[3] = d + (state[3] ?? 0);
}

/** Scratch of `digest`: the state on its way, and the block that is filled. */
const now: State = new Int32Array(4);
const block = new Uint8Array(blockSize);
const blockView = new DataView(block.buffer);

/** The digest of `octets` behind `blocks` whole blocks that are in the state already, written into `result`. */
function digest(state: State, blocks: number, octets: Uint8Array, result: Uint8Array): Uint8Array {
  for (let i = 0; i < 4; i++) now[i] = state[i] ?? 0;
  let at = 0;
  if (octets.length >= blockSize) {
    const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
    for (; at + blockSize <= octets.length; at += blockSize) digestBlock(now, view, at);
  }
  let filled = 0;
  while (at < octets.length) block[filled++] = octets[at++] ?? 0;
  // RFC 1321 §3.1 and 3.2: a one bit, zeros, and the length in bits
  block[filled++] = 0x80;
  if (filled > blockSize - 8) {
    while (filled < blockSize) block[filled++] = 0;
    digestBlock(now, blockView);
    filled = 0;
  }
  while (filled < blockSize - 8) block[filled++] = 0;
  const length = blocks * blockSize + octets.length;
  blockView.setUint32(blockSize - 8, length << 3, true);
  blockView.setUint32(blockSize - 4, Math.floor(length / 2 ** 29), true);
  digestBlock(now, blockView);
  for (let i = 0; i < size; i++) result[i] = (now[i >> 2] ?? 0) >>> (8 * (i & 3));
  return result;
}

export const md5 = (octets: Uint8Array): Uint8Array => digest(start, 0, octets, new Uint8Array(size));

/** What does not depend on the message: the key, and the states behind its two pads. */
interface Keyed {
  readonly key: Uint8Array;
  readonly inner: State;
  readonly outer: State;
}

function keyed(key: Uint8Array): Keyed {
  const used = key.length > blockSize ? md5(key) : key;
  const behind = (pad: number): State => {
    block.fill(pad);
    used.forEach((octet, i) => (block[i] = octet ^ pad));
    const state = start.slice();
    digestBlock(state, blockView);
    return state;
  };
  return { key: key.slice(), inner: behind(0x36), outer: behind(0x5c) };
}

/** Scratch of `hmacMd5`. */
const innerDigest = new Uint8Array(size);
const known = new WeakMap<Uint8Array, Keyed>();

export function hmacMd5(key: Uint8Array, octets: Uint8Array): Uint8Array {
  let found = known.get(key);
  // the octets of a key that was seen before may have been changed
  if (!found || !sameBytes(found.key, key)) known.set(key, (found = keyed(key)));
  return digest(found.outer, 1, digest(found.inner, 1, octets, innerDigest), new Uint8Array(size));
}
