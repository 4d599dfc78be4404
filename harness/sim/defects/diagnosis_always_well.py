"""Asked by its register to try the way to the host, it says that all is well without a look.

Breaks S-4 and Q-1 (ZVT PA00P015, 2.17: 06 0F is said once the host was reached):
signal/register_has_the_way_tried and data/register_has_the_way_tried catch it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire import zvt


def plant(base: type[Firmware]) -> type[Firmware]:
    """A command that is answered and was never written."""

    class Commands(base.Dialogue.Commands):  # type: ignore[name-defined, misc]
        def _diagnose(self, head: bytes, fields: zvt.Fields) -> None:
            self._dialogue.accept()
            self._end(None)

    return base.with_parts(Dialogue=type("Dialogue", (base.Dialogue,), {"Commands": Commands}))
