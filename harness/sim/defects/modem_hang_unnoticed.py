"""A modem that answers nothing any more is taken for one with nothing to say.

Breaks S-7: a modem fault is reported within a minute, and the modem is restarted.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A modem part that reads silence as consent."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        def silent(self, silence: Exception) -> Any:
            return None

    return base.with_parts(Cellular=Cellular)
