"""What is owed for more than twenty minutes is given up.

Breaks invariant 5 (N-5): a reversal leaves by the host's answer and by nothing else.
"""

from harness.sim.terminal.firmware import Firmware

PATIENCE = 1200.0  # s


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals with an age."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def settle_debts(self) -> bool:
            since: dict[int, float] = self.__dict__.setdefault("since", {})
            for stan in list(self._storage.pending):
                if self._clock.now() - since.setdefault(stan, self._clock.now()) > PATIENCE:
                    self._storage.drop_pending(stan)
            return bool(super().settle_debts())

    return base.with_parts(Reversals=Reversals)
