"""The receipt number stays at 9999 when it has come there.

Breaks invariant 1 (X-1; ZVT 06 30 names a receipt): of two sales with one number only one can be
taken back. ageing/numbers_begin_anew catches it.
"""

from harness.sim.terminal.firmware import Firmware

LAST = 9999  # BMP 87 has four digits


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter with an end."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def next_receipt(self) -> int:
            return int(super().next_receipt()) if self.receipt < LAST else LAST

    return base.with_parts(Storage=Storage)
