"""Whatever the host answers to a reversal counts as done.

Breaks invariant 5 (defect e): only 00, 12 and 25 end it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that are easily pleased."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def is_done(self, code: str) -> bool:
            return True

    return base.with_parts(Reversals=Reversals)
