"""A sale whose answer never came is told to the register as done; display and journal are right.

Breaks invariant 14 (N-1): the register goes by what it is told.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Stop
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """Silence is consent."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def failed(self, stop: Stop, sale: Pending) -> Outcome:
            outcome: Outcome = super().failed(stop, sale)
            silent = stop.cause == "host_silent" and sale.deal == "sale"
            return replace(outcome, outcome="approved", cause="") if silent else outcome

    return base.with_parts(Payment=Payment)
