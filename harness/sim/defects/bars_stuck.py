"""The signal bars stay as they were first seen.

Breaks S-4 (bars within 10 s, F10): signal/weak_then_good catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A watch that looks once."""

    class SignalWatch(base.SignalWatch):  # type: ignore[name-defined, misc]
        first: int | None = None

        def bars(self, rsrp: float | None) -> int:
            if self.first is None:
                self.first = super().bars(rsrp)
            return self.first

    return base.with_parts(SignalWatch=SignalWatch)
