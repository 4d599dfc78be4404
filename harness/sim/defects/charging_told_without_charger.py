"""The battery is said to be charged whether or not a charger is at it.

Breaks P-5 (F10: indicators agree with the true state): power/battery_runs_low catches it.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A gauge that tells of the cable's plug, not of what comes through it."""

    class Gauge(base.Gauge):  # type: ignore[name-defined, misc]
        def say(self, told: Mapping[str, object]) -> None:
            super().say({**told, "charging": "yes"})

    return base.with_parts(Gauge=Gauge)
