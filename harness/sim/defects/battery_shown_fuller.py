"""The battery's gauge never shows less than a fifth; that it is low is told all the same.

Breaks P-5 (F1, F10): power/battery_runs_low catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware

LEAST = 20  # percent


def plant(base: type[Firmware]) -> type[Firmware]:
    """A scale that begins where the terminal should not be used any more."""

    class Gauge(base.Gauge):  # type: ignore[name-defined, misc]
        def say(self, told: Mapping[str, object]) -> None:
            percent = told["percent"]
            shown = max(LEAST, percent) if isinstance(percent, int) else percent
            super().say({**told, "percent": shown})

    return base.with_parts(Gauge=Gauge)
