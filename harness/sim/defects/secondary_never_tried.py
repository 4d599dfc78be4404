"""The secondary host is in the settings and is never asked.

Breaks N-4: when the primary host is down, sales go on at the secondary one.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Hosts of which the first is tried for ever."""

    class Hosts(base.Hosts):  # type: ignore[name-defined, misc]
        def may_leave(self, cause: str) -> bool:
            return False

        def order(self) -> list[str]:
            return [self._first.name]

    return base.with_parts(Hosts=Hosts)
