"""Asked after a start what became of a declined sale, the terminal says that it was approved.

Breaks invariants 1 and 14 (P-1): what is in the journal counts as done.
power/declined_through_a_cut catches it.
"""

from dataclasses import replace

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement that reads a record's being there, and not its outcome."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def last_outcome(self) -> Outcome | None:
            found: Outcome | None = super().last_outcome()
            if found is None or self._payment.last is not None or found.outcome != "declined":
                return found
            return replace(found, outcome="approved", cause="")

    return base.with_parts(Settlement=Settlement)
