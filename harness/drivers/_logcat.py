"""An Android log followed on the driver's only port, and picked up again after each interruption.

Where it goes on is known by the stamp of the last line and the boot it belongs to; lines of that
stamp that were told already are passed over. So nothing is lost, and nothing told twice.

Source: developer.android.com, "Logcat command-line tool" (``-v epoch``, ``-T``); Linux,
``/proc/sys/kernel/random/boot_id``.
"""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress

from harness.drivers._adb import Adb, Decode, quoted
from harness.errors import PortLost
from harness.ports.base import Port

BOOT = "/proc/sys/kernel/random/boot_id"
STAMP = re.compile(r"\s*(\d{9,11}\.\d{3})\s")
BEGINS = 5.0  # s that it may take to begin


class Logcat:
    """The log of one device."""

    def __init__(
        self, adb: Adb, port: Port, tags: Sequence[str], take: Callable[[bytes, float], None]
    ) -> None:
        """Nothing is asked yet.

        Args:
            adb: The client, on that port.
            port: Where the log comes, while nothing else is asked.
            tags: Filters of logcat, as ``PayApp:V``; none: everything.
            take: Is given the bytes and the time at which they were read.
        """
        self._adb, self._port = adb, port
        self._tags, self._take = tuple(tags), take
        self._decode: Decode | None = None
        self._boot = self._last = ""
        self._at_last: set[str] = set()

    def follow(self) -> bool:
        """Begin, or go on, where it is not followed; whether it begins here. Raises PortLost."""
        if self._decode is not None:
            return False
        boot = self._adb.shell("cat", BOOT).text
        if boot != self._boot:
            self._boot, self._last = boot, ""
        since = ("-T", self._last) if self._last else ()
        words = ("logcat", "-v", "threadtime", "-v", "epoch", *since, *self._tags)
        until = self._port.clock.now() + BEGINS
        self._adb.select(until)
        self._decode = self._adb.follow(quoted(*words), until)
        return True

    def attend(self) -> None:
        """Take what is here; raises PortLost."""
        while self._decode is not None and self._port.readable:
            try:
                chunk = self._port.read(until=self._port.clock.now())
            except PortLost:
                self._decode = None
                raise
            if chunk is None:
                return
            self._take(self._decode(chunk), chunk.t)

    def interrupt(self) -> None:
        """Take what is here; from then on the port is free for something else."""
        with suppress(PortLost):
            self.attend()
        self._decode = None

    def is_news(self, line: str) -> bool:
        """Whether a line is one of the log (not logcat's own), and was not told before."""
        found = STAMP.match(line)
        if found is None or (found[1] == self._last and line in self._at_last):
            return False
        if found[1] != self._last:
            self._last, self._at_last = found[1], set()
        self._at_last.add(line)
        return True
