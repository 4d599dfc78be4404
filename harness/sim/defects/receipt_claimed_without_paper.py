"""Without paper the printer runs all the same, and its receipt counts as printed.

Breaks invariant 13 as H-1 has it: the cardholder gets the receipt once there is paper.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A printer that does not look at its sensors while it prints."""

    class Printer(base.Printer):  # type: ignore[name-defined, misc]
        def troubles(self) -> list[str]:
            return [] if self.printing or self.blind else list(super().troubles())

        blind = False

        def print_receipt(self, *args: object, **how: object) -> bool:
            self.blind = True
            try:
                return bool(super().print_receipt(*args, **how))
            finally:
                self.blind = False

    return base.with_parts(Printer=Printer)
