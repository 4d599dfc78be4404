"""A simulated device's log, and ``logcat`` to read it with.

The payment application's own lines are those of the firmware; others add theirs. It is in memory:
a reset empties it. Source: AOSP, system/logging: logcat's options (``-d -v -T -t -s -b``) and the
formats of liblog's ``android_log_formatLogLine``.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from itertools import dropwhile

from harness.clock import Clock, Mailbox
from harness.sim.android.shell import Call
from harness.sim.terminal import log

PAYMENT_TAG = "HilPay"
LEVELS = "VDIWEFS"
#: Tag -> process; anything else is the system's.
PROCESSES = {PAYMENT_TAG: 1402, "HilCourier": 1533}
SYSTEM = 911
KEPT = 6000  # lines
TAKES_VALUE = ("-v", "-b", "-T", "-t", "-m", "-e", "-f", "-r", "-n")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line."""

    when: datetime
    level: str
    tag: str
    text: str
    millis: int = field(init=False)  # since 1970; the device's clock knows no zones

    def __post_init__(self) -> None:
        seconds = int(self.when.replace(tzinfo=UTC).timestamp())
        object.__setattr__(self, "millis", 1000 * seconds + self.when.microsecond // 1000)

    @property
    def stamp(self) -> str:
        return self.when.strftime("%m-%d %H:%M:%S.%f")[:-3]

    @property
    def epoch(self) -> str:
        return f"{self.millis // 1000:>19}.{self.millis % 1000:03d}"


#: ``-v`` -> how a line is written.
FORMATS = {
    "threadtime": "{stamp} {pid:5d} {tid:5d} {level} {tag:<8}: {text}",
    "time": "{stamp} {level}/{tag:<8}({pid:5d}): {text}",
    "brief": "{level}/{tag:<8}({pid:5d}): {text}",
    "tag": "{level}/{tag:<8}: {text}",
    "raw": "{text}",
}
MODIFIERS = ("year", "UTC", "color", "printable", "uid")  # that change nothing here


class Logd:
    """The log. ``listeners`` are called with every new entry and must not wait."""

    def __init__(self, payment: log.Log, wall_time: Callable[[], datetime]) -> None:
        self._wall_time = wall_time
        self.entries: deque[Entry] = deque(map(_of_payment, payment.recent), maxlen=KEPT)
        self.listeners: list[Callable[[Entry], None]] = []
        payment.listeners.append(lambda line: self._take(_of_payment(line)))

    def add(self, tag: str, text: str, level: str = "I") -> None:
        """A line of somebody else's."""
        self._take(Entry(self._wall_time(), level, tag, text))

    def _take(self, entry: Entry) -> None:
        self.entries.append(entry)
        for hear in list(self.listeners):
            hear(entry)


def _of_payment(line: log.Line) -> Entry:
    return Entry(line.when, line.level, PAYMENT_TAG, f"{line.part}: {line.text}")


# --- logcat ---------------------------------------------------------------------------------


class Unread(Exception):
    """An option that logcat does not take."""


class Logcat:
    """One ``logcat`` as it was asked for; raises Unread."""

    def __init__(self, words: list[str]) -> None:
        self.follows, self.clears = True, False
        self._shape, self._stamp = FORMATS["threadtime"], "stamp"
        self._since: str | None = None
        self._since_millis: Decimal | None = None
        self._most: int | None = None
        self._levels: dict[str, str] = {}
        self._others = "V"
        self._read(list(words))

    def _read(self, rest: list[str]) -> None:
        while rest:
            word = rest.pop(0)
            if word in TAKES_VALUE:
                self._option(word, rest.pop(0) if rest else "")
            elif word == "-d":
                self.follows = False
            elif word == "-c":
                self.clears = True
            elif word == "-s":
                self._others = "S"
            elif word.startswith("-"):
                raise Unread(f"unknown option {word}")
            else:
                tag, _, level = word.partition(":")
                if tag == "*":
                    self._others = level or "V"
                else:
                    self._levels[tag] = level or "V"

    def _option(self, word: str, value: str) -> None:
        if word == "-v":
            if value == "epoch":
                self._stamp = "epoch"
            elif value in FORMATS:
                self._shape = FORMATS[value]
            elif value not in MODIFIERS:
                raise Unread(f'Invalid parameter "{value}" to -v')
        elif word in ("-T", "-t"):
            self.follows = self.follows and word == "-T"
            if value.isdecimal():
                self._most = int(value)
            elif value:
                self._since = value
                epoch = value.replace(".", "", 1).isdecimal()
                self._since_millis = 1000 * Decimal(value) if epoch else None
            else:
                raise Unread(f"{word} wants a count or a time")

    def shows(self, entry: Entry) -> bool:
        """Whether its filters let this line through."""
        lowest = self._levels.get(entry.tag, self._others)
        return lowest in LEVELS and LEVELS.index(entry.level) >= LEVELS.index(lowest)

    def first(self, entries: deque[Entry]) -> list[Entry]:
        """What it shows of what is there already.

        A start time is looked up in the order of writing: all from the first entry on that is not
        older, be the clock set back after it; nothing where there is none (logd's LogReader).
        """
        found = dropwhile(lambda entry: not self._begins(entry), entries)
        shown = [entry for entry in found if self.shows(entry)]
        return shown[-self._most :] if self._most is not None else shown

    def _begins(self, entry: Entry) -> bool:
        if self._since is None:
            return True
        if self._since_millis is not None:
            return entry.millis >= self._since_millis
        return entry.stamp >= self._since

    def line(self, entry: Entry) -> bytes:
        """A line as it was asked for."""
        pid = PROCESSES.get(entry.tag, SYSTEM)
        line = self._shape.format(
            stamp=getattr(entry, self._stamp), pid=pid, tid=pid + 17, level=entry.level,
            tag=entry.tag, text=entry.text,
        )  # fmt: skip
        return line.encode() + b"\n"


def logcat(logd: Logd, clock: Clock, call: Call) -> int:
    """The command."""
    try:
        asked = Logcat(call.words[1:])
    except Unread as wrong:
        return call.complain(f"logcat: {wrong}")
    if asked.clears:
        logd.entries.clear()
    else:
        _show(logd, asked, clock.mailbox("a line of the log"), call)
    return 0


def _show(logd: Logd, asked: Logcat, news: Mailbox[Entry], call: Call) -> None:
    """What is there, and what comes until whoever reads has gone."""
    if logd.entries:
        call.out(b"--------- beginning of main\n")
    for entry in asked.first(logd.entries):
        news.put(entry)
    if asked.follows:
        logd.listeners.append(news.put)
    try:
        while asked.follows or len(news):
            found = news.get()
            if found is not None and asked.shows(found):
                call.out(asked.line(found))
    finally:
        if asked.follows:
            logd.listeners.remove(news.put)
