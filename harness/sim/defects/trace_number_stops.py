"""The trace number stays at 999999 when it has come there.

Breaks invariant 8 (X-1): numbers begin anew at 1. ageing/numbers_begin_anew catches it.
"""

from harness.sim.terminal.firmware import Firmware

LAST = 999_999  # field 11 has six digits


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter with an end."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def next_stan(self) -> int:
            return int(super().next_stan()) if self.stan < LAST else LAST

    return base.with_parts(Storage=Storage)
