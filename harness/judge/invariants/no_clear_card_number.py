"""Invariant 19: no full card number where none may be, and no key."""

import re
from dataclasses import dataclass
from typing import ClassVar

from harness.judge._doubt import EVERY_LINE
from harness.judge._monitor import TERMINAL, Monitor, span
from harness.judge._run import Run
from harness.judge.invariants._safety import Safety
from harness.model.trace import Observation

FIRST, LAST = 6, 4  # digits that may be shown (PCI DSS 3.4.1)
LONG_BIN = 8  # where the acquirer lets a terminal show all of a longer issuer number
#: Kinds in which a terminal names a card by what it shows of it.
NAMES_CARD = frozenset({
    "card_read", "approved", "declined", "not_done", "printing", "printed", "journal_entry",
})  # fmt: skip
_SHOWN = re.compile(r"([0-9]*)[*xX.#\u2022][*xX.#\u2022 ]*([0-9]*)")


@dataclass(frozen=True, slots=True)
class NoClearCardNumber:
    """No channel shows more of a card number than its first six and last four digits.

    Drivers look at what comes in, cut it, and say ``card_number_in_clear`` (payment invariant 19;
    PCI DSS 3.4.1). Figures that look like the number of a card that is not on this bench
    (``foreign``) are cut as well, but break nothing: one in ten runs of figures passes Luhn. Eight
    of the first digits are right where the rig file says so (fact ``long_bins``). A key that the
    host has dealt out is to be seen as little, however little that one is good for alone.
    """

    NUMBERS: ClassVar[tuple[int, ...]] = (19,)
    DOES_WITHOUT: ClassVar[frozenset[str]] = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _NoClearCardNumber("no_clear_card_number", run)


class _NoClearCardNumber(Safety):
    kinds = frozenset({"card_number_in_clear", "key_in_clear"}) | NAMES_CARD
    CHANNELS = ("console", "display", "ecr")
    HELD = "no channel showed one"

    def on(self, seen: Observation) -> None:
        if seen.kind in NAMES_CARD:
            self._weigh(seen)
        elif seen.kind == "key_in_clear":
            self.fail(
                f"a key of the host's was on the {seen.get('channel')} at {span(seen.t)} (check"
                f" value {', '.join(seen.get('checks') or ())})", (seen.n,),
            )  # fmt: skip
        elif not seen.get("foreign"):
            self.fail(
                f"the whole number of card {seen.get('masked')} was on the {seen.get('channel')} at"
                f" {span(seen.t)}", (seen.n,),
            )  # fmt: skip

    def _weigh(self, seen: Observation) -> None:
        """How much is left of a number that was cut."""
        shown = _SHOWN.fullmatch(str(seen.get("pan") or "").replace(" ", "").replace("-", ""))
        if seen.source != TERMINAL or shown is None:
            return
        first, last = map(len, shown.groups())
        most = LONG_BIN if "long_bins" in self.run.facts else FIRST
        if first > most or last > LAST:
            self.fail(
                f"of a card the first {first} and last {last} digits were shown at {span(seen.t)}"
                f" ({seen.kind}): {most} and {LAST} may be", (seen.n,),
            )  # fmt: skip
