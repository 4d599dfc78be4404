"""A receipt that a cut broke off is never made up for.

Breaks P-4: the sale stands and is reprinted.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that forgets what it owes on paper."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def print_owed(self) -> None:
            """What is torn is torn."""

    return base.with_parts(Payment=Payment)
