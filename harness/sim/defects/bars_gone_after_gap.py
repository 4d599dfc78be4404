"""Once the signal was away there are no bars any more, however good it is.

Breaks S-4 (F10): signal/fades_and_returns catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """An average over all readings, one of which was none."""

    class SignalWatch(base.SignalWatch):  # type: ignore[name-defined, misc]
        gap = False

        def bars(self, rsrp: float | None) -> int:
            self.gap |= rsrp is None
            return 0 if self.gap else int(super().bars(rsrp))

    return base.with_parts(SignalWatch=SignalWatch)
