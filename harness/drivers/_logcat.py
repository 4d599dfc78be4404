"""An Android log followed on the driver's only port, and picked up again after each interruption.

Where it goes on is known by the stamp of the last line and the boot it belongs to. ``-T`` gives all
from the first line on that is not older, in the order in which lines were written: where the clock
was set back that is more than was asked for, and lines that were told already are passed over by
their count. Where the clock is behind the last line, the whole log is asked for: nothing in it need
be as late. So nothing is lost, and nothing told twice.

Source: developer.android.com, "Logcat command-line tool" (``-v epoch``, ``-T``); AOSP, logd's
LogReader (how a start time is looked up); Linux, ``/proc/sys/kernel/random/boot_id``.
"""

import re
from collections import Counter, deque
from collections.abc import Callable, Sequence
from contextlib import suppress

from harness.drivers._adb import Adb, Decode, quoted
from harness.errors import PortLost
from harness.ports.base import Port

LOOK = f"{quoted('cat', '/proc/sys/kernel/random/boot_id')}; {quoted('date', '-u', '+%s')}"
#: Seconds since 1970 (a clock that was never set begins there), process, thread, level.
STAMP = re.compile(r"\s*(\d{1,11}\.\d{3})\s+\d+\s+\d+\s+[VDIWEFS]\s")
BEGINS = 5.0  # s that it may take to begin
KEPT = 20_000  # lines; a log of 256 KiB for each of its buffers has fewer


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
        self._told: deque[str] = deque(maxlen=KEPT)
        self._again: Counter[str] = Counter()  # told before the log was asked for anew

    def follow(self) -> bool:
        """Begin, or go on, where it is not followed; whether it begins here. Raises PortLost."""
        if self._decode is not None:
            return False
        seen = self._adb.run(LOOK).text.split()
        boot, now = " ".join(word for word in seen if not word.isdecimal()), seen[-1:]
        if boot != self._boot:
            self._boot, self._last = boot, ""
            self._told.clear()
        since = ("-T", self._last) if self._last and not self._is_behind(*now) else ()
        self._again = Counter(self._told)
        words = ("logcat", "-v", "threadtime", "-v", "epoch", *since, *self._tags)
        until = self._port.clock.now() + BEGINS
        self._adb.select(until)
        self._decode = self._adb.follow(quoted(*words), until)
        return True

    def _is_behind(self, now: str = "") -> bool:
        return now.isdecimal() and int(now) < int(float(self._last))

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
        if found is None:
            return False
        if self._again[line] > 0:
            self._again[line] -= 1
            return False
        self._last = found[1]
        self._told.append(line)
        return True
