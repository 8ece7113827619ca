"""Tunnel packets by scapy, built and read with its layers over a raw socket. LOCAL ADDRESS SIZE."""
import socket
import sys
import time

from scapy.layers.inet import IP
from scapy.layers.l2 import GRE, Ether
from scapy.packet import Raw

import mip

local, address, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
sock = socket.socket(socket.AF_INET, socket.SOCK_RAW, 47)
sock.setsockopt(socket.IPPROTO_IP, socket.IP_HDRINCL, 1)
sock.bind((local, 0))
sock.settimeout(3)
data = bytes(size - 20 - 8 - 14)
key = 0


def send():
    global key
    key += 1
    packet = (IP(src=local, dst=address, proto=47) / GRE(key_present=1, key=key, proto=0x6558)
              / Ether(dst="02:00:00:00:00:01", src="02:00:00:00:00:02", type=0x88B5) / Raw(data))
    sock.sendto(bytes(packet), (address, 0))


def one_round(window, end):
    count = under_way = 0
    for _ in range(window):
        send()
        under_way += 1
    while under_way:
        IP(sock.recv(65536))[GRE]
        count += 1
        under_way -= 1
        if time.perf_counter() < end:
            send()
            under_way += 1
    return count


mip.serve_rounds(one_round)
