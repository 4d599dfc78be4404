"""An approval that comes late, while its reversal still waits, makes the sale good after all.

Breaks N-1 (invariants 3, 12 and 14): what was told as failed is reversed, whatever comes late.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire.iso8583 import Message


def plant(base: type[Firmware]) -> type[Firmware]:
    """A host line that hands late approvals to the till, and reversals that stop for them."""

    class HostLine(base.HostLine):  # type: ignore[name-defined, misc]
        def take_late(self, answer: Message) -> None:
            if answer.get(39) == "00" and answer.mti == "0210":
                self.till(answer)

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def _send(self, stan: int) -> Message | None:
            return super()._send(stan) if stan in self._storage.pending else None

        def tries_are_over(self, stan: int) -> bool:
            return stan not in self._storage.pending or super().tries_are_over(stan)

    parts = base.with_parts(HostLine=HostLine, Reversals=Reversals)

    class Hopeful(parts):  # type: ignore[misc, valid-type]
        def _make_parts(self) -> None:
            super()._make_parts()
            self.comms._host.till = self.believe  # noqa: SLF001 - a planted bug

        def believe(self, answer: Message) -> None:
            owed = self.storage.pending.get(answer.stan)
            if owed is not None:
                self.payment.book(owed, answer, self.storage.next_receipt())

    return Hopeful
