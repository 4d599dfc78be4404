"""The register is told that the day is closed, whatever the host has said.

Breaks invariant 14 (P10): the batch is open still, and nobody looks. host/settlement_unanswered
catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement that tells what it has begun, not what it came to."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def settle(self, register: Register) -> Outcome:
            said: Outcome = super().settle(register)
            return replace(said, outcome="approved", cause="")

    return base.with_parts(Settlement=Settlement)
