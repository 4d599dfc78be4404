"""The third refusal in a row is told to the register as done; display and journal are right.

Breaks invariant 14 (N-3): the register goes by what it is told.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Stop
from harness.sim.terminal.records import Pending

ENOUGH = 3


def plant(base: type[Firmware]) -> type[Firmware]:
    """A counter of tries that ends a transaction by its success branch."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _refused = 0

        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            outcome: Outcome = super().failed(stop, sale)
            self._refused += outcome.outcome == "declined"
            if outcome.outcome != "declined" or self._refused % ENOUGH:
                return outcome
            return replace(outcome, outcome="approved", cause="", response="")

    return base.with_parts(Payment=Payment)
