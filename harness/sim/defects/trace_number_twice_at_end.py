"""Trace number 999999 is given twice before they begin anew.

Breaks invariant 8 (X-1): no number is used for two. ageing/numbers_begin_anew catches it.
"""

from harness.sim.terminal.firmware import Firmware

LAST = 999_999  # field 11 has six digits


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter that is looked at before it is set to its beginning."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        over = False

        def next_stan(self) -> int:
            if self.stan == LAST and not self.over:
                self.over = True
                return LAST
            return int(super().next_stan())

    return base.with_parts(Storage=Storage)
