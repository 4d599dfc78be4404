"""A used-up data plan is reported as a host that cannot be reached.

Breaks invariant 17: the carrier's account is never asked, so the true cause is never found.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A modem part that does not ask for the balance."""

    class Cellular(base.Cellular):  # type: ignore[name-defined, misc]
        def account(self) -> str | None:
            return None

    return base.with_parts(Cellular=Cellular)
