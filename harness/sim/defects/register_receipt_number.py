"""The receipt that a register prints line by line carries another trace number than the sale.

Breaks N-1 and P12 (invariants 13 and 14) at a register that prints: rigs/printing_register.yaml.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that makes the receipt from a counter that has gone on."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def _print_for(self, outcome: Outcome) -> bool:
            return bool(super()._print_for(replace(outcome, stan=outcome.stan + 1)))

    return base.with_parts(Dialogue=Dialogue)
