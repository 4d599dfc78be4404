"""After a restart that was no power failure, the sale that was under way is forgotten.

Breaks invariants 5 and 7 (scenarios P-8, X-6): a crash leaves what a cut leaves.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A firmware that tidies up after its own restarts."""

    class Tidy(base):  # type: ignore[valid-type, misc]
        def say_why_restarted(self) -> None:
            super().say_why_restarted()
            if self.reason in ("watchdog", "daily"):
                for stan in list(self.storage.pending):
                    self.storage.drop_pending(stan)

    return Tidy
