"""An outlet of a power strip with an HTTP interface: the terminal's mains adapter.

Source, by ``kind``: ``netio`` NETIO products' JSON M2M API (``/netio.json``); ``shelly`` Shelly
Gen2 RPC (``Switch.Set``, ``Switch.GetStatus``); ``shelly1`` Shelly Gen1 API (``/relay/0``);
``tasmota`` Tasmota's web requests (``/cm?cmnd=Power1``). HTTP by h11 (RFC 9112), a connection for
each request, Basic authentication where a user is named; its password comes from the environment.
"""

import base64
import json
import os
from typing import ClassVar, Literal

import h11

from harness.drivers._outlets import DIALECTS
from harness.drivers._switched import Feeds, Switched
from harness.errors import DeviceRefused, Garbled, PortLost, PortTimeout, RigError
from harness.model.power import Switching
from harness.ports.base import Port

IDENTITY = None
ANSWER_WITHIN = 5.0  # s
BUSY = 2.0  # s after that a busy host may come to read an answer
LONGEST = 1 << 16  # bytes of an answer


class Driver(Switched):
    """Plays Switch and SafeState."""

    NAME: ClassVar[str] = "the outlet"
    switching = Switching(min_open=1.0, bounce=0.01, feeds="mains")

    def __init__(
        self,
        port: Port,
        *,
        kind: Literal["netio", "shelly", "shelly1", "tasmota"],
        outlet: int = 1,
        user: str = "",
        password_env: str = "",
        feeds: Feeds = "mains",
    ) -> None:
        """Nothing is asked yet.

        Args:
            port: ``host:80``.
            kind: netio, shelly, shelly1 or tasmota.
            outlet: Which, counted from 1.
            user: For Basic authentication; none when left out.
            password_env: Environment variable that holds the password.
            feeds: What it opens: dc, mains, vbus, poe or battery.
        """
        super().__init__(port, feeds=feeds)
        self._dialect = DIALECTS[kind]
        self._number = outlet - 1 + self._dialect.first
        self._secret = b""
        if user:
            if password_env not in os.environ:
                raise RigError(f"pdu_http: password_env: {password_env!r} is not set")
            self._secret = base64.b64encode(f"{user}:{os.environ[password_env]}".encode())

    def _move(self, *, closed: bool) -> float:
        own = self._dialect
        words = {"n": self._number, "on": own.on[closed]}
        self._fetch(own.turn.format(**words), own.body.format(**words))
        return self._port.clock.now()

    def _is_closed(self) -> bool:
        answer = self._fetch(self._dialect.ask.format(n=self._number))
        try:
            return self._dialect.is_on(json.loads(answer), self._number)
        except (KeyError, TypeError, ValueError, StopIteration, RecursionError) as error:
            raise Garbled(
                f"{self._port.address}: outlet {self._number} is not in {answer[:120]!r}"
            ) from error

    def _fetch(self, target: str, body: str = "") -> bytes:
        """The body of a good answer, after one request on a connection of its own."""
        self._port.open()
        headers = [("Host", self._port.address), ("Connection", "close")]
        if self._secret:
            headers.append(("Authorization", f"Basic {self._secret.decode()}"))
        if body:
            headers += [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]
        talk = h11.Connection(h11.CLIENT)
        sent = talk.send(
            h11.Request(method="POST" if body else "GET", target=target, headers=headers)
        )
        sent = (sent or b"") + (talk.send(h11.Data(body.encode())) or b"" if body else b"")
        self._port.write(sent + (talk.send(h11.EndOfMessage()) or b""))
        try:
            return self._answer(talk, target)
        except h11.RemoteProtocolError as error:
            raise Garbled(f"{self._port.address}: {target}: {error}") from error
        finally:
            self._port.close()

    def _answer(self, talk: h11.Connection, target: str) -> bytes:
        until, body, status, size = self._port.clock.now() + ANSWER_WITHIN, b"", 0, 0
        while not isinstance(event := talk.next_event(), h11.EndOfMessage):
            if event is h11.NEED_DATA:
                heard = self._heard(until, target)
                size += len(heard)
                if size > 4 * LONGEST:
                    raise Garbled(f"{self._port.address}: {target}: it does not stop talking")
                talk.receive_data(heard)
            elif isinstance(event, h11.Response):
                status = event.status_code
            elif isinstance(event, h11.Data):
                body = (body + bytes(event.data))[:LONGEST]  # nor is that JSON
        if status != 200:
            raise DeviceRefused(f"{self._port.address}: {target}: status {status} {body[:80]!r}")
        return body

    def _heard(self, until: float, target: str) -> bytes:
        try:
            chunk = self._port.read(until)
        except PortLost:
            return b""  # that may be how it ends its answer
        if chunk is None or chunk.t > until + BUSY:  # some never come to their answer's end
            raise PortTimeout(f"{self._port.address}: no answer to {target}")
        return chunk.data
