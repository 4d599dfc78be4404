"""It restarts whenever its charger is pulled, though its battery is full.

Breaks P-7: it stays up on its battery.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that takes a lost charger for a lost supply."""

    class Gauge(base.Gauge):  # type: ignore[name-defined, misc]
        def say(self, told: Mapping[str, object]) -> None:
            super().say(told)
            if told["charging"] == "no":
                self._firmware.restart("power")

    return base.with_parts(Gauge=Gauge)
