"""A carrier's portal: what a walled garden leads to, over any port (RFC 9110, 7725, 8910).

It hears by the first byte what the client wants. HTTP is answered as ``Exhaustion.http`` says: 302
to the page where data can be bought, that page, or 451; a request for the portal's own host always
gets the page. TLS meets the portal's own certificate, of an authority that no terminal trusts and
for a name that nobody asked for, and HTTP within, where the client goes on all the same. What is
neither is hung up on.
"""

from http import HTTPStatus

import h11

from harness.clock import Clock
from harness.errors import PortError
from harness.links.certificates import server_context
from harness.links.endings import PORTAL
from harness.model.network import Exhaustion
from harness.ports.base import BufferedPort, Chunk, Port
from harness.ports.tls import TlsPort

IDLE = 30.0  # s until a silent connection is closed
HANDSHAKE = 0x16  # the first byte of a TLS connection (RFC 8446, 5.1)
PAGE = (
    b"<!DOCTYPE html><html><head><title>Your data plan is used up</title></head><body><h1>Your "
    b"data plan is used up</h1><p>Buy more data to go on.</p></body></html>\n"
)


class Portal:
    """The server; one task for each connection."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def accept(self, port: Port, how: Exhaustion = Exhaustion()) -> None:  # noqa: B008 - frozen
        """Serve one connection in a task; must not wait itself."""
        self._clock.spawn("portal", lambda: self._serve(port, how))

    def _serve(self, port: Port, how: Exhaustion) -> None:
        line: Port = port
        try:
            first = port.read(self._clock.now() + IDLE)
            if first is not None:
                line = _Read(port, first)
                if first.data[0] == HANDSHAKE:
                    line = TlsPort(line, server_context("unknown_ca", PORTAL[0]))
                    line.handshake(self._clock.now() + IDLE)
                self._talk(line, how)
        except PortError:
            pass
        finally:
            line.close()

    def _talk(self, line: Port, how: Exhaustion) -> None:
        talk = h11.Connection(h11.SERVER)
        while True:
            try:
                request = self._next(talk, line)
            except h11.RemoteProtocolError as error:
                if talk.our_state in (h11.IDLE, h11.SEND_RESPONSE):
                    _say(talk, line, error.error_status_hint, {"Connection": "close"})
                return
            if not isinstance(request, h11.Request):
                return
            self._answer(talk, line, request, how)
            if talk.our_state is not h11.DONE or talk.their_state is not h11.DONE:
                return
            talk.start_next_cycle()

    def _next(self, talk: h11.Connection, line: Port) -> object:
        """The next request once all of it is here; something else when there is none."""
        request: object = None
        while True:
            event = talk.next_event()
            if event is h11.NEED_DATA:
                chunk = line.read(self._clock.now() + IDLE)
                if chunk is None:
                    return None
                talk.receive_data(chunk.data)
            elif isinstance(event, h11.Request):
                request = event
            elif not isinstance(event, h11.Data):
                return request if isinstance(event, h11.EndOfMessage) else event

    def _answer(
        self, talk: h11.Connection, line: Port, request: h11.Request, how: Exhaustion
    ) -> None:
        host = dict(request.headers).get(b"host", b"").decode("latin-1")
        own = host.partition(":")[0].lower() in PORTAL
        status, more = (HTTPStatus.OK, {}) if own else _STATUS[how.http]
        _say(talk, line, status, more, PAGE, silent=request.method == b"HEAD")


def _say(
    talk: h11.Connection, line: Port, status: int, more: dict[str, str], body: bytes = b"",
    *, silent: bool = False,
) -> None:  # fmt: skip
    """A whole response; ``silent``: without the body it speaks of."""
    headers = {
        "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
        "Content-Length": str(len(body)), **more,
    }  # fmt: skip
    said = talk.send(h11.Response(status_code=status, headers=list(headers.items()))) or b""
    if body and not silent:
        said += talk.send(h11.Data(data=body)) or b""
    line.write(said + (talk.send(h11.EndOfMessage()) or b""))


_STATUS: dict[str, tuple[HTTPStatus, dict[str, str]]] = {
    "302": (HTTPStatus.FOUND, {"Location": f"http://{PORTAL[0]}/"}),
    "page": (HTTPStatus.OK, {}),
    "451": (
        HTTPStatus.UNAVAILABLE_FOR_LEGAL_REASONS,
        {"Link": f'<http://{PORTAL[0]}/>; rel="blocked-by"'},
    ),
}


class _Read(BufferedPort):
    """A port whose first chunk somebody has looked at."""

    def __init__(self, port: Port, first: Chunk) -> None:
        super().__init__(port.clock, port.address)
        self.arrived = port.arrived
        self._port = port
        self._chunks.append(first)

    def open(self) -> None:
        self._port.open()

    def write(self, data: bytes) -> None:
        self._port.write(data)

    def read(self, until: float | None = None) -> Chunk | None:
        return self._chunks.popleft() if self._chunks else self._port.read(until)

    @property
    def readable(self) -> bool:
        return bool(self._chunks) or self._port.readable

    def close(self) -> None:
        self._port.close()
