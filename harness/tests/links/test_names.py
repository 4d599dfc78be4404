"""The name service: replies as another implementation reads them, and silence."""

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scapy.layers.dns import DNS, DNSQR  # another implementation of the same format

from harness.clock import CooperativeClock
from harness.links import names
from harness.ports.memory import pair

ZONE = {"host.hil.test": "198.18.0.1", "shop.hil.test": "198.18.0.2"}
PORTAL = "10.0.0.80"


def ask(host: str, kind: str = "A", mode: str = "answer") -> names.Answered:
    """An answer to a query of that kind."""
    query = dns.message.make_query(host, kind).to_wire()
    return names.answer(
        query, ZONE, mode, portal=PORTAL, spared=lambda one: one.startswith("shop")  # type: ignore[arg-type]
    )  # fmt: skip


def read(answered: names.Answered) -> dns.message.Message:
    """The reply, by the other end."""
    assert answered.wire is not None
    return dns.message.from_wire(answered.wire)


@pytest.mark.parametrize(
    ("mode", "host", "rcode", "address", "said"),
    [
        ("answer", "host.hil.test", 0, "198.18.0.1", "198.18.0.1"),
        ("answer", "HOST.hil.test.", 0, "198.18.0.1", "198.18.0.1"),
        ("answer", "nowhere.test", 3, None, "unknown"),
        ("refused", "host.hil.test", 5, None, "refused"),
        ("unknown", "host.hil.test", 3, None, "unknown"),
        ("unknown", "shop.hil.test", 0, "198.18.0.2", "198.18.0.2"),
        ("hijack", "host.hil.test", 0, PORTAL, "portal"),
        ("hijack", "nowhere.test", 0, PORTAL, "portal"),
        ("hijack", "shop.hil.test", 0, "198.18.0.2", "198.18.0.2"),
    ],
)
def test_each_mode_has_its_reply(
    mode: str, host: str, rcode: int, address: str | None, said: str
) -> None:
    """With the number and the question of the query; a recursive resolver says that it is one."""
    answered = ask(host, mode=mode)

    reply = read(answered)
    assert (reply.rcode(), answered.said) == (rcode, said)
    assert reply.flags & dns.flags.QR
    assert reply.flags & dns.flags.RA
    found = [str(row[0]) for row in reply.answer]
    assert found == ([] if address is None else [address])


def test_silence_is_no_reply_and_is_told() -> None:
    """The name was asked for all the same."""
    assert ask("host.hil.test", mode="silent") == names.Answered(None, "host.hil.test", "silent")


@pytest.mark.parametrize("kind", ["AAAA", "MX", "TXT", "HTTPS", "PTR"])
def test_a_known_host_without_such_a_record_is_no_unknown_host(kind: str) -> None:
    """RFC 8020: NXDOMAIN for AAAA would take the A record along."""
    reply = read(ask("host.hil.test", kind))

    assert (reply.rcode(), reply.answer) == (dns.rcode.NOERROR, [])
    assert read(ask("nowhere.test", kind)).rcode() == dns.rcode.NXDOMAIN


def test_what_a_foreign_client_sends_and_reads() -> None:
    """Scapy's codec asks and understands the answer."""
    query = bytes(DNS(id=4711, rd=1, qd=DNSQR(qname="host.hil.test")))

    wire = names.answer(query, ZONE).wire

    assert wire is not None
    said = DNS(wire)
    assert (said.id, said.qr, said.rcode, said.ancount) == (4711, 1, 0, 1)
    assert said.an[0].rdata == "198.18.0.1"


def test_a_query_with_edns_is_answered_with_edns() -> None:
    """RFC 6891, 7: as systemd-resolved and glibc send it."""
    query = dns.message.make_query("host.hil.test", "A", use_edns=0, payload=1232)

    wire = names.answer(query.to_wire(), ZONE).wire

    assert wire is not None
    assert dns.message.from_wire(wire).edns == 0


def test_what_is_no_question_is_turned_down_in_its_own_way() -> None:
    """Updates are not implemented; another class is refused; a reply is not answered at all."""
    update = dns.message.make_query("host.hil.test", "A")
    update.set_opcode(dns.opcode.NOTIFY)
    chaos = dns.message.make_query("version.bind", "TXT", "CH")
    reply = dns.message.make_response(dns.message.make_query("host.hil.test", "A"))

    assert read(names.answer(update.to_wire(), ZONE)).rcode() == dns.rcode.NOTIMP
    assert read(names.answer(chaos.to_wire(), ZONE)).rcode() == dns.rcode.REFUSED
    assert names.answer(reply.to_wire(), ZONE).wire is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_break_it(noise: bytes) -> None:
    """What comes back is nothing, or a reply with the same number."""
    wire = names.answer(noise, ZONE).wire

    assert wire is None or wire[:2] == noise[:2]
    assert wire is None or wire[2] & 0x80


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 60), st.binary(min_size=1, max_size=3))
def test_a_spoilt_query_is_answered_or_not_but_never_breaks_it(at: int, spoil: bytes) -> None:
    """A torn or bent question."""
    query = dns.message.make_query("host.hil.test", "A", use_edns=0).to_wire()
    bent = query[:at] + spoil + query[at + len(spoil) :]

    for one in (query[:at], bent):
        wire = names.answer(one, ZONE).wire
        assert wire is None or len(wire) >= 12


@pytest.mark.parametrize("mode", ["answer", "refused", "unknown", "hijack"])
def test_a_client_reads_what_the_service_said(mode: str) -> None:
    """Both of our ends agree, and a reply to another query is none."""
    query = names.question("host.hil.test", 70_000)
    answered = names.answer(query, ZONE, mode, portal=PORTAL)  # type: ignore[arg-type]

    assert answered.wire is not None
    wanted = {"hijack": PORTAL}.get(mode, answered.said)
    assert names.reading(answered.wire, 70_000) == wanted
    assert names.reading(answered.wire, 70_001) is None
    assert names.reading(query, 70_000) is None


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=80))
def test_no_bytes_break_the_client(noise: bytes) -> None:
    """They are no reply to its query, or a word."""
    assert isinstance(names.reading(noise, 7), str | None)


@pytest.mark.parametrize("host", ["a" * 64 + ".test", "x" * 300, "a..b"])
def test_what_is_no_host_name_is_not_asked(host: str) -> None:
    """RFC 1035, 2.3.4."""
    with pytest.raises(ValueError, match="no host name"):
        names.question(host, 1)


def test_over_tcp_each_message_has_its_length_before_it() -> None:
    """Two queries in one piece, a torn one, and the connection goes on (RFC 7766)."""
    clock = CooperativeClock()
    query = names.question("host.hil.test", 7)
    framed = len(query).to_bytes(2, "big") + query

    def main() -> bytes:
        ours, theirs = pair(clock, "resolver")
        names.serve(clock, theirs, lambda one: names.answer(one, ZONE).wire)
        ours.write(framed + framed[:5])
        clock.sleep(1)
        ours.write(framed[5:] + framed)
        heard = b""
        while (chunk := ours.read(clock.now() + 1)) is not None:
            heard += chunk.data
        return heard

    heard = clock.run(main)

    size = int.from_bytes(heard[:2], "big")
    assert len(heard) == 3 * (2 + size)
    assert names.reading(heard[2 : 2 + size], 7) == "198.18.0.1"
