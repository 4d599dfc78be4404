"""A batch whose settlement a cut broke off counts as closed at the next start.

Breaks P10 (invariant 9): a batch closes when its settlement is acknowledged.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that goes on with the next batch."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def load(self) -> None:
            super().load()
            if self.closing is not None:
                self.open_batch(self.batch + 1)

    return base.with_parts(Storage=Storage)
