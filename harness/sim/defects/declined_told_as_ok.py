"""A declined sale comes back to the register as a success; the display is right.

Breaks invariant 14 (N-3): register, terminal and host agree; host/answer_declined catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register, Stop
from harness.sim.terminal.records import Pending


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment whose answer is always a success."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def _stopped(self, stop: Stop, sale: Pending, register: Register) -> Outcome:
            outcome: Outcome = super()._stopped(stop, sale, register)
            if stop.declined:
                outcome = replace(outcome, outcome="approved", cause="", response="00")
                register.confirm(outcome)
            return outcome

    return base.with_parts(Payment=Payment)
