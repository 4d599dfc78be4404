"""The gap between two 0400 is kept in the first episode only; later ones are sent at once.

Breaks invariant 6 (N-5): host/reversal_refused_for_a_while catches it.
"""

from dataclasses import replace
from typing import Any

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that lose their patience."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        _times: Any

        def reverse(self, stan: int) -> bool:
            patient = self._times
            if self._storage.pending[stan].tries >= 3:
                self._times = replace(patient, reversal_gap=0.2, reversal_response=2.0)
            try:
                return bool(super().reverse(stan))
            finally:
                self._times = patient

    return base.with_parts(Reversals=Reversals)
