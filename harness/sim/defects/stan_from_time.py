"""Each transaction is numbered by the time of day, and by one more where that would be the last's.

Breaks invariant 8 (G-4): after midnight the numbers fall, and a second of the day comes again.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that takes its numbers from the clock."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def new_stan(self) -> int:
            storage, now = self._storage, int(self._wall_time().strftime("%H%M%S"))
            storage.stan = max(now, 1) + (now == storage.stan)
            storage.save_counters()
            return int(storage.stan)

    return base.with_parts(Payment=Payment)
