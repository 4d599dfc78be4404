"""HTTP by its clauses, both ends: what a server may answer with, and what a client may send.

Source: RFC 9110 (5.1 names of fields, 10.1.1 Expect, 15.2 interim answers), RFC 9112 (6 and 7:
lengths and chunks, 9.3: connections that stay).
"""

from collections.abc import Callable
from contextlib import suppress

import pytest

from harness.clock import CooperativeClock
from harness.drivers._http import Answer, fetch
from harness.errors import Garbled, PortError, PortLost
from harness.ports.memory import MemoryPort, pair
from harness.sim.web import Asked, Said, serve_web

BODY = b'{"SaleToPOIResponse":{}}'
CHUNKED = b"5\r\n" + BODY[:5] + b"\r\n" + b"%X\r\n" % len(BODY[5:]) + BODY[5:] + b"\r\n0\r\n\r\n"


def answered(*pieces: bytes, closes: bool = False) -> Answer:
    """What a client makes of an answer that comes in these pieces."""
    clock = CooperativeClock()
    ours, theirs = pair(clock, "10.0.0.9:8443")

    def server() -> None:
        theirs.read()
        for piece in pieces:
            theirs.write(piece)
            clock.sleep(0.01)
        if closes:
            theirs.close()

    def story() -> Answer:
        clock.spawn("server", server)
        return fetch(ours, "/nexo", method="POST", body=b"{}")

    return clock.run(story)


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        (HEAD + b"Content-Length: 24\r\n\r\n" + BODY,),
        (HEAD + b"content-length:24\r\n\r\n" + BODY,),  # names in any case, no blank
        (HEAD + b"CONTENT-LENGTH:   24  \r\n\r\n" + BODY,),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,),
        (HEAD + b"transfer-encoding: Chunked\r\n\r\n" + CHUNKED,),
        tuple(bytes([one]) for one in HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n5;name=value\r\n" + CHUNKED[3:],),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED[:-2] + b"Trailer: x\r\n\r\n",),
        (b"HTTP/1.1 100 Continue\r\n\r\n", HEAD + b"Content-Length: 24\r\n\r\n" + BODY),
        (b"HTTP/1.1 102 Processing\r\n\r\n" * 3 + HEAD + b"Content-Length: 24\r\n\r\n", BODY),
        (HEAD + b"Connection: keep-alive\r\nContent-Length: 24\r\n\r\n" + BODY,),
        (b"HTTP/1.1 200\r\nContent-Length: 24\r\n\r\n" + BODY,),  # without words
        (HEAD + b"Content-Length: 24\r\n\r\n" + BODY + b"more",),
    ],
)  # fmt: skip
def test_an_answer_is_read_in_every_form(pieces: tuple[bytes, ...]) -> None:
    """Its end is known by length or chunks, though the server keeps the line open."""
    assert answered(*pieces).body == BODY


@pytest.mark.parametrize("version", [b"1.0", b"1.1"])
def test_an_answer_without_a_length_ends_with_its_connection(version: bytes) -> None:
    """RFC 9112, 6.3."""
    head = b"HTTP/" + version + b" 200 OK\r\nConnection: close\r\n\r\n"

    assert answered(head, BODY, closes=True).body == BODY


@pytest.mark.parametrize(
    ("pieces", "error"),
    [
        ((HEAD + b"Content-Length: 24\r\n\r\n" + BODY[:9],), PortLost),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED[:-5],), PortLost),
        ((HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",), Garbled),
        ((HEAD + b"Content-Length: many\r\n\r\n",), Garbled),
        ((HEAD + b"Content-Length: 24\r\nContent-Length: 25\r\n\r\n" + BODY,), Garbled),
        ((b"HTTP/1.1 100 Continue\r\n\r\n",), PortError),
        ((b"SIP/2.0 200 OK\r\n\r\n",), Garbled),
    ],
)
def test_half_an_answer_is_none(pieces: tuple[bytes, ...], error: type[Exception]) -> None:
    """What was cut off is lost, what is no HTTP is garbled; a body is never made up."""
    with pytest.raises(error):
        answered(*pieces, closes=True)


# --- the other end --------------------------------------------------------------------------


def served(act: Callable[[MemoryPort, CooperativeClock], bytes]) -> tuple[bytes, list[Asked]]:
    """What comes back, and what a simulated server was asked."""
    clock, asked = CooperativeClock(), list[Asked]()
    ours, theirs = pair(clock, "client")

    def answer(one: Asked) -> Said:
        asked.append(one)
        return Said(200, one.body or b"ok", "text/plain")

    serve_web(clock, "web", theirs, answer)
    return clock.run(lambda: act(ours, clock)), asked


