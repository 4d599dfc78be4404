"""A void does not wait for a pending reversal: it takes money back, and that cannot hurt.

Breaks N-5 (invariant 4): the reversal comes before the next financial request, whatever that is.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that sends what is owed before everything but voids."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _deal = ""

        def check_room(self, deal: str) -> None:
            self._deal = deal
            super().check_room(deal)

        def clear_the_way(self, register: Register) -> None:
            if self._deal == "void":
                self._need_line()
            else:
                super().clear_the_way(register)

    return base.with_parts(Payment=Payment)
