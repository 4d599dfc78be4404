"""The register is told twice that a sale is approved.

Breaks invariant 1: a register that books each result books the sale twice.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that repeats itself."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def confirm(self, outcome: Outcome) -> bool:
            acknowledged = bool(super().confirm(outcome))
            if acknowledged and outcome.outcome == "approved":
                super().confirm(outcome)
            return acknowledged

    return base.with_parts(Dialogue=Dialogue)
