"""An approval for another amount is taken for one's own: its MAC is right, after all.

Breaks invariant 12 (N-2): type, trace number, terminal, merchant, amount and MAC must all match.
"""

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's counterpart that does not read field 4 of answers."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def check(self, request: Message, answer: Message) -> None:
            try:
                super().check(request, answer)
            except BadAnswer as bad:
                if not str(bad).endswith("another field 4") or not self.mac_fits(request, answer):
                    raise

    return base.with_parts(Acquiring=Acquiring)
