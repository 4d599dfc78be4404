"""A person at the terminal that the run was started from: one question at a time, with a time.

Nobody is asked for ever: who has left three questions in a row without an answer is asked no more,
until a key is pressed there.
"""

import threading
from collections.abc import Collection

from harness.drivers._heard import heard
from harness.errors import Astray, Garbled, PortTimeout
from harness.ports.base import Port
from harness.wire.pan import mask

LONGEST = 1024  # characters of an answer
TURN = 0.2  # s between two looks whether another question is answered
MOST = 3  # questions in a row that nobody answers, or answers to one that say nothing
ABSENT = "Start the run again when somebody is there to answer"
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
        self._unanswered = 0
        self._first_missed: float | None = None  # when what has no answer was asked, first

    def tell(self, what: str) -> None:
        """Say something that wants no answer."""
        self._port.write(f"\r\n{what}\r\n".encode())

    def ask(self, what: str, within: float | None = None) -> tuple[str, float]:
        """The answer without its ends, masked, and when it came.

        Raises:
            PortTimeout: No answer in time, or none to the last questions either.
            Garbled: A line that does not end.
        """
        if self._unanswered >= MOST and not self._port.readable:
            raise self._absent(f"the last {MOST} questions have no answer; not asked: {what}")
        clock = self._port.clock
        until = clock.now() + (within or self._within)
        while not self._turn.acquire(blocking=False):
            if clock.now() >= until:
                raise self._absent(f"still asked something else: {what}")
            clock.sleep(TURN)
        self._unanswered, missed = self._unanswered + 1, self._first_missed
        if missed is None:
            self._first_missed = clock.now()
        try:
            said = self._answer(what, until)
        finally:
            self._turn.release()
        self._unanswered, self._first_missed = 0, missed
        return said

    def choose(
        self, what: str, known: Collection[str], within: float | None = None
    ) -> tuple[str, str, float]:
        """The letter of an answer that begins with one of ``known``, the rest of it, and when.

        Who answers something else is asked again, three times in all. Raises as ``ask``.
        """
        clock = self._port.clock
        began, before = clock.now(), self._unanswered
        until = began + (within or self._within)
        for _ in range(MOST):
            said, t = self.ask(what, max(until - clock.now(), TURN))
            first, _, rest = said.partition(" ")
            if first[:1].lower() in known:
                return first[:1].lower(), rest.strip(), t
            self.tell(f"{said!r} is none of {', '.join(known)}")
        self._unanswered = before + 1
        if self._first_missed is None:
            self._first_missed = began
        raise Garbled(f"{self._port.address}: {MOST} answers that are none to: {what}")

    def look(self) -> None:
        """Raises Astray where a question has no answer: since then nobody knows what happened."""
        if self._first_missed is not None:
            error = Astray(f"{self._port.address}: the operator left a question unanswered",
                           self._first_missed)  # fmt: skip
            error.next_move = ABSENT
            raise error

    def _absent(self, why: str) -> PortTimeout:
        error = PortTimeout(f"{self._port.address}: {why}")
        error.next_move = ABSENT
        return error

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
        raise self._absent(f"nobody answered within {left:.0f} s: {what}")
