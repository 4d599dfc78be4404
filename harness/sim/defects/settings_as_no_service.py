"""A refused access point or user is reported as missing data service.

Breaks G-1: a configuration fault is named as one, or the wrong person is called.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.at_finals import Final


def plant(base: type[Firmware]) -> type[Firmware]:
    """A modem part that does not read the ESM cause."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        def no_bearer(self, final: Final) -> str:
            cause: str = super().no_bearer(final)
            return "no_data_service" if cause == "wrong_settings" else cause

    return base.with_parts(Cellular=Cellular)
