"""A receipt that a cut broke off is printed again after the start as if it were the first.

Breaks invariant 13: two receipts for one sale are two claims; the second must say what it is.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment that takes its debt of paper too literally."""

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        def print_owed(self) -> None:
            entry = self._receipts.owed()
            if entry is not None:
                with self.turn.taken():
                    self._receipts.print(entry)

    return base.with_parts(Payment=Payment)
