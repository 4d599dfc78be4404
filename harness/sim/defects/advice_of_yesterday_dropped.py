"""A refund that waits for its host is forgotten when the day changes.

Breaks invariant 11 (G-4, P-6): an advice is repeated until it is answered.
power/cut_twice_while_advice_waits catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that compare dates."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def reverse(self, stan: int) -> bool:
            pending = self._storage.pending[stan]
            today = f"{self._wall_time():%m%d}"
            if self._storage.is_advice(stan) and pending.time[6:] != today:
                self._storage.drop_pending(stan)
                return True
            return bool(super().reverse(stan))

    return base.with_parts(Reversals=Reversals)
