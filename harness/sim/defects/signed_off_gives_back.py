"""Signed off it sells nothing, and gives back and reserves all the same.

Breaks invariant 15 (O-3): no financial transaction without a sign-on.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked, Outcome, Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that signs on by itself for what is no sale."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        _deal = "sale"

        def transact(self, asked: Asked, register: Register) -> Outcome:
            self._deal = asked.deal
            outcome: Outcome = super().transact(asked, register)
            return outcome

        def check_allowed(self) -> None:
            if self._storage.signed_off and self._deal != "sale":
                self._storage.signed_off = False
                self._comms.broken()
            super().check_allowed()

    return base.with_parts(Payment=Payment)
