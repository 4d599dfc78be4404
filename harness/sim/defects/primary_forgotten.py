"""Who is at the secondary host stays there, though the primary one is well again.

Breaks N-4: after its hold-down the terminal goes back.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Hosts without a way back."""

    class Hosts(base.Hosts):  # type: ignore[name-defined, misc]
        def may_return(self) -> bool:
            return False

    return base.with_parts(Hosts=Hosts)
