"""Every certificate is accepted, whoever shows it.

Breaks invariant 19 (scenario G-2, Q-4): whoever stands in the way reads the cards.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A line that encrypts for anybody."""

    class Secure(base.Secure):  # type: ignore[name-defined, misc]
        def refusal(self, shown: bytes) -> str:
            return ""

    return base.with_parts(Secure=Secure)
