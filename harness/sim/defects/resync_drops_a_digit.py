"""A register that asks what became of its transaction is told a tenth of the amount.

Breaks invariant 14 (P12): what a register hears afterwards is what it books.
host/register_cut_at_the_end and power/resync_after_cut catch it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement that keeps the last amount in a field that is too short."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def last_outcome(self) -> Outcome | None:
            said: Outcome | None = super().last_outcome()
            return said and replace(said, amount=said.amount // 10)

    return base.with_parts(Settlement=Settlement)
