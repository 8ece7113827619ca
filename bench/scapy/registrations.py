"""Registrations by scapy, built and read with its layers over a plain socket. LOCAL ADDRESS PORT."""
import socket
import sys
import time

import mip

local, address, port = sys.argv[1], sys.argv[2], int(sys.argv[3])
sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
sock.bind((local, 0))
sock.settimeout(3)
number = 0
waiting = {}


def send():
    global number
    number += 1
    identification = mip.ntp_now()
    nai = b"mn%d@example.org" % (number % 20000)
    waiting[identification] = nai
    sock.sendto(mip.request(nai, local, address, identification), (address, port))


def one_round(window, end):
    count = 0
    for _ in range(window):
        send()
    while waiting:
        octets, _ = sock.recvfrom(65536)
        message, authentic = mip.read(octets)
        nai = waiting.pop(message.id)
        first, gre_key = message[mip.Extensions].all[:2]
        if not authentic or message.code > 1 or first.nai != nai or gre_key.key == 0:
            raise SystemExit("a reply is not as it should be")
        count += 1
        if time.perf_counter() < end:
            send()
    return count


mip.serve_rounds(one_round)
