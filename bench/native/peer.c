/*
 * The C side of the measurements. Every packet costs one system call to send and one to receive.
 *
 *   peer udp-echo ADDRESS PORT             sends every datagram back
 *   peer udp-ping LOCAL ADDRESS PORT SIZE  keeps datagrams under way to an echo
 *   peer ha ADDRESS PORT SPI KEYHEX        answers Registration Requests as a home agent does that has no tunnels
 *   peer gre-echo ADDRESS                  sends every GRE packet back, outer addresses swapped
 *   peer gre-ping LOCAL ADDRESS SIZE       keeps GRE packets under way to an echo
 *
 * A ping reads lines `WINDOW MILLISECONDS` and prints `COUNT SECONDS` for each. All end when standard input does.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#include "md5.h"

static void fail(const char *what) {
  perror(what);
  exit(3);
}

static struct sockaddr_in address_of(const char *text, int port) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (inet_pton(AF_INET, text, &a.sin_addr) != 1) fail(text);
  return a;
}

static int bound_socket(int type, int protocol, const char *address, int port) {
  int fd = socket(AF_INET, type, protocol), size = 4 << 20, on = 1;
  if (fd < 0) fail("socket");
  if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size)) setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  if (type == SOCK_RAW && setsockopt(fd, IPPROTO_IP, IP_HDRINCL, &on, sizeof on)) fail("IP_HDRINCL");
  struct sockaddr_in local = address_of(address, port);
  if (bind(fd, (struct sockaddr *)&local, sizeof local)) fail("bind");
  return fd;
}

static double seconds(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return t.tv_sec + t.tv_nsec / 1e9;
}

/* An echo never reads standard input but to learn that nobody needs it any longer. */
static void *until_input_ends(void *unused) {
  char buffer[64];
  while (read(0, buffer, sizeof buffer) > 0) {}
  exit(0);
  return unused;
}

static void say_ready(int is_echo) {
  pthread_t thread;
  if (is_echo) pthread_create(&thread, NULL, until_input_ends, NULL);
  puts("READY");
  fflush(stdout);
}

/* Keeps `window` packets of `send` under way for each line read; what is still under way at the end is awaited. */
static void ping(int fd, void (*send_one)(int fd)) {
  uint8_t buffer[65536];
  int window, milliseconds;
  say_ready(0);
  struct timeval patience = {.tv_sec = 1};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  while (scanf("%d %d", &window, &milliseconds) == 2) {
    double start = seconds(), end = start + milliseconds / 1e3;
    long count = 0;
    int under_way = 0, over = 0;
    for (; under_way < window; under_way++) send_one(fd);
    while (under_way > 0) {
      if (recv(fd, buffer, sizeof buffer, 0) < 0) break; /* lost */
      count++, under_way--;
      if ((count & 63) == 0 || window < 64) over = seconds() >= end;
      if (!over) send_one(fd), under_way++;
    }
    printf("%ld %.6f\n", count, seconds() - start);
    fflush(stdout);
  }
}

static int size_of_ping;

static void send_datagram(int fd) {
  static uint8_t payload[65536];
  if (send(fd, payload, size_of_ping, 0) < 0) fail("send");
}

/* --- UDP --------------------------------------------------------------------------------------------------------- */

static void udp_echo(const char *address, int port) {
  uint8_t buffer[65536];
  int fd = bound_socket(SOCK_DGRAM, 0, address, port);
  say_ready(1);
  for (;;) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size);
    if (length >= 0) sendto(fd, buffer, length, 0, (struct sockaddr *)&from, size);
  }
}

/* What a Registration Request has; places are 0 where it has none, extensions of which there may be one count as broken when twice. */
struct request {
  size_t nai, gre, mn_ha;
  int broken;
};

