"""A simulated device's end of HTTP: a request in, an answer out (RFC 9110; RFC 9112 by h11)."""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

import h11

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port

#: What may stand before a path: a client may name all of the address (RFC 9112, 3.2.2).
ABSOLUTE = re.compile(r"^https?://[^/?]*", re.IGNORECASE)
IDLE = 15.0  # s without a word until it hangs up
LONGEST = 1 << 16  # bytes of a body


@dataclass(frozen=True, slots=True)
class Asked:
    """A request.

    Attributes:
        method: In capitals.
        target: Path and query.
        headers: Names in lower case.
        body: What came along.
    """

    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Said:
    """An answer.

    Attributes:
        status: RFC 9110, 15.
        body: What is told.
        kind: Its media type.
        headers: More of them.
    """

    status: int
    body: bytes = b""
    kind: str = "application/json"
    headers: Sequence[tuple[str, str]] = ()


def serve_web(clock: Clock, name: str, port: Port, answer: Callable[[Asked], Said]) -> None:
    """Answer every request of a connection in a task, until the other end closes or is idle.

    ``answer`` may wait: that is how long the device thinks.
    """

    def work() -> None:
        talk = h11.Connection(h11.SERVER)
        try:
            while (asked := _request(clock, port, talk)) is not None:
                _say(port, talk, answer(asked), mute=asked.method == "HEAD")
                if (talk.our_state, talk.their_state) != (h11.DONE, h11.DONE):
                    break
                talk.start_next_cycle()
        except PortLost:
            pass
        except h11.RemoteProtocolError as error:
            if talk.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                with suppress(PortLost):
                    no = Said(error.error_status_hint, headers=[("Connection", "close")])
                    _say(port, talk, no)
        finally:
            port.close()

    clock.spawn(f"{name} connection", work)


def _request(clock: Clock, port: Port, talk: h11.Connection) -> Asked | None:
    head, body = None, b""
    fresh = not talk.trailing_data[0]  # nothing of this request is here
    while not isinstance(event := talk.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.ConnectionClosed):
            return None
        if isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body = (body + bytes(event.data))[:LONGEST]
        elif event is h11.NEED_DATA:
            if (piece := _more(clock, port, talk, fresh=fresh)) is None:
                return None
            talk.receive_data(piece)
            fresh = False
    if head is None:  # pragma: no cover - h11 ends no message that has not begun
        return None
    named = {key.decode().lower(): value.decode("latin-1") for key, value in head.headers}
    target = ABSOLUTE.sub("", head.target.decode("latin-1")) or "/"
    return Asked(head.method.decode(), target, named, body)


def _more(clock: Clock, port: Port, talk: h11.Connection, *, fresh: bool) -> bytes | None:
    """The next bytes; who waits to be told to send his body is told (RFC 9110, 10.1.1).

    Empty lines before a request mean nothing (RFC 9112, 2.2).
    """
    if talk.they_are_waiting_for_100_continue:
        port.write(talk.send(h11.InformationalResponse(status_code=100, headers=[])) or b"")
    until = clock.now() + IDLE
    while (chunk := port.read(until)) is not None:
        if piece := chunk.data.lstrip(b"\r\n") if fresh else chunk.data:
            return piece
    return None


def _say(port: Port, talk: h11.Connection, said: Said, *, mute: bool = False) -> None:
    headers = [
        ("Content-Type", said.kind), ("Content-Length", str(len(said.body))), *said.headers,
    ]  # fmt: skip
    head = h11.Response(status_code=said.status, headers=headers)
    body = [] if mute else [h11.Data(data=said.body)]
    port.write(b"".join(talk.send(one) or b"" for one in (head, *body, h11.EndOfMessage())))
