"""What was signed, or not signed, is not kept: nothing is handed in with the batch.

Breaks H-4 and invariant 11: each item reaches the host once.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """Signatures that live in the pad alone."""

    class Signatures(base.Signatures):  # type: ignore[name-defined, misc]
        def keep(self, stan: int, *, signed: bool) -> None:
            """It was on the display a moment ago."""

    return base.with_parts(Signatures=Signatures)
