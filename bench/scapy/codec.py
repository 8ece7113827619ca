"""The codec of scapy on the same messages as workers/codec.mjs. Argument: the same names."""
import sys

import mip

ID = 0xE2F0000012345678
octets = {
    "request": mip.request(b"mn1@example.org", "127.0.0.2", "127.0.0.1", ID, key=2),
    "reply": mip.reply(b"mn1@example.org", "10.99.0.9", "127.0.0.1", ID, key=2),
}
number = 0


def encode_request():
    global number
    number += 1
    mip.request(b"mn%d@example.org" % (number % 20000), "127.0.0.2", "127.0.0.1", ID, key=number)


def encode_reply():
    global number
    number += 1
    mip.reply(b"mn%d@example.org" % (number % 20000), "10.99.0.9", "127.0.0.1", ID, key=number)


def decode(octets):
    if not mip.read(octets)[1]:
        raise SystemExit("the vector does not hold")


mip.serve_rounds(mip.repeat({
    "encode-request": encode_request,
    "encode-reply": encode_reply,
    "decode-request": lambda: decode(octets["request"]),
    "decode-reply": lambda: decode(octets["reply"]),
}[sys.argv[1]]))
