"""Invariant 19: no full card number where none may be."""

from dataclasses import dataclass
from typing import ClassVar

from harness.judge._monitor import Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class NoClearCardNumber:
    """No channel shows more of a card number than its first six and last four digits.

    Drivers look at what comes in, cut it, and say ``card_number_in_clear`` (payment invariant 19;
    PCI DSS 3.4.1). Figures that look like the number of a card that is not on this bench
    (``foreign``) are cut as well, but break nothing: one in ten runs of figures passes Luhn.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (19,)

    def watch(self, run: Run) -> Monitor:
        return _NoClearCardNumber("no_clear_card_number", run)


class _NoClearCardNumber(Safety):
    kinds = frozenset({"card_number_in_clear"})
    CHANNELS = ("console", "display", "ecr")
    HELD = "no channel showed one"

    def on(self, seen: Observation) -> None:
        if seen.get("foreign"):
            return
        self.fail(
            f"the whole number of card {seen.get('masked')} was on the {seen.get('channel')} at"
            f" {span(seen.t)}", (seen.n,),
        )  # fmt: skip
