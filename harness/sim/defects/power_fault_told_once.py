"""Only the first power failure since the factory is told; every later one is a plain start.

Breaks P-1, P-7 and invariant 17: power/cut_after_each_sale catches it.
"""

from harness.sim.terminal.firmware import Firmware

TOLD = "power told"


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that has said it once."""

    class Told(base):  # type: ignore[valid-type, misc]
        def say_why_restarted(self) -> None:
            sold = self.storage.recall("running") is not None
            if self.reason in ("power", "brownout") and sold:
                if self.storage.recall(TOLD):
                    return
                self.storage.remember(TOLD, 1)
            super().say_why_restarted()

    made: type[Firmware] = Told
    return made
