"""A signature that nobody gave is handed in as if somebody had.

Breaks H-4 and invariant 14: what the host is told is what happened.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A pad that takes silence for consent."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def keep(self, stan: int, *, signed: bool) -> None:
            super().keep(stan, signed=True)

    return base.with_parts(Signatures=Signatures)
