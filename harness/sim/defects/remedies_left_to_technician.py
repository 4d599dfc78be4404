"""No remedy is ever tried: new bearer, radio and modem power are a technician's business.

Breaks invariant 18 (S-2, S-7 and the plans that need more than a top-up): recovery needs no visit
and no restart of the terminal.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A modem part that mends nothing."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        def mend(self, remedy: str) -> None:
            """Somebody will come."""

        def _remedy(self, what: str, act: Any) -> None:
            """Somebody will come for that, too."""

    return base.with_parts(Cellular=Cellular)
