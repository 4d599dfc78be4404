"""An approval with the trace number of another sale is taken for one's own.

Breaks invariant 12 (N-2): type, trace number, terminal, merchant, amount and MAC must all match.
"""

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """An acquirer's counterpart that does not read field 11 of answers."""

    class Acquiring(base.Acquiring):  # type: ignore[name-defined, misc]
        def check(self, request: Message, answer: Message) -> None:
            try:
                super().check(request, answer)
            except BadAnswer as bad:
                if not str(bad).endswith("another field 11") or not self.mac_fits(request, answer):
                    raise

    return base.with_parts(Acquiring=Acquiring)
