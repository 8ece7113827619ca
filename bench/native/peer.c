/*
 * The C side of the measurements. Every packet costs one system call to send and one to receive.
 *
 *   peer udp-echo ADDRESS PORT             sends every datagram back
 *   peer udp-ping LOCAL ADDRESS PORT SIZE  keeps datagrams under way to an echo
 *   peer ha ADDRESS PORT SPI KEYHEX        answers Registration Requests as a home agent that accepts everything
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

/* The place of an extension (RFC 3344 1.9) of this type behind the fixed part; 0 when there is none. */
static size_t find_extension(const uint8_t *m, size_t length, uint8_t type) {
  for (size_t at = 24; at + 2 <= length; at += 2 + m[at + 1])
    if (m[at] == type) return at + 2 + m[at + 1] <= length ? at : 0;
  return 0;
}

/* A reply (RFC 3344 3.4) with the NAI, the GRE key (one of its own where 0 was asked, else the same) and MN-HA; its length, or 0. */
static size_t answer(const uint8_t *rrq, size_t length, uint8_t *rrp, const struct hmac_md5 *key, uint32_t spi) {
  static uint32_t next_key = 0x10000, next_home = 0x0a630000;
  if (length < 24 || rrq[0] != 1) return 0;
  size_t at = 20, nai = find_extension(rrq, length, 131), gre = find_extension(rrq, length, 48);
  rrp[0] = 3, rrp[1] = 0;
  memcpy(rrp + 2, rrq + 2, 10); /* lifetime, home address, home agent */
  memcpy(rrp + 12, rrq + 16, 8); /* Identification */
  uint32_t home = htonl(next_home++);
  if (memcmp(rrp + 4, "\0\0\0\0", 4) == 0) memcpy(rrp + 4, &home, 4);
  if (nai) memcpy(rrp + at, rrq + nai, 2 + rrq[nai + 1]), at += 2 + rrq[nai + 1];
  if (gre) {
    memcpy(rrp + at, rrq + gre, 8);
    uint32_t allocated = htonl(next_key++);
    if (memcmp(rrp + at + 4, "\0\0\0\0", 4) == 0) memcpy(rrp + at + 4, &allocated, 4);
    at += 8;
  }
  uint32_t wire_spi = htonl(spi);
  rrp[at] = 32, rrp[at + 1] = 20;
  memcpy(rrp + at + 2, &wire_spi, 4);
  hmac_md5(key, rrp, at + 6, rrp + at + 6);
  return at + 22;
}

static void home_agent(const char *address, int port, uint32_t spi, const char *hex) {
  uint8_t buffer[65536], reply[1024], key[64];
  size_t size_of_key = 0;
  for (; size_of_key < 64 && hex[2 * size_of_key]; size_of_key++) sscanf(hex + 2 * size_of_key, "%2hhx", key + size_of_key);
  struct hmac_md5 keyed;
  hmac_md5_key(&keyed, key, size_of_key);
  int fd = bound_socket(SOCK_DGRAM, 0, address, port);
  say_ready(1);
  for (;;) {
    struct sockaddr_in from;
    socklen_t size = sizeof from;
    ssize_t length = recvfrom(fd, buffer, sizeof buffer, 0, (struct sockaddr *)&from, &size);
    size_t answered = length > 0 ? answer(buffer, length, reply, &keyed, spi) : 0;
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
