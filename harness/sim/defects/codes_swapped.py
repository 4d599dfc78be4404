"""The register is told "no connection" of a host that is silent, and "silent" of one out of reach.

Breaks invariant 17 (N-1): the cause class that is reported is the true one, on every channel.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.registers._zvt_answers import Answers, Objects

SWAPPED = {"host_silent": "host_unreachable", "host_unreachable": "host_silent"}


def plant(base: type[Firmware]) -> type[Firmware]:
    """Two rows of a table in each other's place."""

    class Swapped(Answers):
        def extended(self, cause: str) -> Objects:
            return super().extended(SWAPPED.get(cause, cause))

        def code_of(self, cause: str) -> int:
            return super().code_of(SWAPPED.get(cause, cause))

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        Answers = Swapped

    return base.with_parts(Dialogue=Dialogue)
