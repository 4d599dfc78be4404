"""A modem that the network refuses is restarted with every look at it.

Breaks invariant 22 (S-2, Q-6): signal/sim_not_activated catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that takes no no."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        class Registering(base.Cellular.Registering):  # type: ignore[name-defined, misc]
            def ask_again(self, cause: int | None) -> None:
                self._mend("radio")

        def may_ask(self) -> bool:
            return True

    return base.with_parts(Cellular=Cellular)
