"""The flash kept in order: what was warned of is kept there in two files that take turns.

The journal comes first: a flash that is nearly full costs old log lines, then it is said, and
before there is no room for a sale's records any more, sales are refused (invariant 20).
"""

from typing import TYPE_CHECKING

from harness.sim.terminal.flash import FlashFull
from harness.sim.terminal.log import Line

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware

NEW, OLD = "log.0", "log.1"
KEPT = ("W", "E")
MOST = 32 * 1024  # B of one log file
RESERVE = 24 * 1024  # B that a day's records may need


class Housekeeping:
    """Writes the log away, makes room, warns."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._flash = firmware.flash
        self._low = firmware.personality.health.storage_low * 1024
        self._unsaved: list[Line] = []
        firmware.log.listeners.append(self.hear)

    def hear(self, line: Line) -> None:
        """A line of the log; what was warned of is kept."""
        if line.level in KEPT:
            self._unsaved.append(line)

    def look(self) -> None:
        """Now and then, by whoever looks after the terminal."""
        lines, self._unsaved = self._unsaved, []
        if lines:
            self.keep("".join(map(_written, lines)).encode())
        self._judge_room()

    def keep(self, text: bytes) -> None:
        """Add to the log on the flash; what does not fit takes the place of what is old."""
        if len(self._flash.peek(NEW) or b"") + len(text) > MOST:
            self.rotate()
        try:
            self._flash.append(NEW, text)
            self._flash.sync()
        except FlashFull:
            self.rotate()

    def rotate(self) -> None:
        """Give up the older file, and begin a new one."""
        self._flash.delete(OLD)
        if self._flash.peek(NEW) is not None:
            self._flash.rename(NEW, OLD)
        self._flash.sync()

    def _judge_room(self) -> None:
        alarms, free = self._firmware.alarms, self._flash.free
        if free >= self._low:
            alarms.end("storage_low", "storage_full")
            return
        if "storage_low" not in alarms.active:
            self.rotate()
            worn = f", {self._flash.worn} pages worn" if self._flash.worn else ""
            alarms.begin("storage_low", f"{self._flash.free // 1024} KiB left{worn}")
        if self._flash.free < RESERVE:
            alarms.begin("storage_full")
        else:
            alarms.end("storage_full")


def _written(line: Line) -> str:
    return f"{line.when:%m-%d %H:%M:%S} {line.level} {line.part}: {line.text}\n"
