"""Asked by its register to try the way to the host, it blames a silent host, whatever it is.

Breaks S-4 and Q-1 (F5: register and display tell one cause): signal/register_has_the_way_tried and
data/register_has_the_way_tried catch it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A command that has one word for every way that fails."""

    class Commands(base.Dialogue.Commands):  # type: ignore[name-defined, misc]
        def _end(self, cause: str | None) -> None:
            super()._end(cause and "host_silent")

    return base.with_parts(Dialogue=type("Dialogue", (base.Dialogue,), {"Commands": Commands}))
