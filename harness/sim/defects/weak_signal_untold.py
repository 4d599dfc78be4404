"""A signal too weak to rely on is shown by the bars and told by nobody.

Breaks S-4: a weak signal is reported before it is gone.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A watch that only counts bars."""

    class SignalWatch(base.SignalWatch):  # type: ignore[name-defined, misc]
        def warn(self, rsrp: float | None) -> None:
            """It will be seen when it is gone."""

    return base.with_parts(SignalWatch=SignalWatch)
