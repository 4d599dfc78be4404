"""A weak signal is told the first time only.

Breaks S-4: signal/weak_again catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A warning that was given need not be given again, its author thought."""

    class SignalWatch(base.SignalWatch):  # type: ignore[name-defined, misc]
        over = False

        def warn(self, rsrp: float | None) -> None:
            warned = "weak_signal" in self._alarms.active
            if not self.over:
                super().warn(rsrp)
            self.over |= warned and "weak_signal" not in self._alarms.active

    return base.with_parts(SignalWatch=SignalWatch)
