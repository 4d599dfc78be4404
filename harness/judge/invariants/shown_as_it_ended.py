"""Invariant 14, at the display: what the host approved and the register heard is not refused."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._books import APPROVED, APPROVING
from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge._telling import mti_of
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

ANSWERS = frozenset({"0110", "0210", "0230"})
#: s for which a display may still show how the last one ended.
BEHIND = 60.0
#: s after its end for which a display is of this transaction.
AFTER = 10.0


@dataclass(frozen=True, slots=True)
class ShownAsItEnded:
    """No display says that the issuer declined what the issuer approved and the register booked.

    A refusal is shown after one, by the host or by the chip; who sees a refused refund that stands
    asks for it again (payment invariant 14: register, receipt, display and journal agree).
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (14,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _ShownAsItEnded("shown_as_it_ended", run)


class _ShownAsItEnded(Safety):
    kinds = frozenset({
        "report", "answered", "declined", "pressed", "sale_started", "sale_ended", "sale_resolved",
    })  # fmt: skip
    CHANNELS = ("display", "ecr")

    def __init__(self, clause: str, run: Run) -> None:
        super().__init__(clause, run)
        self._sale: Observation | None = None  # the last that was started
        self._ended: Observation | None = None  # approved, by the register
        self._yes: Observation | None = None  # the host's, since then
        self._refused = -BEHIND  # when anything was refused last
        self._shown: Observation | None = None
        self._count = 0

    def on(self, seen: Observation) -> None:
        if seen.kind == "sale_started":
            self._sale, self._yes, self._ended, self._shown = seen, None, None, None
        elif seen.kind == "answered":
            self._answered(seen)
        elif seen.kind in ("declined", "pressed"):
            self._refused = seen.t
        elif seen.kind == "report":
            self._report(seen)
        elif self._sale is not None and seen.get("sale") == self._sale.get("sale"):
            self._end(seen)

    def _answered(self, seen: Observation) -> None:
        code = str(seen.get("response") or "")
        if mti_of(seen) not in ANSWERS or not code:
            return
        if code in APPROVING:
            self._yes = seen
        else:
            self._refused = seen.t

    def _end(self, seen: Observation) -> None:
        if seen.get("outcome") != APPROVED:
            self._refused = seen.t
            return
        self._count += 1
        self._ended = seen
        self._weigh()

    def _report(self, seen: Observation) -> None:
        of_it = self._yes is not None and seen.t - self._refused >= BEHIND
        display = seen.source == TERMINAL and seen.get("on") == "display"
        if of_it and display and seen.get("cause") == "card_declined":
            self._shown = seen
            self._weigh()

    def _weigh(self) -> None:
        sale, ended, yes, shown = self._sale, self._ended, self._yes, self._shown
        if sale is None or ended is None or yes is None or shown is None:
            return
        if shown.t <= ended.t + AFTER:
            self.fail(
                f"{sale.get('sale')} was approved by the host and told so to the register, and the"
                f" display called it declined at {span(shown.t)}", (yes.n, ended.n, shown.n),
            )  # fmt: skip

    def held(self) -> str:
        if not self.run.hears("display"):
            return "no display is observed here"
        return f"{self._count} approved, none shown as declined"
