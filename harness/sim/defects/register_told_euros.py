"""The register is told Euro (BMP 49) for what was asked for, and charged, in yuan.

Breaks invariant 14 (N-1, K-6): reader/tap_and_go catches it.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.wire import zvt


def plant(base: type[Firmware]) -> type[Firmware]:
    """Answers in the currency of the country that the firmware comes from."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        class Answers(base.Dialogue.Answers):  # type: ignore[name-defined, misc]
            def fields(self, rows: dict[int, bytes], *more: Any) -> bytes:
                euros = {zvt.CURRENCY: zvt.bcd(978, 2)} if zvt.CURRENCY in rows else {}
                written: bytes = super().fields({**rows, **euros}, *more)
                return written

    return base.with_parts(Dialogue=Dialogue)