def heard(port: MemoryPort, clock: CooperativeClock, seconds: float = 1.0) -> bytes:
    """All that comes in so many seconds."""
    octets, until = b"", clock.now() + seconds
    with suppress(PortLost):
        while (chunk := port.read(until)) is not None:
            octets += chunk.data
    return octets


POST = b"POST /nexo HTTP/1.1\r\nhost: t\r\n"


@pytest.mark.parametrize(
    "request_",
    [
        POST + b"content-length: 24\r\n\r\n" + BODY,
        POST + b"CONTENT-LENGTH: 24\r\nCONTENT-TYPE: application/json\r\n\r\n" + BODY,
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
        b"POST /nexo HTTP/1.0\r\nContent-Length: 24\r\n\r\n" + BODY,
        b"\r\n" + POST + b"Content-Length: 24\r\n\r\n" + BODY,
    ],
)
def test_a_request_is_read_in_every_form(request_: bytes) -> None:
    """Names in any case, chunks, an old version, an empty line before it (RFC 9112, 2.2)."""

    def act(port: MemoryPort, clock: CooperativeClock) -> bytes:
        port.write(request_)
        return heard(port, clock)

    said, asked = served(act)

    assert [one.body for one in asked] == [BODY]
    assert said.startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("/nexo", "/nexo"), ("/a?b=http://c/d", "/a?b=http://c/d"), ("http://t:8443/nexo", "/nexo"),
        ("HTTPS://t/nexo?x=1", "/nexo?x=1"), ("http://t", "/"), ("*", "*"),
    ],
)  # fmt: skip
def test_a_target_may_be_a_whole_address(target: str, wanted: str) -> None:
    """As it is said to proxies (RFC 9112, 3.2.2)."""

    def act(port: MemoryPort, clock: CooperativeClock) -> bytes:
        port.write(f"OPTIONS {target} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
        return heard(port, clock)

    assert [one.target for one in served(act)[1]] == [wanted]


def test_who_waits_to_send_his_body_is_told_to() -> None:
    """Expect: 100-continue; once, and before anything was sent of the body."""

    def act(port: MemoryPort, clock: CooperativeClock) -> bytes:
        port.write(POST + b"Content-Length: 24\r\nExpect: 100-continue\r\n\r\n")
        first = heard(port, clock)
        port.write(BODY)
        return first + b"|" + heard(port, clock)

    said, asked = served(act)

    first, _, then = said.partition(b"|")
    assert first.startswith(b"HTTP/1.1 100 ")
    assert then.startswith(b"HTTP/1.1 200 ")
    assert then.endswith(BODY)
    assert len(asked) == 1


def test_who_does_not_wait_to_be_told_is_not() -> None:
    """The body came with the header: an interim answer would come too late to mean anything."""

    def act(port: MemoryPort, clock: CooperativeClock) -> bytes:
        port.write(POST + b"Content-Length: 24\r\nExpect: 100-continue\r\n\r\n" + BODY)
        return heard(port, clock)

    said, _ = served(act)

    assert b" 100 " not in said


def test_a_connection_stays_for_the_next_request() -> None:
    """One after the other, and two at once, each answered in its turn (RFC 9112, 9.3.2)."""

    def act(port: MemoryPort, clock: CooperativeClock) -> bytes:
        one = POST + b"Content-Length: 1\r\n\r\n"
        port.write(one + b"1")
        said = heard(port, clock)
        port.write(one + b"2" + one + b"3")
        return said + heard(port, clock)

    said, asked = served(act)

    assert [one.body for one in asked] == [b"1", b"2", b"3"]
    assert said.count(b"HTTP/1.1 200 ") == 3


@pytest.mark.parametrize(
    "head", [POST + b"Connection: close\r\n", b"POST /nexo HTTP/1.0\r\n"]
)  # fmt: skip
def test_who_wants_it_closed_has_it_closed(head: bytes) -> None:
    """And HTTP/1.0 knows nothing else."""

    def act(port: MemoryPort, clock: CooperativeClock) -> bytes:
        port.write(head + b"Content-Length: 1\r\n\r\n1")
        heard(port, clock)
        with suppress(PortLost):
            port.read(clock.now() + 0.1)
            return b"open"
        return b"closed"

    assert served(act)[0] == b"closed"


@pytest.mark.parametrize(
    "request_",
    [
        b"POST /nexo HTTP/1.1\r\nContent-Length: 0\r\n\r\n",  # no host (RFC 9112, 3.2)
        POST + b"Content-Length: -1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"GET\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n",
    ],
)  # fmt: skip
def test_what_is_no_request_is_refused(request_: bytes) -> None:
    """400, and nothing is done."""

    def act(port: MemoryPort, clock: CooperativeClock) -> bytes:
        port.write(request_)
        return heard(port, clock)

    said, asked = served(act)

    assert said.startswith(b"HTTP/1.1 400 ") or not said
    assert asked == []
