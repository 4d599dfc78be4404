"""A certificate of an authority that nobody knows is accepted.

Breaks invariant 19 (scenario G-2, Q-4): anybody may sign for the host.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that trusts every signature."""

    class Secure(base.Secure):  # type: ignore[name-defined, misc]
        def refusal(self, shown: bytes) -> str:
            why: str = super().refusal(shown)
            return "" if why == "unknown_ca" else why

    return base.with_parts(Secure=Secure)
