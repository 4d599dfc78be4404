"""A second sale of the same amount on the same card is told as the first one: nobody is charged.

Breaks invariant 1 (O-1): a guard against double charges that takes a customer's next purchase for
one. operator/paid_twice_alike catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register
from harness.sim.terminal.reader import Card
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that knows its last sale."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _sold: tuple[tuple[int, str], Outcome] | None = None

        def _authorise(self, pending: Pending, card: Card, register: Register) -> Outcome:
            alike = (pending.amount, pending.pan)
            if pending.deal == "sale" and self._sold and self._sold[0] == alike:
                self._storage.drop_pending(pending.stan)
                register.confirm(self._sold[1])
                return self._sold[1]
            outcome: Outcome = super()._authorise(pending, card, register)
            if pending.deal == "sale":
                self._sold = alike, outcome
            return outcome

    return base.with_parts(Payment=Payment)
