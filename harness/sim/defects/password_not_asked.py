"""Any password lets an operator sign on.

Breaks O-1 (F2): a wrong password is refused, and told.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Cashiers who know each other."""

    class Cashiers(base.Cashiers):  # type: ignore[name-defined, misc]
        def admit(self, password: str, number: str = "01") -> bool:
            return True

    return base.with_parts(Cashiers=Cashiers)
