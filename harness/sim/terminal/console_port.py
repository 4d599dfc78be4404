"""What a technician may ask on the console: one word a line.

``journal`` prints every entry of every batch, ``status`` the state, ``version`` the firmware.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.sim.terminal.records import read_journal

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


class ConsolePort:
    """Takes console commands."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._kept = b""
        self._acts: dict[str, Callable[[], None]] = {
            "journal": self._journal,
            "status": firmware.state.log_again,
            "version": self._version,
        }

    def feed(self, octets: bytes) -> None:
        """Carry out the lines that are complete now."""
        *lines, self._kept = (self._kept + octets).replace(b"\r", b"\n").split(b"\n")
        for line in lines:
            word = line.decode("ascii", "replace").strip().lower()
            if word in self._acts:
                self._acts[word]()
            elif word:
                self._firmware.log.say_warning("cmd", "unknown; there are journal, status, version")

    def _version(self) -> None:
        firmware = self._firmware
        firmware.log.say("cmd", f"{firmware.who.model} {firmware.version}")

    def _journal(self) -> None:
        log, flash = self._firmware.log, self._firmware.flash
        count = bad = 0
        for name in flash.names():
            if not name.startswith("journal.") or name.endswith(".new"):
                continue
            entries, damaged, _ = read_journal(flash.read(name) or b"")
            for entry in entries:
                log.say(
                    "jrn",
                    f"batch={entry.batch:06d} stan={entry.stan:06d} amount={entry.amount}"
                    f" pan={entry.pan} result={entry.outcome}",
                )
            count, bad = count + len(entries), bad + damaged
        log.say("jrn", f"end entries={count} damaged={bad}")
