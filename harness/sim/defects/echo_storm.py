"""Ten echoes are sent where one is due, while nothing is wrong.

Breaks invariant 22 (scenario S-5; requirement A3, abnormal data use): a plan is used up, and a host
kept busy, by asking what was answered just now.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that asks until it is sure."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def _probe(self) -> None:
            for _ in range(10):
                if self.online and not self._turn.held:
                    super()._probe()

    return base.with_parts(Comms=Comms)
