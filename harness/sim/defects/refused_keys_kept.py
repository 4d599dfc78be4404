"""The keys that the host has refused are used on, without a sign-on.

Breaks invariant 15: after A0 or 99 comes a sign-on, and then the next transaction.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that takes no offence."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def broken(self) -> None:
            """It will work the next time."""

    return base.with_parts(Comms=Comms)
