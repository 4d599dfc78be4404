"""The register's end of nexo: over one TCP connection, or over HTTP, one for each request.

Source: Market Pay (TCP: four bytes of length, JSON, both directions), Westpay and Adyen (HTTPS
POST; what is secured by Adyen's envelope is in ``wire/nexo_secure.py``).
"""

import os
import ssl
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from harness.drivers._http import fetch
from harness.errors import DeviceRefused, Garbled, PortLost, PortTimeout
from harness.ports.base import Port
from harness.wire import nexo
from harness.wire.nexo_secure import NONCE, Secret, seal, unseal
from harness.wire.pan import mask

Take = Callable[[nexo.Message, float], None]
OK = range(200, 300)
#: Statuses (RFC 9110, 15.5) of a request that was not taken. Any other that is not OK, a 500 or a
#: gateway's 504 above all, leaves open what the terminal made of it.
NOT_TAKEN = frozenset({400, 401, 403, 404, 405, 406, 411, 413, 414, 415, 421, 426, 429, 431})
TRANSACTIONS = ("Payment", "Reversal")
#: s within which a terminal that hangs up after each response has done so.
HANGS_UP = 0.3


class Coder:
    """Messages as bytes, secured where there is a secret."""

    def __init__(self, secret: Secret | None) -> None:
        self._secret = secret

    def write(self, message: nexo.Message) -> bytes:
        """As it goes on the wire."""
        plain = message.plain()
        octets = nexo.to_json(plain)
        if self._secret is None:
            return octets
        outer = next(iter(plain))
        nonce = os.urandom(NONCE)
        return nexo.to_json(
            seal(octets, outer, message.header.plain(), self._secret, nonce)
        )  # fmt: skip

    def read(self, octets: bytes) -> nexo.Message:
        """Raises Garbled, also for one that should be secured and is not."""
        plain = nexo.from_json(octets)
        if self._secret is not None:
            plain = nexo.from_json(unseal(plain, self._secret))
        return nexo.read_message(plain)


class Link(ABC):
    """One terminal.

    Attributes:
        busy: Whether somebody waits for a response.
        lost: Is told of responses to transactions instead of who waits, where they are to be lost.
        lasts: Whether a connection outlasts a request: then it may be gone before the next.
    """

    lasts = True

    def __init__(self, port: Port, coder: Coder) -> None:
        self.port, self.coder, self.clock = port, coder, port.clock
        self.busy = False
        self.lost: Callable[[float], None] | None = None

    @abstractmethod
    def open(self) -> bool:
        """Be connected; whether a session must begin anew. Raises PortLost.

        One that the terminal ends after each response takes no session with it: nexo's lasts from
        Login to Logout. Where it has ended all the same, the terminal says ``LoggedOut``.
        """

    @property
    def carries_on(self) -> bool:
        """Whether the session was opened on an earlier connection than this."""
        return True

    @abstractmethod
    def settle(self) -> None:
        """Leave time to hang up after a response; what is sent meanwhile would be lost."""

    @abstractmethod
    def ask(self, message: nexo.Message, until: float, take: Take) -> tuple[nexo.Message, float]:
        """The response to a request, and when it came; ``take`` is given what else comes.

        Raises PortLost, PortTimeout and Garbled, after which nobody knows what became of it;
        DeviceRefused: the terminal did not take it.
        """

    @abstractmethod
    def tell(self, message: nexo.Message) -> None:
        """Send what has no response, also while another task waits in ``ask``; raises PortLost."""

    @abstractmethod
    def attend(self, take: Take) -> None:
        """Hear what came unasked; raises PortLost."""

    def is_lost(self, message: nexo.Message, t: float) -> bool:
        """Whether a response is as if it had never arrived."""
        if self.lost is None or message.header.category not in TRANSACTIONS:
            return False
        self.lost(t)
        return True


