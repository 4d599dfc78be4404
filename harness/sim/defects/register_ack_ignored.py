"""A sale stands although the register never acknowledged it.

Breaks ZVT PA00P015, 2.2.8 (cut point P12): without an acknowledgement of 04 0F it is reversed.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that takes silence for consent."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def confirm(self, outcome: Outcome) -> bool:
            super().confirm(outcome)
            return True

    return base.with_parts(Dialogue=Dialogue)
