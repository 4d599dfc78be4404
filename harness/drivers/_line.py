"""A small board on a serial line: one line asks, one answers, and some come unasked in between."""

from collections.abc import Callable

from harness.drivers._heard import heard
from harness.errors import DeviceRefused, PortTimeout
from harness.ports.base import Port

ANSWER_WITHIN = 3.0  # s; it takes milliseconds, but the host may be busy


class Line:
    """What is said on it, in ASCII, a line at a time.

    Args:
        port: The serial line.
        unasked: Is given each line and when it was read; whether nobody had asked for it.
    """

    def __init__(self, port: Port, unasked: Callable[[str, float], bool]) -> None:
        self._port = port
        self._unasked = unasked
        self._rest = b""

    def attend(self) -> None:
        """Take in what it says unasked."""
        for line, t in self._lines(self._port.clock.now()):
            self._unasked(line, t)

    def tell(self, command: str, wanted: str) -> None:
        """Ask for one answer; raises DeviceRefused for any other, PortTimeout for none."""
        answer = self.ask(command)
        if answer != wanted:
            raise DeviceRefused(
                f"{self._port.address}: {command!r} was answered by {answer[:80]!r}"
            )

    def ask(self, command: str) -> str:
        """The answer; raises PortTimeout for none, PortLost."""
        self.attend()
        self._rest = b""  # half a line from before is no answer
        self._port.write(f"{command}\n".encode())
        until = self._port.clock.now() + ANSWER_WITHIN
        while lines := self._lines(until, wait=True):
            answers = [line for line, t in lines if not self._unasked(line, t)]
            if answers:
                return answers[0]
        raise PortTimeout(f"{self._port.address}: no answer to {command!r}")

    def _lines(self, until: float, *, wait: bool = False) -> list[tuple[str, float]]:
        """The whole lines that are here, stamped; with ``wait`` the first that come until then."""
        found: list[tuple[str, float]] = []
        for chunk in heard(self._port, until):
            *whole, self._rest = (self._rest + chunk.data).split(b"\n")
            texts = (line.decode("latin-1").strip() for line in whole)
            found += [(text, chunk.t) for text in texts if text]
            if wait and found:
                break
        return found
