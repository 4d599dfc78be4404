"""A reversal that is not of today is taken for settled, and deleted.

Breaks invariant 5 (defect e, G-4): it leaves by a 0410 alone; the charge of yesterday stays.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that do not look back."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def settle_debts(self) -> bool:
            today = self._wall_time().strftime("%m%d")
            for stan, owed in list(self._storage.pending.items()):
                if owed.time[6:] != today:
                    self._storage.drop_pending(stan)
            return bool(super().settle_debts())

    return base.with_parts(Reversals=Reversals)
