"""A void whose result the register never acknowledged stands.

Breaks PA00P015, 2.2.8 (P12): it is undone like a sale. host/void_lost_at_register catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that waits for the acknowledgement of sales alone."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def confirm(self, outcome: Outcome) -> bool:
            return bool(super().confirm(outcome)) or outcome.deal != "sale"

    return base.with_parts(Dialogue=Dialogue)
