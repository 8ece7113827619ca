/* MD5 (RFC 1321) and HMAC-MD5 (RFC 2104) for short messages, so that the programs need no library. */
#ifndef GRESPEC_BENCH_MD5_H
#define GRESPEC_BENCH_MD5_H
#include <stdint.h>
#include <string.h>

static const uint32_t md5_start[4] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476};

static inline uint32_t md5_left(uint32_t x, int n) { return (x << n) | (x >> (32 - n)); }

/* One block of 64 octets, the words of which are little-endian: the machine must be so too. */
static void md5_block(uint32_t state[4], const uint8_t *block) {
  static const uint32_t sine[64] = {
      0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501,
      0x698098d8, 0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821,
      0xf61e2562, 0xc040b340, 0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8,
      0x21e1cde6, 0xc33707d6, 0xf4d50d87, 0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a,
      0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c, 0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70,
      0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039, 0xe6db99e5, 0x1fa27cf8, 0xc4ac5665,
      0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92, 0xffeff47d, 0x85845dd1,
      0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb, 0xeb86d391};
  static const int shift[16] = {7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21};
  uint32_t x[16];
  memcpy(x, block, 64);
  uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
  for (int i = 0; i < 64; i++) {
    uint32_t f;
    int g;
    switch (i >> 4) {
      case 0: f = (b & c) | (~b & d); g = i; break;
      case 1: f = (d & b) | (~d & c); g = (5 * i + 1) & 15; break;
      case 2: f = b ^ c ^ d; g = (3 * i + 5) & 15; break;
      default: f = c ^ (b | ~d); g = (7 * i) & 15; break;
    }
    uint32_t turned = md5_left(a + f + sine[i] + x[g], shift[(i >> 4) * 4 + (i & 3)]);
    a = d, d = c, c = b, b += turned;
  }
  state[0] += a, state[1] += b, state[2] += c, state[3] += d;
}

/* The digest of `length` octets behind a first block that is already in `state`. */
static void md5_finish(uint32_t state[4], const uint8_t *bytes, size_t length, uint8_t out[16]) {
  uint64_t bits = (64 + length) * 8;
  for (; length >= 64; bytes += 64, length -= 64) md5_block(state, bytes);
  uint8_t last[128] = {0};
  memcpy(last, bytes, length);
  last[length] = 0x80;
  size_t end = length < 56 ? 64 : 128;
  memcpy(last + end - 8, &bits, 8);
  for (size_t at = 0; at < end; at += 64) md5_block(state, last + at);
  memcpy(out, state, 16);
}

struct hmac_md5 {
  uint32_t inner[4], outer[4];
};

/* `length` is at most 64. */
static void hmac_md5_key(struct hmac_md5 *h, const uint8_t *key, size_t length) {
  uint8_t pad[64];
  for (int side = 0; side < 2; side++) {
    uint32_t *state = side ? h->outer : h->inner;
    memset(pad, side ? 0x5c : 0x36, 64);
    for (size_t i = 0; i < length; i++) pad[i] ^= key[i];
    memcpy(state, md5_start, 16);
    md5_block(state, pad);
  }
}

static void hmac_md5(const struct hmac_md5 *h, const uint8_t *bytes, size_t length, uint8_t out[16]) {
  uint32_t state[4];
  uint8_t inner[16];
  memcpy(state, h->inner, 16);
  md5_finish(state, bytes, length, inner);
  memcpy(state, h->outer, 16);
  md5_finish(state, inner, 16, out);
}
#endif
