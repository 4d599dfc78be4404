"""The batch is closed, and the register is told that the end of day is not possible.

Breaks invariant 14 (O-1): register and host disagree about the day, and nobody says "unknown".
operator/taken_back catches it, as every end of a day does on which nothing is wrong.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement whose success is read as a refusal on its way out."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def settle(self, register: Register) -> Outcome:
            said: Outcome = super().settle(register)
            if said.outcome != "approved":
                return said
            return replace(said, outcome="failed", cause="not_supported")

    return base.with_parts(Settlement=Settlement)
