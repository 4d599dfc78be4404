"""A name service's answers, good and bad, as bytes (RFC 1035, 6891, 8020), for every link engine.

``answer`` takes a query and gives the reply, or None where none is sent. What cannot be read, or is
itself a reply, is not answered, or with FORMERR where its number can be read. Over TCP a message is
preceded by its length (RFC 7766): ``serve``.
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

from harness.clock import Clock
from harness.errors import PortLost
from harness.model.network import NamesMode
from harness.ports.base import Port

TTL = 30  # s
HEADER = 12
IDLE = 30.0  # s until a silent connection is closed (RFC 7766, 6.2.3)


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of a query.

    Attributes:
        wire: The reply; None for none.
        host: The name asked for, ``""`` where none could be read.
        said: The address, ``silent``, ``refused``, ``unknown``, ``portal``, or ``nothing`` where
            the host is known and has no such record.
    """

    wire: bytes | None
    host: str = ""
    said: str = ""


def nobody(_host: str) -> bool:
    """No host is spared."""
    return False


def answer(
    query: bytes,
    zone: Mapping[str, str],
    mode: NamesMode = "answer",
    *,
    portal: str = "",
    spared: Callable[[str], bool] = nobody,
) -> Answered:
    """Answer a query.

    Args:
        query: A DNS message.
        zone: Name (lower case, without the last dot) -> IPv4 address.
        mode: ``answer`` truly; ``silent``; ``refused``: RCODE 5; ``unknown``: RCODE 3;
            ``hijack``: every name leads to the portal.
        portal: The portal's address.
        spared: Names that are answered truly where others are hijacked or unknown.
    """
    try:
        asked = dns.message.from_wire(query, ignore_trailing=True)
    except (dns.exception.DNSException, ValueError, struct.error):
        return Answered(_malformed(query))
    if asked.flags & dns.flags.QR:
        return Answered(None)
    if asked.opcode() != dns.opcode.QUERY or len(asked.question) != 1:
        odd = dns.rcode.NOTIMP if asked.opcode() != dns.opcode.QUERY else dns.rcode.FORMERR
        return Answered(_reply(asked, odd))
    return _answer_one(asked, zone, mode, portal=portal, spared=spared)


def _answer_one(
    asked: dns.message.Message, zone: Mapping[str, str], mode: NamesMode, *,
    portal: str, spared: Callable[[str], bool],
) -> Answered:  # fmt: skip
    question = asked.question[0]
    host = question.name.to_text(omit_final_dot=True).lower()
    if mode in ("hijack", "unknown") and spared(host):
        mode = "answer"
    if mode == "silent":
        return Answered(None, host, "silent")
    if mode == "refused" or question.rdclass != dns.rdataclass.IN:
        return Answered(_reply(asked, dns.rcode.REFUSED), host, "refused")
    address = portal if mode == "hijack" else zone.get(host, "")
    if mode == "unknown" or not address:
        return Answered(_reply(asked, dns.rcode.NXDOMAIN), host, "unknown")
    if question.rdtype not in (dns.rdatatype.A, dns.rdatatype.ANY):
        return Answered(_reply(asked, dns.rcode.NOERROR), host, "nothing")
    found = dns.rrset.from_text(question.name, TTL, "IN", "A", address)
    reply = _reply(asked, dns.rcode.NOERROR, found)
    return Answered(reply, host, "portal" if mode == "hijack" else address)


def question(host: str, number: int) -> bytes:
    """A client's query for the address of a host; raises ValueError for what is no name."""
    try:
        asked = dns.message.make_query(host, "A")
    except dns.exception.DNSException as error:
        raise ValueError(f"{host!r} is no host name: {error}") from None
    asked.id = number & 0xFFFF
    return asked.to_wire()


def reading(reply: bytes, number: int) -> str | None:
    """What a client reads: the address, or in a word as ``Answered.said`` why there is none.

    None where it is no reply to its query.
    """
    try:
        said = dns.message.from_wire(reply)
    except (dns.exception.DNSException, ValueError, struct.error):
        return None
    if said.id != number & 0xFFFF or not said.flags & dns.flags.QR:
        return None
    if said.rcode() != dns.rcode.NOERROR:
        return "unknown" if said.rcode() == dns.rcode.NXDOMAIN else "refused"
    found = [row for row in said.answer if row.rdtype == dns.rdatatype.A]
    return str(found[0][0]) if found else "nothing"


def serve(clock: Clock, port: Port, resolve: Callable[[bytes], bytes | None]) -> None:
    """Answer the queries of one TCP connection, in a task."""

    def work() -> None:
        rest = b""
        try:
            while (chunk := port.read(clock.now() + IDLE)) is not None:
                rest += chunk.data
                while len(rest) >= 2 and len(rest) - 2 >= (size := int.from_bytes(rest[:2], "big")):
                    reply, rest = resolve(rest[2 : 2 + size]), rest[2 + size :]
                    if reply is not None:
                        port.write(len(reply).to_bytes(2, "big") + reply)
        except PortLost:
            pass
        finally:
            port.close()

    clock.spawn("name service", work)


def _reply(asked: dns.message.Message, code: dns.rcode.Rcode, *found: dns.rrset.RRset) -> bytes:
    reply = dns.message.make_response(asked, recursion_available=True)
    reply.set_rcode(code)
    reply.answer.extend(found)
    return reply.to_wire()


def _malformed(query: bytes) -> bytes | None:
    """FORMERR, or nothing for what is itself a reply or shorter than a header."""
    if len(query) < HEADER or query[2] & 0x80:
        return None
    return query[:2] + bytes([0x80 | query[2] & 0x79, 0x81]) + bytes(8)
