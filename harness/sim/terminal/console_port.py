"""What a technician may ask on the console: one word a line.

``journal`` prints every entry of every batch, ``totals`` what the open one adds up to, ``status``
the state, ``version`` the firmware.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from harness.sim.terminal.deals import word
from harness.sim.terminal.records import Entry

if TYPE_CHECKING:
    from harness.sim.terminal.firmware import Firmware


class ConsolePort:
    """Takes console commands."""

    def __init__(self, firmware: "Firmware") -> None:
        self._firmware = firmware
        self._kept = b""
        self._acts: dict[str, Callable[[], None]] = {
            "journal": self._journal,
            "totals": self._totals,
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
                there = ", ".join(self._acts)
                self._firmware.log.say_warning("cmd", f"unknown; there are {there}")

    def _version(self) -> None:
        firmware = self._firmware
        firmware.log.say("cmd", f"{firmware.who.model} {firmware.version}")

    def _totals(self) -> None:
        firmware = self._firmware
        found = firmware.settlement.totals()
        firmware.log.say(
            "tot",
            f"batch={firmware.storage.batch:06d} debits={found.debits} debit={found.debit}"
            f" credits={found.credits} credit={found.credit}",
        )

    def _journal(self) -> None:
        log = self._firmware.log
        count = bad = 0
        for entries, damaged in self._firmware.storage.files.every():
            for entry in entries:
                log.say("jrn", said(entry))
            count, bad = count + len(entries), bad + damaged
        log.say("jrn", f"end entries={count} damaged={bad}")


def said(entry: Entry) -> str:
    """An entry as a line; a sale is what no deal is named for."""
    deal = f" deal={word(entry.deal)}" if entry.deal != "sale" else ""
    return (
        f"batch={entry.batch:06d} stan={entry.stan:06d} amount={entry.amount} pan={entry.pan}"
        f" result={entry.outcome}{deal}"
    )
