"""A certificate for somebody else is accepted, if only an authority has signed it.

Breaks invariant 19 (scenario G-2, Q-4): anybody with a certificate is the host.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that does not ask for the name."""

    class Secure(base.Secure):  # type: ignore[name-defined, misc]
        def refusal(self, shown: bytes) -> str:
            why: str = super().refusal(shown)
            return "" if why == "wrong_name" else why

    return base.with_parts(Secure=Secure)
