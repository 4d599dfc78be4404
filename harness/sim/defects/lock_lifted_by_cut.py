"""Wrong passwords are counted in working memory: pulling the plug gives three more tries.

Breaks O-1 (F2): operator/locked_through_a_cut catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Cashiers that remember since the start only."""

    class Cashiers(base.Cashiers):  # type: ignore[name-defined, misc]
        _before: int | None = None

        def _wrong(self) -> int:
            held = int(super()._wrong())
            if self._before is None:
                self._before = held
            return held - self._before if held >= self._before else held

    return base.with_parts(Cashiers=Cashiers)
