"""Of a password the first two digits are compared.

Breaks O-1 (F2): the operator's password is needed, the whole of it.
"""

from harness.sim.terminal.firmware import Firmware

COMPARED = 2


def plant(base: type[Firmware]) -> type[Firmware]:
    """Cashiers who are let in by how they begin."""

    class Cashiers(base.Cashiers):  # type: ignore[name-defined, misc]
        def admit(self, password: str, number: str = "01") -> bool:
            right = self._known.get(number, "")
            begins = password[:COMPARED] == right[:COMPARED]
            said: bool = super().admit(right if begins else password, number)
            return said

    return base.with_parts(Cashiers=Cashiers)
