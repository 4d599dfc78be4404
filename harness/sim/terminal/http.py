"""An HTTP client as small as a terminal's: one GET at a time over a port, body in pieces."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import h11

from harness.errors import Garbled, PortTimeout
from harness.ports.base import Port


@dataclass(frozen=True, slots=True)
class Response:
    """The head of an answer.

    Attributes:
        status: Status code.
        headers: Lower-case name -> value.
        body: The body's pieces as they arrive; raises PortError or Garbled when it breaks off.
    """

    status: int
    headers: dict[str, str]
    body: Iterator[bytes]

    def whole(self, limit: int = 1 << 16) -> bytes:
        """The whole body; raises Garbled when it is longer than ``limit`` bytes."""
        body = b""
        for piece in self.body:
            body += piece
            if len(body) > limit:
                raise Garbled(f"a body of more than {limit} B")
        return body


class HttpClient:
    """GETs over one connection at a time, kept alive where the server allows it.

    Args:
        connect: Makes a connection; raises PortError.
        wait: Seconds without a byte after which the server counts as silent.
        host: What the Host header says.
    """

    def __init__(self, connect: Callable[[], Port], *, wait: float, host: str) -> None:
        self._connect = connect
        self._wait = wait
        self._host = host
        self._port: Port | None = None
        self._talk = h11.Connection(h11.CLIENT)

    def get(self, target: str, **headers: str) -> Response:
        """Ask; header names with ``_`` for ``-``. Raises PortError and Garbled."""
        port = self._connected()
        named = [(name.replace("_", "-"), value) for name, value in headers.items()]
        request = h11.Request(method="GET", target=target, headers=[("Host", self._host), *named])
        for event in (request, h11.EndOfMessage()):
            sent = self._talk.send(event)
            if sent:
                port.write(sent)
        head = self._next(port)
        while isinstance(head, h11.InformationalResponse):
            head = self._next(port)
        if not isinstance(head, h11.Response):
            raise Garbled("the server hung up instead of answering")
        told = {name.decode(): value.decode("latin-1") for name, value in head.headers}
        return Response(head.status_code, told, self._body(port))

    def close(self) -> None:
        """Drop the connection."""
        if self._port is not None:
            self._port.close()
            self._port = None

    def _connected(self) -> Port:
        if self._port is not None and self._talk.our_state is h11.DONE:
            try:
                self._talk.start_next_cycle()
            except h11.LocalProtocolError:  # the server closes, or a body was not read to its end
                self.close()
        if self._port is None or self._talk.our_state is not h11.IDLE:
            self.close()
            self._port = self._connect()
            self._talk = h11.Connection(h11.CLIENT)
        return self._port

    def _body(self, port: Port) -> Iterator[bytes]:
        while True:
            event = self._next(port)
            if isinstance(event, h11.Data):
                yield bytes(event.data)
            elif isinstance(event, h11.EndOfMessage):
                return
            else:
                raise Garbled("the body broke off")

    def _next(self, port: Port) -> object:
        try:
            while (event := self._talk.next_event()) is h11.NEED_DATA:
                chunk = port.read(port.clock.now() + self._wait)
                if chunk is None:
                    raise PortTimeout(f"{port.address}: nothing came in {self._wait:g} s")
                self._talk.receive_data(chunk.data)
        except h11.RemoteProtocolError as error:
            raise Garbled(f"no HTTP: {error}") from None
        return event
