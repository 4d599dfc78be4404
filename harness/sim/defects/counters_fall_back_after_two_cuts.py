"""Of two copies of its counters the second start in a row reads the older one.

Breaks invariant 8 (scenario P-7): after two cuts trace numbers that were used are used again.
"""

from harness.sim.terminal.firmware import Firmware

OLD = "counters.old"
STARTS = "starts"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that takes turns with its copies."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def load(self) -> None:
            super().load()
            starts = int(self.recall(STARTS) or 0)
            self.remember(STARTS, starts + 1)
            held = self.recall(OLD)
            if starts % 3 == 2 and held is not None:
                self.stan = int(held["stan"])
                self.save_counters()
            elif starts % 3 == 0:
                self.remember(OLD, {"stan": self.stan})

    return base.with_parts(Storage=Storage)
