"""Mobile IPv4 for scapy: its own layers for request and reply, and the extensions that it lacks."""
import hmac
import sys
import time

from scapy.fields import ByteField, ConditionalField, FieldLenField, IntField, PacketListField, ShortField, StrLenField
from scapy.layers.mobileip import MobileIP, MobileIPRRP, MobileIPRRQ
from scapy.packet import Packet, bind_layers

KEY = bytes.fromhex("00112233445566778899aabbccddeeff")
SPI = 256


class Extension(Packet):
    def extract_padding(self, s):
        return b"", s


class Nai(Extension):
    name = "NAI"
    fields_desc = [ByteField("type", 131), FieldLenField("len", None, fmt="B", length_of="nai"),
                   StrLenField("nai", b"", length_from=lambda p: p.len)]


class GreKey(Extension):
    name = "GRE Key"
    fields_desc = [ByteField("type", 48), ByteField("len", 6), ShortField("flags", 0), IntField("key", 0)]


class MnHa(Extension):
    name = "MN-HA"
    fields_desc = [ByteField("type", 32), FieldLenField("len", None, fmt="B", length_of="auth", adjust=lambda p, x: x + 4),
                   IntField("spi", SPI), StrLenField("auth", b"", length_from=lambda p: p.len - 4)]


class Other(Extension):
    name = "other"
    fields_desc = [ByteField("type", 0),
                   ConditionalField(FieldLenField("len", None, fmt="B", length_of="data"), lambda p: p.type != 0),
                   ConditionalField(StrLenField("data", b"", length_from=lambda p: p.len), lambda p: p.type != 0)]


BY_TYPE = {131: Nai, 48: GreKey, 32: MnHa}


def next_extension(pkt, lst, cur, remain):
    return BY_TYPE.get(remain[0], Other) if remain else None


class Extensions(Packet):
    name = "extensions"
    fields_desc = [PacketListField("all", [], next_cls_cb=next_extension)]


bind_layers(MobileIPRRQ, Extensions)
bind_layers(MobileIPRRP, Extensions)


def sign(message):
    """The finished message: MN-HA covers all before its authenticator."""
    whole = bytes(message)
    return whole[:-16] + hmac.digest(KEY, whole[:-16], "md5")


def request(nai, care_of, home_agent, identification, key=0, a=0):
    flags = 0x08 | 0x02  # G and T
    return sign(
        MobileIP(type=1) / MobileIPRRQ(flags=flags, lifetime=600, homeaddr="0.0.0.0", haaddr=home_agent, coaddr=care_of,
                                       id=identification)
        / Extensions(all=[Nai(nai=nai), GreKey(flags=0x8000 if a else 0, key=key), MnHa(auth=bytes(16))]))


def reply(nai, home, home_agent, identification, key):
    return sign(
        MobileIP(type=3) / MobileIPRRP(code=0, lifetime=600, homeaddr=home, haaddr=home_agent, id=identification)
        / Extensions(all=[Nai(nai=nai), GreKey(key=key), MnHa(auth=bytes(16))]))


def read(octets):
    """The message, and whether the authenticator at its end is right."""
    message = MobileIP(octets)
    mn_ha = message[Extensions].all[-1]
    return message, hmac.compare_digest(mn_ha.auth, hmac.digest(KEY, octets[:-16], "md5"))


def ntp_now(last=[0]):
    now = time.time()
    stamp = (int(now) + 2208988800) % 2**32 << 32 | int(now % 1 * 2**32)
    last[0] = max(stamp, last[0] + 1)
    return last[0]


def serve_rounds(one_round):
    """Reads `WINDOW MILLISECONDS`, calls, prints `COUNT SECONDS`: see bench/lib/contender.mjs."""
    print("READY", flush=True)
    for line in sys.stdin:
        window, milliseconds = (int(word) for word in line.split())
        start = time.perf_counter()
        count = one_round(window, start + milliseconds / 1000)
        print(count, "%.6f" % (time.perf_counter() - start), flush=True)


def repeat(once):
    """A round of something that waits for nothing."""
    def one_round(_window, end):
        count = 0
        while time.perf_counter() < end:
            for _ in range(20):
                once()
            count += 20
        return count
    return one_round
