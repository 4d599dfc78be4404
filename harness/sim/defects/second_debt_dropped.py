"""The second reversal of a day that is not cleared by its tries is dropped.

Breaks invariants 3 and 5 (N-5): each debt is kept until the host has taken it. host/owed_twice
catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals with room for one slip."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def tries_are_over(self, stan: int) -> bool:
            if self._slips - {stan}:
                self._storage.drop_pending(stan)
                return True
            return bool(super().tries_are_over(stan))

    return base.with_parts(Reversals=Reversals)
