"""Trace numbers of echoes and sign-ons are counted in memory only: after a cut they come again.

Breaks invariant 8 (P-1, P-7): no number names two messages of one batch.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter that is written down when there is money in it."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        stan: int

        def next_stan(self) -> int:
            self.stan = self.stan % 999_999 + 1
            return self.stan

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def new_stan(self) -> int:
            mine: int = self._storage.next_stan()
            self._storage.save_counters()
            return mine

    return base.with_parts(Storage=Storage, Payment=Payment)