/* Reads the extensions behind the fixed part (RFC 3344 1.8 to 1.10). */
static struct request read_request(const uint8_t *m, size_t length) {
  struct request r = {0};
  for (size_t at = 24; at < length && !r.broken;) {
    if (m[at] == 0 && ++at) continue; /* a pad has no length */
    size_t end = at + 2 <= length ? at + 2 + m[at + 1] : length + 1;
    size_t *place = m[at] == 131 ? &r.nai : m[at] == 48 ? &r.gre : m[at] == 32 ? &r.mn_ha : NULL;
    int may_skip = m[at] >= 128 || m[at] == 33 || m[at] == 34; /* no association with an FA */
    if (end > length || (place ? *place : !may_skip)) r.broken = 1;
    if (place) *place = at;
    at = end;
  }
  return r;
}

/* A number that nobody else has, as good as certainly: FNV-1a. */
static uint32_t hash_of(const uint8_t *octets, size_t length) {
  uint32_t hash = 2166136261u;
  while (length--) hash = (hash ^ *octets++) * 16777619u;
  return hash ? hash : 1;
}

static uint32_t word_at(const uint8_t *m) {
  uint32_t word;
  memcpy(&word, m, 4);
  return ntohl(word);
}

static void put_word(uint8_t *m, uint32_t word) {
  word = htonl(word);
  memcpy(m, &word, 4);
}

/* Seconds since 1900, the high half of an Identification (RFC 3344 5.7.1). */
static uint32_t ntp_seconds(void) { return (uint32_t)(time(NULL) + 2208988800u); }

/*
 * A reply (RFC 3344 3.4) with the NAI, the GRE key and MN-HA; its length, or 0 for silence. Key and home address follow
 * from who the MN is, so that nothing need be remembered of it and a renewal names what it named before.
 */
static size_t answer(const uint8_t *rrq, size_t length, uint8_t *rrp, const struct hmac_md5 *key, uint32_t spi, uint32_t own) {
  uint8_t right[16];
  if (length < 24 || rrq[0] != 1) return 0;
  struct request r = read_request(rrq, length);
  int has_home = word_at(rrq + 4) + 1 > 1; /* neither all zeros nor all ones */
  if (r.broken || !(r.nai || has_home)) return 0;
  uint32_t id = ntp_seconds(), named = word_at(rrq + 8);
  int code = 0, registers = rrq[2] | rrq[3];
  if (!r.mn_ha || rrq[r.mn_ha + 1] != 20 || word_at(rrq + r.mn_ha + 2) != spi) code = 131;
  else if (hmac_md5(key, rrq, r.mn_ha + 6, right), memcmp(right, rrq + r.mn_ha + 6, 16)) code = 131;
  else if ((uint32_t)(word_at(rrq + 16) - id + 7) > 14) code = 133;
  else if (named != own && named != 0 && named != 0xffffffffu) code = 136;
  else if ((rrq[1] & 5) || (r.gre && rrq[r.gre + 1] != 6)) code = 134;
  else if ((rrq[1] & 8) && !r.gre && registers) code = 134; /* yegani-02 4.2 */
  size_t at = 20, length_of_nai = r.nai ? 2 + rrq[r.nai + 1] : 0;
  uint32_t who = r.nai ? hash_of(rrq + r.nai, length_of_nai) : hash_of(rrq + 4, 4);
  rrp[0] = 3, rrp[1] = code;
  memcpy(rrp + 2, rrq + 2, 2);  /* lifetime */
  put_word(rrp + 4, has_home ? word_at(rrq + 4) : 0x0a400000 | (who & 0xfffff));
  put_word(rrp + 8, own);
  memcpy(rrp + 12, rrq + 16, 8);  /* Identification */
  if (code == 133) put_word(rrp + 12, id);
  memcpy(rrp + at, rrq + r.nai, length_of_nai), at += length_of_nai;
  if (r.gre && code == 0) {
    memcpy(rrp + at, "\x30\x06\0\0", 4), rrp[at + 2] = rrq[r.gre + 2] & 0x80; /* draft 4: the A flag */
    put_word(rrp + at + 4, who), at += 8;
  }
  rrp[at] = 32, rrp[at + 1] = 20;
  put_word(rrp + at + 2, spi);
  hmac_md5(key, rrp, at + 6, rrp + at + 6);
  return at + 22;
}

