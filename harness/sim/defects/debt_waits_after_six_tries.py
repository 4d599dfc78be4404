"""After six tries in vain the reversal waits for better times, and sales go out before it.

Breaks invariant 4 (N-5): host/reversal_never_answered catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that let the merchant go on."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def settle_debts(self) -> bool:
            if super().settle_debts():
                return True
            tired = all(one.tries >= 6 for one in self._storage.pending.values())
            return bool(self._till.held and tired)

    return base.with_parts(Reversals=Reversals)
