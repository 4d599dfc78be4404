"""A device's end of a line protocol: a task per connection, one answer per line."""

import re
from collections.abc import Callable

from harness.clock import Clock
from harness.errors import PortLost
from harness.ports.base import Port

LONGEST = 4096


def serve_lines(
    clock: Clock, name: str, port: Port, answer: Callable[[str], bytes], *,
    gone: Callable[[], None], longest: int = LONGEST,
) -> None:  # fmt: skip
    """Answer every line of ``port`` in a task; ``gone`` is called when the other end has left.

    Lines end with CR, LF or both; empty ones are skipped; of a longer one only the end is kept.
    """

    def work() -> None:
        rest = b""
        try:
            while (chunk := port.read()) is not None:
                *whole, rest = re.split(rb"[\r\n]", rest + chunk.data)
                rest = rest[-longest:]
                for line in whole:
                    if line.strip():
                        port.write(answer(line.decode("utf-8", "replace")))
        except PortLost:
            pass
        finally:
            gone()

    clock.spawn(name, work)


def nothing() -> None:
    """For a device that does not mind who leaves."""
