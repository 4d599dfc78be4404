"""That the plan is nearly used up keeps the terminal from selling; its register is told "no error".

Breaks Q-8 (A10) and invariants 1 and 14: data/warned_before_the_end catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Stop


def plant(base: type[Firmware]) -> type[Firmware]:
    """A list of what forbids a sale with a warning in it, for which no code of refusal is known."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def check_allowed(self) -> None:
            super().check_allowed()
            if "data_low" in self._alarms.active:
                raise Stop("data_low")

    return base.with_parts(Payment=Payment)
