"""Of swiped cards only the first message of eight is uploaded, and counted.

Breaks invariant 10 (N-6): where the totals do not agree every item is uploaded.
host/unbalanced_by_stripes catches it.
"""

from harness.sim.terminal.acquiring import ITEMS_AT_ONCE
from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.records import Closing, Entry


def plant(base: type[Firmware]) -> type[Firmware]:
    """An end of day whose upload has one buffer for what is listed."""

    class EndOfDay(base.EndOfDay):  # type: ignore[name-defined, misc]
        def _upload(self, closing: Closing) -> None:
            whole = self._storage.journal
            listed = [one for one in whole if not one.icc and one.outcome == "approved"]
            left_out = listed[ITEMS_AT_ONCE:]
            self._storage.journal = [one for one in whole if not _among(one, left_out)]
            try:
                super()._upload(closing)
            finally:
                self._storage.journal = whole

    return base.with_parts(EndOfDay=EndOfDay)


def _among(entry: Entry, others: list[Entry]) -> bool:
    return any(entry is one for one in others)
