"""One HTTP request on a connection of its own (RFC 9110; RFC 9112 by h11).

The port is opened, asked, and closed again, whatever becomes of the request: devices with small web
servers know no other way, and a connection that was kept is the first to be lost.
"""

import ssl
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import h11

from harness.errors import Garbled, PortLost, PortTimeout
from harness.ports.base import Port
from harness.ports.tls import TlsPort

ANSWER_WITHIN = 5.0  # s
BUSY = 2.0  # s after that a busy host may come to read an answer
LONGEST = 1 << 16  # bytes of a body that are kept; no answer of these devices is longer
TALKED_OUT = 4 * LONGEST  # bytes of an answer with its headers
TOLD = 120  # bytes of a body that an error quotes


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said.

    Attributes:
        status: RFC 9110, 15.
        body: Its first ``LONGEST`` bytes.
        headers: Names in lower case; of one that is repeated, the last.
    """

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def told(self) -> str:
        """The beginning of the body, for an error's text."""
        return self.body[:TOLD].decode("utf-8", "replace").strip()


def fetch(
    port: Port,
    target: str,
    *,
    method: str = "GET",
    headers: Sequence[tuple[str, str]] = (),
    body: bytes = b"",
    within: float = ANSWER_WITHIN,
    name: str = "",
    secure: ssl.SSLContext | None = None,
) -> Answer:
    """Ask once.

    Args:
        port: The way to the server; open or not.
        target: Path and query, as they go on the wire.
        method: RFC 9110, 9.
        headers: Besides ``Host``, ``Connection`` and ``Content-Length``.
        body: What is sent along.
        within: Seconds the whole answer may take.
        name: What an error calls the request; the target where it is left out.
        secure: Makes it HTTPS: says whom to trust.

    Raises:
        PortLost: No connection, or it ended before the answer did, or nobody to be trusted.
        PortTimeout: No answer, or half of one, in time.
        Garbled: What came is no HTTP, or has no end.
    """
    name = name or f"{method} {target}"
    host = port.address.partition("://")[2] or port.address
    own = [("Host", host), ("Connection", "close"), *headers]
    if body or method in ("POST", "PUT", "PATCH"):
        own.append(("Content-Length", str(len(body))))
    talk = h11.Connection(h11.CLIENT)
    try:
        sent = talk.send(h11.Request(method=method, target=target, headers=own)) or b""
        sent += (talk.send(h11.Data(body)) or b"") if body else b""
        sent += talk.send(h11.EndOfMessage()) or b""
    except h11.LocalProtocolError as error:  # the text could quote a header
        raise Garbled(f"{port.address}: {name} cannot be said in HTTP") from error
    until = port.clock.now() + within
    port.open()
    line = TlsPort(port, secure, host=_name_of(host)) if secure is not None else port
    try:
        if isinstance(line, TlsPort):
            line.handshake(until)
        line.write(sent)
        return _Exchange(line, talk, name, until).answer()
    finally:
        line.close()


def _name_of(host: str) -> str:
    """``api.example:443`` -> ``api.example``."""
    return urlsplit(f"//{host}").hostname or host


class _Exchange:
    """The answer to one request, as it comes in."""

    def __init__(self, port: Port, talk: h11.Connection, name: str, until: float) -> None:
        self._port, self._talk, self._until = port, talk, until
        self._name = f"{port.address}: {name}"
        self._size, self._closed = 0, False

    def answer(self) -> Answer:
        head, body = None, b""
        while not isinstance(event := self._next(), (h11.EndOfMessage, h11.ConnectionClosed)):
            if isinstance(event, h11.Response):
                head = event
            elif isinstance(event, h11.Data):
                body = (body + bytes(event.data))[:LONGEST]
            elif event is h11.NEED_DATA:
                self._listen()
            elif event is h11.PAUSED:  # it speaks another protocol from here on
                break
        if head is None:
            raise Garbled(f"{self._name}: no answer in HTTP")
        named = {key.decode().lower(): value.decode("latin-1") for key, value in head.headers}
        return Answer(head.status_code, body, named)

    def _next(self) -> object:
        try:
            return self._talk.next_event()
        except h11.RemoteProtocolError as error:
            if self._closed:
                raise PortLost(f"{self._name}: the answer was cut off") from error
            raise Garbled(f"{self._name}: {error}") from error

    def _listen(self) -> None:
        """The next bytes; none where the server has closed, which may be how its answer ends."""
        try:
            chunk = self._port.read(self._until)
        except PortLost:
            self._closed = True
            self._talk.receive_data(b"")
            return
        if chunk is None or chunk.t > self._until + BUSY:
            raise PortTimeout(f"{self._name}: no answer")
        self._size += len(chunk.data)
        if self._size > TALKED_OUT:
            raise Garbled(f"{self._name}: it does not stop talking")
        self._talk.receive_data(chunk.data)
