"""The end of the day drops what waits: a refund that the host has not heard of never reaches it.

Breaks invariant 11 (N-1): an advice is repeated until it is answered.
host/settled_while_refund_waits catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement that begins with a clean slate."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def settle(self, register: Register) -> Outcome:
            for stan in list(self._storage.pending):
                if self._storage.is_advice(stan):
                    self._storage.drop_pending(stan)
            return super().settle(register)  # type: ignore[no-any-return]

    return base.with_parts(Settlement=Settlement)
