"""After a start the totals have what was taken back before it as sold.

Breaks invariant 10 (P-6): the totals are those of the journal. power/totals_after_cut catches it.
"""

from dataclasses import replace

from harness.sim.terminal import books
from harness.sim.terminal.firmware import Firmware
from harness.wire.subfields import Totals


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that adds up anew at a start, and does not look at the deal."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        _read: frozenset[str] = frozenset()

        def load(self) -> None:
            super().load()
            self._read = frozenset(one.key for one in self.journal if one.deal == "void")

        def totals(self) -> Totals:
            return books.totals(
                replace(one, deal="sale") if one.key in self._read else one for one in self.journal
            )

    return base.with_parts(Storage=Storage)
