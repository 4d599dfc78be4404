"""A refund that waits for its host is forgotten when the terminal starts the second time.

Breaks invariant 11 (P-6): an advice is repeated until it is answered.
power/cut_twice_while_advice_waits catches it.
"""

from harness.sim.terminal.firmware import Firmware

SEEN = "seen"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that takes what was there at the last start for old."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def load(self) -> None:
            super().load()
            waiting = [stan for stan in self.pending if self.is_advice(stan)]
            old = self.recall(SEEN) or []
            self.remember(SEEN, waiting)
            for stan in waiting:
                if stan in old:
                    self.drop_pending(stan)

    return base.with_parts(Storage=Storage)
