"""A reversal is given up after its eighth try, with a slip; it is gone for good.

Breaks N-5 (invariant 5): it leaves only by a 0410, or by an operator's explicit act.
"""

from harness.sim.terminal.firmware import Firmware

ENOUGH = 8


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that are patient for a while."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def tries_are_over(self, stan: int) -> bool:
            over: bool = super().tries_are_over(stan)
            if self._storage.pending[stan].tries >= ENOUGH:
                self._storage.drop_pending(stan)
            return over

    return base.with_parts(Reversals=Reversals)
