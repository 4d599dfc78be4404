"""The register is told the authorisation code of the sale before.

Breaks invariant 14 (K-5): it is what a dispute is answered with. operator/two_cards_in_a_row
catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome

BEFORE = "code of before"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that sends the code it has, and takes the new one after that."""

    class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
        def result(self, outcome: Outcome) -> bytes:
            kept = self._firmware.kept
            before = kept.get(BEFORE, outcome.auth)
            kept[BEFORE] = outcome.auth or before
            return super().result(replace(outcome, auth=before))  # type: ignore[no-any-return]

    dialogue = type("Dialogue", (base.Dialogue,), {"Answers": Answers})
    return base.with_parts(Dialogue=dialogue)
