"""A low supply is reported, and a sale is begun on it all the same.

Breaks P-5: before a new sale a low supply is said, and the sale refused.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that does not care what it runs on."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_allowed(self) -> None:
            low = self._alarms.active.pop("supply_low", None)
            try:
                super().check_allowed()
            finally:
                if low is not None:
                    self._alarms.active["supply_low"] = low

    return base.with_parts(Payment=Payment)
