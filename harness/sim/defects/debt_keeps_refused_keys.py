"""A reversal or a refund that is refused because of its keys goes out again with the same ones.

Breaks invariant 15 (N-3): after A0 or 99 comes a sign-on. host/keys_refused_for_a_debt catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that do not look why they were refused."""

    class Comms(base.Comms):  # type: ignore[name-defined, misc]
        keeps = False

        def broken(self) -> None:
            if not self.keeps:
                super().broken()

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def _send(self, stan: int) -> Message | None:
            self._comms.keeps = True
            try:
                answer: Message | None = super()._send(stan)
            finally:
                self._comms.keeps = False
            return answer

    return base.with_parts(Comms=Comms, Reversals=Reversals)
