"""While a sale is made nobody looks at the battery.

Breaks P-5 (F1: a warning within 30 s, in the middle of a sale as well): power/battery_runs_low
catches it with a host that takes its time.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A gauge that waits for its turn."""

    class Gauge(base.Gauge):  # type: ignore[name-defined, misc]
        def look(self) -> None:
            if not self._firmware.payment.selling:
                super().look()

    return base.with_parts(Gauge=Gauge)
