"""A reversal that is not accepted is sent again at once, and again, for as long as it takes.

Breaks invariant 6: so many tries in an episode, with a gap between them.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that give the host no rest."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def __init__(self, *parts: Any, **named: Any) -> None:
            super().__init__(*parts, **named)
            self._times = replace(named["personality"].times, reversal_gap=0.1, reversal_every=0.1)

    return base.with_parts(Reversals=Reversals)
