"""The lights say that all is well, whatever is the matter.

Breaks F10 (scenario H-3): lights agree with the true state.
"""

from collections.abc import Mapping

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Lights that only know the good days."""

    class Lights(base.Lights):  # type: ignore[name-defined, misc]
        def wanted(self) -> Mapping[str, str]:
            return {**super().wanted(), "signal": "on", "fault": "off"}

    return base.with_parts(Lights=Lights)
