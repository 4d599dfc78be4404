"""After trace number 999999 comes 000000, which is none.

Breaks invariant 8 (X-1; field 11: 000001 to 999999): ageing/numbers_begin_anew catches it.
"""

from harness.sim.terminal.firmware import Firmware

LAST = 999_999  # field 11 has six digits


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter that forgets that 0 is no number."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        stan: int

        def next_stan(self) -> int:
            if self.stan < LAST:
                return int(super().next_stan())
            self.stan = 0
            self.save_counters()
            return 0

    return base.with_parts(Storage=Storage)
