"""A person at the terminal that the run was started from: one question at a time, with a time."""

import threading
from collections.abc import Collection

from harness.drivers._heard import heard
from harness.errors import Garbled, PortTimeout
from harness.ports.base import Port
from harness.wire.pan import mask

LONGEST = 1024  # characters of an answer
TURN = 0.2  # s between two looks whether another question is answered
#: Where somebody is being asked now. Two drivers of one rig may share the same person.
_ASKED: dict[str, threading.Lock] = {}


class Person:
    """Asks, and waits for a line.

    Args:
        port: ``operator://tty``.
        within: Seconds for an answer, where a question does not say otherwise.
    """

    def __init__(self, port: Port, within: float) -> None:
        self._port, self._within = port, within
        self._turn = _ASKED.setdefault(port.address, threading.Lock())

    def tell(self, what: str) -> None:
        """Say something that wants no answer."""
        self._port.write(f"\r\n{what}\r\n".encode())

    def ask(self, what: str, within: float | None = None) -> tuple[str, float]:
        """The answer without its ends, masked, and when it came.

        Raises:
            PortTimeout: No answer in time.
            Garbled: A line that does not end.
        """
        clock = self._port.clock
        until = clock.now() + (within or self._within)
        while not self._turn.acquire(blocking=False):
            if clock.now() >= until:
                raise PortTimeout(f"{self._port.address}: still asked something else: {what}")
            clock.sleep(TURN)
        try:
            return self._answer(what, until)
        finally:
            self._turn.release()

    def choose(
        self, what: str, known: Collection[str], within: float | None = None
    ) -> tuple[str, str, float]:
        """The letter of an answer that begins with one of ``known``, the rest of it, and when.

        Who answers something else is asked again. Raises as ``ask``.
        """
        clock = self._port.clock
        until = clock.now() + (within or self._within)
        while True:
            said, t = self.ask(what, max(until - clock.now(), TURN))
            first, _, rest = said.partition(" ")
            if first[:1].lower() in known:
                return first[:1].lower(), rest.strip(), t
            self.tell(f"{said!r} is none of {', '.join(known)}")

    def _answer(self, what: str, until: float) -> tuple[str, float]:
        if self._port.readable:
            for _ in heard(self._port, self._port.clock.now()):
                pass  # an Enter from before is no answer
        left = until - self._port.clock.now()
        self._port.write(f"\r\n{what} [{left:.0f} s]: ".encode())
        said = b""
        for chunk in heard(self._port, until):
            said += chunk.data
            line, end, _ = said.replace(b"\r", b"\n").partition(b"\n")
            if len(line) > LONGEST:
                raise Garbled(f"{self._port.address}: an answer of {len(line)} bytes")
            if end:
                return mask(line.decode("utf-8", "replace").strip()), chunk.t
        raise PortTimeout(f"{self._port.address}: nobody answered within {left:.0f} s: {what}")
