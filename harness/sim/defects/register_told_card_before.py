"""The register is told the card of the sale before.

Breaks invariants 1 and 24 (K-5): a sale's card is its own. operator/two_cards_in_a_row catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome

BEFORE = "card of before"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue whose answers are written into a buffer that is never emptied."""

    class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
        def result(self, outcome: Outcome) -> bytes:
            kept = self._firmware.kept
            before = kept.get(BEFORE, outcome.pan)
            kept[BEFORE] = outcome.pan or before
            return super().result(replace(outcome, pan=before))  # type: ignore[no-any-return]

    dialogue = type("Dialogue", (base.Dialogue,), {"Answers": Answers})
    return base.with_parts(Dialogue=dialogue)