class TcpLink(Link):
    """One connection for all, both ways."""

    def __init__(self, port: Port, coder: Coder) -> None:
        super().__init__(port, coder)
        self._deframer = nexo.Deframer()
        self._heard: deque[tuple[nexo.Message, float]] = deque()
        self._up = False
        self._over: float | None = None  # when a connection's only exchange until now ended, s
        self._kept = False  # whether one had a second: nobody hangs up after each
        self._hung_up = False  # whether the last ended as those do

    def open(self) -> bool:
        new = not self._up and not self._hung_up
        try:
            self.port.open()
        except PortLost:
            self._forget()
            self._hung_up = False
            raise
        self._up = True
        return new

    @property
    def carries_on(self) -> bool:
        return self._hung_up

    def settle(self) -> None:
        if self._over is not None and not self._kept:
            self.clock.sleep(max(0.0, self._over + HANGS_UP - self.clock.now()))

    def ask(self, message: nexo.Message, until: float, take: Take) -> tuple[nexo.Message, float]:
        self.busy = True
        try:
            self.tell(message)
            while True:
                found = self._next(until)
                if found is None:
                    raise PortTimeout(f"{self.port.address}: no response from the terminal")
                if not _is_response_to(found[0].header, message.header):
                    take(*found)
                elif not self.is_lost(*found):
                    self._kept = self._kept or self._over is not None
                    self._over = found[1]
                    return found
        except Garbled:
            self._part()
            raise
        finally:
            self.busy = False

    def tell(self, message: nexo.Message) -> None:
        try:
            self.port.write(nexo.prefixed(self.coder.write(message)))
        except PortLost:
            self._forget()
            raise

    def attend(self, take: Take) -> None:
        try:
            while self._heard or self.port.readable:
                found = self._next(self.clock.now())
                if found is None:
                    return
                take(*found)
        except Garbled:
            self._part()

    def _next(self, until: float) -> tuple[nexo.Message, float] | None:
        while not self._heard:
            try:
                chunk = self.port.read(until)
            except PortLost:
                self._forget()
                raise
            if chunk is None:
                return None
            found = self._deframer.feed(chunk.data)
            self._heard.extend((self.coder.read(octets), chunk.t) for octets in found)
        return self._heard.popleft()

    def _part(self) -> None:
        """What came is none of this protocol: nobody knows where the next message begins."""
        self._forget()
        self.port.close()

    def _forget(self) -> None:
        whole = self._over is not None and not self.busy and not self._kept
        self._hung_up = whole or (self._hung_up and not self._up)
        self._up, self._over = False, None
        self._deframer = nexo.Deframer()
        self._heard.clear()


class HttpLink(Link):
    """A POST for each request, on a connection of its own; nothing comes unasked."""

    lasts = False

    def __init__(
        self, port: Port, coder: Coder, path: str, secure: ssl.SSLContext | None
    ) -> None:  # fmt: skip
        super().__init__(port, coder)
        self._path, self._secure = path, secure
        self._met = False

    def open(self) -> bool:
        self.port.open()
        new, self._met = not self._met, True
        return new

    def settle(self) -> None:
        """Each has a connection of its own."""

    def attend(self, take: Take) -> None:
        """Nothing ever does."""

    def ask(self, message: nexo.Message, until: float, take: Take) -> tuple[nexo.Message, float]:
        self.busy = True
        try:
            answer = self._post(self.port, message, max(1.0, until - self.clock.now()))
            if answer is None:
                raise Garbled(f"{self.port.address}: an empty answer to {message.header.category}")
            if not _is_response_to(answer.header, message.header):
                raise Garbled(f"{self.port.address}: a response to another request")
            if self.is_lost(answer, self.clock.now()):
                self.clock.sleep_until(until)
                raise PortTimeout(f"{self.port.address}: no response from the terminal")
        except PortLost:
            self._met = False
            raise
        finally:
            self.busy = False
        return answer, self.clock.now()

    def tell(self, message: nexo.Message) -> None:
        self._post(self.port.twin() if self.busy else self.port, message, 10.0)

    def _post(self, port: Port, message: nexo.Message, within: float) -> nexo.Message | None:
        """The message of the answer; None for one without."""
        answer = fetch(
            port, self._path, method="POST", body=self.coder.write(message), within=within,
            headers=[("Content-Type", "application/json")], name=message.header.category,
            secure=self._secure,
        )  # fmt: skip
        if answer.status not in OK:
            said = f"{port.address}: {message.header.category}: HTTP {answer.status} {answer.told}"
            error = (DeviceRefused if answer.status in NOT_TAKEN else Garbled)(mask(said.strip()))
            error.next_move = "Is it the terminal itself that is at this address and `path:`?"
            raise error
        if not answer.body.lstrip().startswith(b"{"):
            return None  # Adyen answers an Abort by "ok"
        return self.coder.read(answer.body)


def _is_response_to(header: nexo.Header, asked: nexo.Header) -> bool:
    same = header.service == asked.service and header.category == asked.category
    return header.kind == "Response" and same
