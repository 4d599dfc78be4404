"""A plan that was found empty counts as empty until the terminal is restarted.

Breaks invariant 18 (scenario Q-1): after a top-up it sells again within two minutes, by itself.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Ways that remember for too long."""

    class Ways(base.Ways):  # type: ignore[name-defined, misc]
        empty = False

        def _over(self, bearer: Any) -> str | None:
            cause: str | None = "data_exhausted" if self.empty else super()._over(bearer)
            self.empty = cause == "data_exhausted"
            return cause

    return base.with_parts(Ways=Ways)
