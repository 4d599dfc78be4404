"""A refusal of a reversal, and "duplicate", are taken for its end: the host has heard of it.

Breaks invariant 5 (N-5): a reversal leaves the memory by 00, 12 or 25 only.
host/reversal_refused_for_a_while catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.wire import answers


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that are over with every last word of the issuer."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def is_done(self, code: str) -> bool:
            return super().is_done(code) or answers.expected(code) == "final_decline"

    return base.with_parts(Reversals=Reversals)
