"""A cashier's abort that came late is done once more, to the next sale.

Breaks O-1: nobody has given that one up. operator/register_aborts_late catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register, Stop
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment whose flag is not taken down."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _aborted = False

        def _authorise(self, pending: Pending, card: Card, register: Register) -> Outcome:
            again, self._aborted = self._aborted, False
            if again:
                self._storage.drop_pending(pending.stan)
                raise Stop("cancelled")
            try:
                outcome: Outcome = super()._authorise(pending, card, register)
            finally:
                self._aborted = register.cancelled
            return outcome

    return base.with_parts(Payment=Payment)
