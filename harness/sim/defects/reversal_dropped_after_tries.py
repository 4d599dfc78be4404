"""A reversal that was not answered after the last try is thrown away.

Breaks invariant 5 (defect b): a text asks to call support, and the charge stays.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Reversals that give up."""

    class Reversals(base.Reversals):  # type: ignore[name-defined, misc]
        def tries_are_over(self, stan: int) -> bool:
            self._screen.show_text(self._alarms.alarm("reversal_pending").text)
            self._storage.drop_pending(stan)
            return True

    return base.with_parts(Reversals=Reversals)
