"""The second SIM and the access point are there and are never used.

Breaks S-3: within a minute of the first SIM's death the next way carries the sales.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Ways of which the first is tried for ever."""

    class Ways(base.Ways):  # type: ignore[name-defined, misc]
        def order(self) -> Any:
            return super().order()[:1]

    return base.with_parts(Ways=Ways)
