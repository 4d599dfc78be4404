"""How an update store speaks HTTP/1.1: one request after another, bodies in pieces.

No more of a body is ever held than a piece and what the connection has not taken yet (``ROOM``), so
that an image may be of any size. Source: RFC 9110, RFC 9112 (by h11).
"""

from collections.abc import Callable
from typing import Protocol

import h11

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port
from harness.sim.host_front import reset
from harness.sim.update_acts import Reply, Request
from harness.sim.update_shelf import Thing
from harness.wire.http_range import NOT_THERE, OK, PARTIAL, choose

PIECE, LARGE = 4096, 65536  # B written at a time: at a rate, and as fast as it goes
ROOM = 1 << 18  # B that may wait to leave
LOOK_AGAIN = 0.002  # s
STEP = 5  # percent between two words of progress
METHODS = ("GET", "HEAD")
CLOSE = ("Connection", "close")


class Store(Protocol):
    """What answers are made of, and who is told.

    Attributes:
        rate: Bits a second of each connection; None for no limit.
        idle: Seconds after which a silent connection is closed.
    """

    rate: float | None
    idle: float

    def find(self, target: str) -> Thing | None:
        """What a target leads to; may wait."""

    def spoil(self, reply: Reply, request: Request) -> Reply:
        """What leaves in its place."""

    def tell(self, event: str, **fields: object) -> None:
        """Say what happened."""


def answer(thing: Thing | None, request: Request) -> Reply:
    """What an honest store says."""
    if request.method not in METHODS:
        return Reply(405, headers=(("Allow", ", ".join(METHODS)),))
    if thing is None:
        return Reply(404)
    part = choose(thing.size, thing.etag, request.headers, ranges=request.method == "GET")
    return Reply(part.status, thing, part.start, part.end)


def headers_of(reply: Reply) -> list[tuple[str, str]]:
    """What its head says beside the status."""
    thing, size = reply.thing, reply.end - reply.start + reply.lie
    if thing is None or reply.status not in (OK, PARTIAL, 304):
        where = [("Content-Range", f"bytes */{thing.size}")] if thing and _behind(reply) else []
        return [*reply.headers, *where, ("Content-Length", "0")]
    told = [("ETag", reply.etag or thing.etag), ("Accept-Ranges", "bytes"), *reply.headers]
    if reply.status == 304:
        return told
    if reply.status == PARTIAL:
        told.append(("Content-Range", f"bytes {reply.start}-{reply.end - 1}/{thing.size}"))
    return [*told, ("Content-Type", thing.kind), ("Content-Length", str(size))]


def _behind(reply: Reply) -> bool:
    return reply.status == NOT_THERE


class Talk:
    """One connection.

    Args:
        clock: The store's.
        port: Where the client is.
        store: What answers are made of.
    """

    def __init__(self, clock: Clock, port: Port, store: Store) -> None:
        self._clock, self._port, self._store = clock, port, store
        self._http = h11.Connection(h11.SERVER)

    def run(self) -> None:
        """Until either side has enough; in a task of its own."""
        http = self._http
        try:
            while self._exchange():
                http.start_next_cycle()
        except PortLost:
            pass
        except h11.RemoteProtocolError as error:
            if http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                self._head(Reply(error.error_status_hint, headers=(CLOSE,)))
        finally:
            self._port.close()

    def _exchange(self) -> bool:
        """One request and its answer; whether another may follow."""
        asked: h11.Request | None = None
        ends = (h11.EndOfMessage, h11.ConnectionClosed)
        while not isinstance(event := self._http.next_event(), ends):
            if isinstance(event, h11.Request):
                asked = event
            elif event is h11.NEED_DATA:
                chunk = self._port.read(self._clock.now() + self._store.idle)
                if chunk is None:
                    return False
                self._http.receive_data(chunk.data)
        if asked is None:
            return False
        self._respond(asked)
        return self._http.our_state is h11.DONE and self._http.their_state is h11.DONE

    def _respond(self, asked: h11.Request) -> None:
        target = asked.target.decode("latin-1")
        named = {name.decode(): value.decode("latin-1") for name, value in asked.headers}
        request = Request(asked.method.decode(), target.partition("?")[0], named)
        thing = self._store.find(target) if request.method in METHODS else None
        reply = self._store.spoil(answer(thing, request), request)
        span = {"from": reply.start, "to": max(reply.start, reply.end - 1)}
        self._store.tell("requested", path=request.path, **span, status=reply.status)
        self._head(reply)
        if request.method == "GET" and reply.thing and reply.status in (OK, PARTIAL):
            self._body(reply, reply.thing, request.path)
        elif not reply.lie:
            self._say(h11.EndOfMessage())

    def _head(self, reply: Reply) -> None:
        self._say(h11.Response(status_code=reply.status, headers=headers_of(reply)))

    def _say(self, event: h11.Event) -> None:
        self._port.write(self._http.send(event) or b"")

    # --- the body ---------------------------------------------------------------------------

    def _body(self, reply: Reply, thing: Thing, path: str) -> None:
        progress = Progress(thing, reply.start, path, self._store.tell)
        rate = self._store.rate
        size = 1 if reply.drip else LARGE if rate is None else PIECE
        end = reply.end if reply.stop is None else reply.stop
        for at in range(reply.start, end, size):
            piece = thing.extent.read(at, min(size, end - at))
            self._wait_for_room()
            self._port.write(self._framed(piece))
            progress.sent(at + len(piece))
            if reply.drip or self._store.rate is not None:
                self._clock.sleep(reply.drip or len(piece) * 8 / (self._store.rate or 1))
        if reply.stop is not None:
            self._leave(reply)
        elif not reply.lie:
            self._say(h11.EndOfMessage())

    def _framed(self, piece: bytes) -> bytes:
        """A piece as it is sent; behind the length that was said it goes out as it is."""
        try:
            return self._http.send(h11.Data(data=piece)) or b""
        except h11.LocalProtocolError:
            return piece

    def _wait_for_room(self) -> None:
        while self._port.unsent > ROOM:
            self._clock.sleep(LOOK_AGAIN)

    def _leave(self, reply: Reply) -> None:
        """In the middle of a body: by RST, or by saying nothing more until the other one goes."""
        if reply.reset:
            reset(self._port)
            return
        while self._port.read(self._clock.now() + self._store.idle) is not None:
            continue


class Progress:
    """Says how far an image's bytes have gone, now and then."""

    def __init__(self, thing: Thing, start: int, path: str, tell: Callable[..., None]) -> None:
        self._thing, self._path, self._tell = thing, path, tell
        self._told = start * 100 // max(1, thing.size)

    def sent(self, octets: int) -> None:
        """All before this byte was handed over."""
        size = self._thing.size
        percent, done = octets * 100 // size, octets == size
        if self._thing.image and (done or percent >= self._told + STEP):
            self._told = percent
            self._tell(
                "served", path=self._path, image=self._thing.image, bytes=octets, of=size,
                percent=percent, done=done,
            )  # fmt: skip
