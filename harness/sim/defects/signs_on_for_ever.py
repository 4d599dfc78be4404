"""Signed on, it signs on again at each heartbeat, ten times over.

Breaks invariant 22 (scenario S-5; requirement A3, abnormal data use): new keys each time, and data
of the plan and work of the host for nothing.
"""

from harness.sim.terminal.acquiring import BadAnswer
from harness.sim.terminal.comms import NoAnswer, Unsent
from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that takes each heartbeat for the first."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        def _probe(self) -> None:
            for _ in range(10):
                if not self.online or self._turn.held:
                    return
                batch = self._storage.batch
                anew = self._acquiring.sign_on(self._storage.next_stan(), batch)
                try:
                    self._acquiring.take_keys(self.exchange(anew, self._times.probe))
                except (Unsent, NoAnswer, BadAnswer) as trouble:
                    self._drop(trouble.cause)

    return base.with_parts(Comms=Comms)
