"""It throttles itself when it is hot, and says nothing.

Breaks X-3: a hot terminal warns within 60 s.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A terminal that suffers in silence."""

    class Health(base.Health):  # type: ignore[name-defined, misc]
        def say_hot(self, celsius: float) -> None:
            """Nobody asked."""

    return base.with_parts(Health=Health)
