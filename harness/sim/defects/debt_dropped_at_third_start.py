"""A pending reversal outlives two starts; at the third one it is taken for stale and deleted.

Breaks invariant 5 (P-1): it survives power loss, however often.
power/cut_thrice_while_owing catches it.
"""

from harness.sim.terminal.firmware import Firmware

SEEN, MOST = "starts", 2


def plant(base: type[Firmware]) -> type[Firmware]:
    """A storage that counts the starts that a debt has seen."""

    class Storage(base.Storage):  # type: ignore[name-defined, misc]
        def load(self) -> None:
            super().load()
            held = self.recall(SEEN) or {}
            seen = {str(stan): held.get(str(stan), 0) + 1 for stan in self.pending}
            self.remember(SEEN, seen)
            for stan, starts in seen.items():
                if starts > MOST:
                    self.drop_pending(int(stan))

    return base.with_parts(Storage=Storage)
