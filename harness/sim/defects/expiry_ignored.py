"""A certificate that has expired, or is not valid yet, is accepted.

Breaks invariant 19 (scenario G-2, Q-4): what was withdrawn long ago is good for ever.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line without a calendar."""

    class Secure(base.Secure):  # type: ignore[name-defined, misc]
        def refusal(self, shown: bytes) -> str:
            why: str = super().refusal(shown)
            return "" if why in ("expired", "not_yet_valid") else why

    return base.with_parts(Secure=Secure)
