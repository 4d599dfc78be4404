"""A bearer that the network took away is not asked for again.

Breaks invariant 18 (scenario Q-1): the plan is topped up, and the terminal waits for a bearer
that only it can ask for.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A modem part that leaves bearers to the modem, and ways without remedies."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        def may_ask(self) -> bool:
            return False

    class Ways(base.Ways):  # type: ignore[name-defined, misc]
        def climb(self, least: str) -> Any:
            return False

    return base.with_parts(Cellular=Cellular, Ways=Ways)
