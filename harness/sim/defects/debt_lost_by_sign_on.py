"""An operator's sign-on begins with a clean slate: pending reversals are deleted.

Breaks O-3 (invariant 5): a pending reversal survives a sign-on.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome, Register


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement whose sign-on forgets what is owed."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def sign_on(self, register: Register) -> Outcome:
            for stan in list(self._storage.pending):
                self._storage.drop_pending(stan)
            outcome: Outcome = super().sign_on(register)
            return outcome

    return base.with_parts(Settlement=Settlement)
