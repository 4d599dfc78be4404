"""IPv4 packets as a gateway sees them: whose they are, and what it may make of them.

Layouts: IPv4 RFC 791, TCP RFC 9293, UDP RFC 768, ICMP RFC 792 and RFC 1191 (next-hop MTU),
checksums RFC 1071 and RFC 1624.
"""

import struct
from functools import lru_cache
from socket import inet_aton, inet_ntoa

from harness.links.flow import Flow

ICMP, TCP, UDP = 1, 6, 17
NAMES = {ICMP: "icmp", TCP: "tcp", UDP: "udp"}
FIN, SYN, RST, ACK = 1, 2, 4, 16
#: Word of ``Link.carry`` -> ICMP destination unreachable, code (RFC 792, RFC 1812, 5.2.7.1).
UNREACHABLE = {"too_big": 4, "prohibited": 13}
QUOTED = 8  # bytes behind the header that an ICMP error repeats


def is_ipv4(packet: bytes) -> bool:
    """Whether it has a whole IPv4 header."""
    return len(packet) >= 20 and packet[0] >> 4 == 4 and 20 <= _header(packet) <= len(packet)


def near_port(packet: bytes, *, up: bool) -> int:
    """The terminal's port; 0 where the protocol has none."""
    return _ports(packet)[0 if up else 1]


def flow_of(packet: bytes, *, up: bool) -> Flow:
    """The conversation, as seen from the terminal; the host is an address."""
    far = packet[16:20] if up else packet[12:16]
    return _flow(packet[9], far, _ports(packet)[1 if up else 0])


def key_of(packet: bytes, *, up: bool) -> tuple[int, int, bytes, int]:
    """What tells one conversation from another: protocol, near port, far address and port."""
    near, far = _ports(packet) if up else _ports(packet)[::-1]
    return packet[9], near, packet[16:20] if up else packet[12:16], far


def begins(packet: bytes) -> bool:
    """Whether it is the first segment of a TCP connection: SYN without ACK."""
    at = _header(packet) + 13
    return packet[9] == TCP and len(packet) > at and packet[at] & (SYN | ACK) == SYN


@lru_cache(maxsize=4096)
def _flow(protocol: int, far: bytes, port: int) -> Flow:
    return Flow(NAMES.get(protocol, str(protocol)), inet_ntoa(far), port)


def _header(packet: bytes) -> int:
    return (packet[0] & 15) * 4


def _ports(packet: bytes) -> tuple[int, int]:
    """(source, target); zeros in the later fragments of a packet, which have none."""
    at = _header(packet)
    if packet[9] not in (TCP, UDP) or packet[6] & 31 or packet[7] or len(packet) < at + 4:
        return 0, 0
    return int.from_bytes(packet[at : at + 2], "big"), int.from_bytes(
        packet[at + 2 : at + 4], "big"
    )


def payload_at(packet: bytes) -> int:
    """Where the data begin, behind the header of TCP or UDP."""
    at = _header(packet)
    if packet[9] == TCP and len(packet) >= at + 20:
        return at + (packet[at + 12] >> 4) * 4
    return min(len(packet), at + (8 if packet[9] in (UDP, ICMP) else 0))


def checksum(octets: bytes) -> int:
    """The Internet checksum (RFC 1071): a sum modulo 65535 is a one's complement sum."""
    return -int.from_bytes(octets + b"\0" * (len(octets) % 2), "big") % 0xFFFF


def ipv4(protocol: int, source: bytes, target: bytes, body: bytes) -> bytes:
    """A packet with DF set; ``body`` is what is behind the IPv4 header."""
    head = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 20 + len(body), 0, 0x4000, 64, protocol, 0, source, target
    )
    return head[:10] + checksum(head).to_bytes(2, "big") + head[12:] + body


def _tcp_reset(source: bytes, target: bytes, ports: bytes, seq: int, ack: int | None) -> bytes:
    flags = RST if ack is None else RST | ACK
    body = ports + struct.pack("!IIBBHHH", seq, ack or 0, 5 << 4, flags, 0, 0, 0)
    pseudo = source + target + struct.pack("!BBH", 0, TCP, len(body))
    body = body[:16] + checksum(pseudo + body).to_bytes(2, "big") + body[18:]
    return ipv4(TCP, source, target, body)


def resets(packet: bytes) -> tuple[bytes, bytes] | None:
    """RST to the sender of a TCP segment and to its receiver, as if each came from the other.

    None for anything else, and for a RST. Sequence numbers as RFC 9293, 3.10.7.1 has them, so that
    both ends take it (RFC 5961 wants the exact next number).
    """
    at = _header(packet)
    if packet[9] != TCP or len(packet) < at + 20 or packet[at + 13] & RST:
        return None
    source, target = packet[12:16], packet[16:20]
    seq, ack = struct.unpack_from("!II", packet, at + 4)
    flags = packet[at + 13]
    length = len(packet) - payload_at(packet) + bool(flags & SYN) + bool(flags & FIN)
    back = packet[at + 2 : at + 4] + packet[at : at + 2]
    if flags & ACK:
        to_sender = _tcp_reset(target, source, back, ack, None)
    else:
        to_sender = _tcp_reset(target, source, back, 0, (seq + length) & 0xFFFFFFFF)
    return to_sender, _tcp_reset(source, target, packet[at : at + 4], seq, None)


def icmp_unreachable(packet: bytes, word: str, gateway: bytes, mtu: int = 0) -> bytes | None:
    """An ICMP error to the sender of a packet; None where none may be sent (RFC 1122, 3.2.2)."""
    if packet[9] == ICMP or packet[6] & 31 or packet[7]:
        return None
    body = struct.pack("!BBHHH", 3, UNREACHABLE[word], 0, 0, mtu)
    body += packet[: _header(packet) + QUOTED]
    body = body[:2] + checksum(body).to_bytes(2, "big") + body[4:]
    return ipv4(ICMP, gateway, packet[12:16], body)


def readdressed(
    packet: bytes, *, source: bytes | None = None, target: bytes | None = None
) -> bytes:
    """The packet with another address at one end or both; checksums follow (RFC 1624)."""
    old = packet[12:20]
    new = (source or packet[12:16]) + (target or packet[16:20])
    changed = bytearray(packet)
    changed[12:20] = new
    _mend(changed, 10, old, new)
    at = _header(packet) + {TCP: 16, UDP: 6}.get(packet[9], 1 << 16)
    whole = not (packet[6] & 31 or packet[7]) and at + 2 <= len(packet)
    if whole and (packet[9] == TCP or changed[at] or changed[at + 1]):  # UDP: 0 means none
        _mend(changed, at, old, new)
        if packet[9] == UDP and not (changed[at] or changed[at + 1]):
            changed[at : at + 2] = b"\xff\xff"  # the other zero
    return bytes(changed)


def _mend(packet: bytearray, at: int, old: bytes, new: bytes) -> None:
    was = int.from_bytes(packet[at : at + 2], "big")
    more = int.from_bytes(old, "big") - int.from_bytes(new, "big")
    packet[at : at + 2] = ((was + more) % 0xFFFF).to_bytes(2, "big")


def address(text: str) -> bytes:
    """Four bytes of a dotted address."""
    return inet_aton(text)
