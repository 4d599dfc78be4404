"""Asked for the last result after a void, the terminal tells of the last sale: approved.

Breaks invariant 14 (P12): who resyncs hears what became of the last transaction.
host/register_cut_after_void catches it.
"""

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Outcome
from harness.sim.terminal.settlement import outcome_of


def plant(base: type[Firmware]) -> type[Firmware]:
    """A settlement whose last transaction is a sale."""

    class Settlement(base.Settlement):  # type: ignore[name-defined, misc]
        def last_outcome(self) -> Outcome | None:
            said: Outcome | None = super().last_outcome()
            sold = [one for one in self._storage.journal if one.deal == "sale"]
            return outcome_of(sold[-1]) if said and said.deal != "sale" and sold else said

    return base.with_parts(Settlement=Settlement)