static void home_agent(const char *address, int port, uint32_t spi, const char *hex) {
  uint8_t buffer[65536], reply[1024], key[64];
  size_t size_of_key = 0;
  for (; size_of_key < 64 && hex[2 * size_of_key]; size_of_key++) sscanf(hex + 2 * size_of_key, "%2hhx", key + size_of_key);
  struct hmac_md5 keyed;
  hmac_md5_key(&keyed, key, size_of_key);
  uint32_t own = ntohl(address_of(address, port).sin_addr.s_addr);
  int fd = bound_socket(SOCK_DGRAM, 0, address, port);
  say_ready(1);
  for (;;) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size);
    size_t answered = length > 0 ? answer(buffer, length, reply, &keyed, spi, own) : 0;
    if (answered) sendto(fd, reply, answered, 0, (struct sockaddr *)&from, size);
  }
}

/* --- raw GRE ----------------------------------------------------------------------------------------------------- */

static void send_packet(int fd, const uint8_t *packet, size_t length) {
  struct sockaddr_in to = {.sin_family = AF_INET};
  memcpy(&to.sin_addr, packet + 16, 4);
  if (sendto(fd, packet, length, 0, (struct sockaddr *)&to, sizeof to) < 0 && errno != ENOBUFS) fail("sendto");
}

static void gre_echo(const char *address) {
  uint8_t buffer[65536], source[4];
  int fd = bound_socket(SOCK_RAW, IPPROTO_GRE, address, 0);
  say_ready(1);
  for (;;) {
    ssize_t length = recv(fd, buffer, sizeof buffer, 0);
    if (length < 20) continue;
    memcpy(source, buffer + 12, 4);
    memcpy(buffer + 12, buffer + 16, 4);
    memcpy(buffer + 16, source, 4);
    send_packet(fd, buffer, length);
  }
}

static uint8_t frame[65536] = {0x45, 0, 0, 0, 0, 0, 0, 0, 64, 47};

static void send_frame(int fd) { send_packet(fd, frame, size_of_ping); }

int main(int argc, char **argv) {
  setvbuf(stdin, NULL, _IOLBF, 4096);
  const char *mode = argc > 1 ? argv[1] : "";
  if (!strcmp(mode, "udp-echo") && argc == 4) udp_echo(argv[2], atoi(argv[3]));
  if (!strcmp(mode, "ha") && argc == 6) home_agent(argv[2], atoi(argv[3]), strtoul(argv[4], NULL, 10), argv[5]);
  if (!strcmp(mode, "gre-echo") && argc == 3) gre_echo(argv[2]);
  if (!strcmp(mode, "udp-ping") && argc == 6) {
    struct sockaddr_in to = address_of(argv[3], atoi(argv[4]));
    int fd = bound_socket(SOCK_DGRAM, 0, argv[2], 0);
    if (connect(fd, (struct sockaddr *)&to, sizeof to)) fail("connect");
    size_of_ping = atoi(argv[5]);
    ping(fd, send_datagram);
    return 0;
  }
  if (!strcmp(mode, "gre-ping") && argc == 5) {
    struct sockaddr_in from = address_of(argv[2], 0), to = address_of(argv[3], 0);
    memcpy(frame + 12, &from.sin_addr, 4);
    memcpy(frame + 16, &to.sin_addr, 4);
    memcpy(frame + 20, "\x20\x00\x65\x58\x00\x00\x10\x01", 8); /* RFC 2890: K, transparent Ethernet, the key */
    size_of_ping = atoi(argv[4]);
    ping(bound_socket(SOCK_RAW, IPPROTO_GRE, argv[2], 0), send_frame);
    return 0;
  }
  fprintf(stderr, "usage: peer udp-echo | udp-ping | ha | gre-echo | gre-ping, see peer.c\n");
  return 2;
}
