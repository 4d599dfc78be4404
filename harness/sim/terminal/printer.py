"""The receipt printer: slow, hungry for current, and never shown a whole card number.

A sale stands whatever becomes of its receipt (invariant 13): the printer says what it is in want
of, and once it has that, whoever is owed a receipt gets one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.clock import Clock
from harness.sim.terminal.body import Body
from harness.sim.terminal.deals import TERMS
from harness.sim.terminal.log import Log
from harness.sim.terminal.records import Entry
from harness.sim.terminal.screen import Alarms

#: Part -> what it means when it is not as usual; the first one is said first.
TROUBLES = {
    "printer_cable": "printer_fault", "cover": "cover_open", "paper": "paper_out",
    "paper_path": "paper_jam", "print_head": "printer_hot",
}  # fmt: skip


class Printer:
    """Prints one receipt at a time.

    Attributes:
        printing: Whether the head is hot now.
        receipts: The lines of every receipt finished so far.
        elsewhere: Whether a register prints them instead.
    """

    def __init__(
        self, clock: Clock, log: Log, *, line_time: float, tid: str, body: Body, alarms: Alarms,
        ready: Callable[[], None],
    ) -> None:  # fmt: skip
        """Make it.

        Args:
            clock: What printing takes time on.
            log: Where it says what it prints.
            line_time: Seconds a line takes.
            tid: Stands on every receipt.
            body: Where paper, cover and head are.
            alarms: Who is told what it is in want of.
            ready: Called when it has all it needs again; must not wait.
        """
        self._clock = clock
        self._log = log
        self._line_time = line_time
        self._tid = tid
        self._body = body
        self._alarms = alarms
        self._ready = ready
        self.printing = self.elsewhere = False
        self.receipts: list[list[str]] = []

    @contextmanager
    def here(self) -> Iterator[None]:
        """Print them here meanwhile, whoever else does."""
        elsewhere, self.elsewhere = self.elsewhere, False
        try:
            yield
        finally:
            self.elsewhere = elsewhere

    def troubles(self) -> list[str]:
        """The causes for which it cannot print now."""
        return [cause for part, cause in TROUBLES.items() if not self._body.usual(part)]

    def watch(self) -> None:
        """Say what it is in want of, and when it is not any more; a task of its own."""
        told: list[str] = []
        while True:
            now = self.troubles()
            for cause in now:
                if cause not in told:
                    self.say(cause)
            for cause in told:
                if cause not in now:
                    self._alarms.end(cause)
            if told and not now:
                self._ready()
            told = now
            self._body.changed.wait_for(lambda told=told: self.troubles() != told)  # type: ignore[misc]

    def say(self, cause: str) -> None:
        """Tell operator and register."""
        self._alarms.begin(cause)

    def print_receipt(self, entry: Entry, *, copy: bool = False) -> bool:
        """Print; False where it did not come out whole. A reprint says that it is one."""
        if self.elsewhere:
            return True
        facts = (
            f"stan={entry.stan:06d} amount={entry.amount} pan={entry.pan}"
            f" result={entry.outcome} copy={'yes' if copy else 'no'}"
        )
        if self.troubles():
            self._log.say_error("prn", f"not ready for {facts}")
            return False
        self._log.say("prn", f"start {facts}")
        if not self._feed(receipt_lines(entry, self._tid, copy=copy)):
            self._log.say_error("prn", f"broken off {facts}")
            return False
        self._log.say("prn", f"done {facts}")
        return True

    def print_slip(self, lines: list[str]) -> None:
        """Print something that is no receipt."""
        if not self.troubles():
            self._feed(lines)

    def _feed(self, lines: list[str]) -> bool:
        """Whether all lines came out."""
        self.printing = True
        try:
            for _ in lines:
                self._clock.sleep(self._line_time)
                if self.troubles():
                    return False
        finally:
            self.printing = False
        self.receipts.append(lines)
        return True


def receipt_lines(entry: Entry, tid: str, *, copy: bool) -> list[str]:
    """The text of a receipt; the card number is the masked one of the journal."""
    rows: list[tuple[Callable[[], bool], str]] = [
        (lambda: copy, "*** DUPLICATE ***"),
        (lambda: True, f"TERMINAL {tid}"),
        (lambda: entry.deal != "sale", TERMS[entry.deal].title),
        (lambda: True, f"BATCH {entry.batch:06d} TRACE {entry.stan:06d}"),
        (lambda: True, f"CARD {entry.pan} {entry.entry.upper()}".rstrip()),
        (lambda: True, f"AMOUNT {entry.amount / 100:.2f}"),
        (lambda: bool(entry.auth), f"AUTH {entry.auth}" + f" RRN {entry.rrn}" * bool(entry.rrn)),
        (lambda: True, entry.outcome.upper()),
        (lambda: True, entry.time),
    ]
    return [text for wanted, text in rows if wanted()]
