"""Where there is no cell at all one bar stays on show.

Breaks S-4 (F10): signal/lost_again catches it, by bars_follow.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A scale whose lowest step is one."""

    class SignalWatch(base.SignalWatch):  # type: ignore[name-defined, misc]
        def bars(self, rsrp: float | None) -> int:
            bars: int = super().bars(rsrp)
            return max(1, bars)

    return base.with_parts(SignalWatch=SignalWatch)
