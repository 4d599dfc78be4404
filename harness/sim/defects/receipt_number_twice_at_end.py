"""Receipt number 9999 is given twice before they begin anew.

Breaks invariant 1 (X-1; ZVT 06 30 names a receipt): of two sales with one number only one can be
taken back. ageing/numbers_begin_anew catches it.
"""

from harness.sim.terminal.firmware import Firmware

LAST = 9999  # BMP 87 has four digits


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter that is looked at before it is set to its beginning."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        over = False

        def next_receipt(self) -> int:
            if self.receipt == LAST and not self.over:
                self.over = True
                return LAST
            return int(super().next_receipt())

    return base.with_parts(Storage=Storage)
