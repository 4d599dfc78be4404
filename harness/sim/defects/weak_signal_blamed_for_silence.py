"""A host that is silent while the signal is poor is told as "no signal".

Breaks N-1 and invariant 17 (S-4): signal/silent_host_in_poor_signal catches it.
"""

from harness.sim.terminal.firmware import Firmware

POOR = -90.0  # dBm


def plant(base: type[Firmware]) -> type[Firmware]:
    """Ways that go by the bars."""

    class Ways(base.Ways):  # type: ignore[name-defined, misc]
        def why_silent(self, *, stalled: bool, ended: bool) -> str:
            cause = str(super().why_silent(stalled=stalled, ended=ended))
            radio = getattr(getattr(self.bearer, "_cellular", None), "radio", None)
            poor = radio is not None and radio.rsrp is not None and radio.rsrp < POOR
            return "no_signal" if cause == "host_silent" and poor else cause

    return base.with_parts(Ways=Ways)
