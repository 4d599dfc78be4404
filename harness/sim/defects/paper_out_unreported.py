"""Nobody is told that the printer is in want of something.

Breaks H-1: it is detected and told within 2 s.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A printer that waits in silence."""

    class Printer(base.Printer):  # type: ignore[name-defined, misc]
        def say(self, cause: str) -> None:
            """Somebody will notice."""

    return base.with_parts(Printer=Printer)
