"""The receipt printer: slow, hungry for current, and never shown a whole card number."""

from collections.abc import Callable

from harness.clock import Clock
from harness.sim.terminal.log import Log
from harness.sim.terminal.records import Entry


class Printer:
    """Prints one receipt at a time.

    Attributes:
        printing: Whether the head is hot now.
        paper: Whether there is any.
        receipts: The lines of every receipt finished so far.
    """

    def __init__(self, clock: Clock, log: Log, *, line_time: float, tid: str) -> None:
        self._clock = clock
        self._log = log
        self._line_time = line_time
        self._tid = tid
        self.printing = False
        self.paper = True
        self.receipts: list[list[str]] = []

    def print_receipt(self, entry: Entry, *, copy: bool = False) -> bool:
        """Print; False when there is no paper. A reprint says that it is one."""
        facts = (
            f"stan={entry.stan:06d} amount={entry.amount} pan={entry.pan}"
            f" result={entry.outcome} copy={'yes' if copy else 'no'}"
        )
        if not self.paper:
            self._log.say_error("prn", f"no paper for {facts}")
            return False
        self._log.say("prn", f"start {facts}")
        self._feed(receipt_lines(entry, self._tid, copy=copy))
        self._log.say("prn", f"done {facts}")
        return True

    def print_slip(self, lines: list[str]) -> None:
        """Print something that is no receipt."""
        if self.paper:
            self._feed(lines)

    def _feed(self, lines: list[str]) -> None:
        self.printing = True
        try:
            for _ in lines:
                self._clock.sleep(self._line_time)
        finally:
            self.printing = False
        self.receipts.append(lines)


def receipt_lines(entry: Entry, tid: str, *, copy: bool) -> list[str]:
    """The text of a receipt; the card number is the masked one of the journal."""
    rows: list[tuple[Callable[[], bool], str]] = [
        (lambda: copy, "*** DUPLICATE ***"),
        (lambda: True, f"TERMINAL {tid}"),
        (lambda: True, f"BATCH {entry.batch:06d} TRACE {entry.stan:06d}"),
        (lambda: True, f"CARD {entry.pan} {entry.entry.upper()}"),
        (lambda: True, f"AMOUNT {entry.amount / 100:.2f}"),
        (lambda: bool(entry.auth), f"AUTH {entry.auth} RRN {entry.rrn}"),
        (lambda: True, entry.outcome.upper()),
        (lambda: True, entry.time),
    ]
    return [text for wanted, text in rows if wanted()]
