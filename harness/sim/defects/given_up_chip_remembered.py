"""A chip that was given up is remembered: the next customer's stripe will do at once.

Breaks K-3 (ISO/IEC 7813, 7.3; invariant 24): reader/stripe_after_fallback catches it.
"""

from harness.sim.terminal.firmware import Firmware


def plant(base: type[Firmware]) -> type[Firmware]:
    """A flag of the sale that is set and never taken back."""

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        fallen_back = False

        def may_swipe(self, service: str, *, chip_failed: bool) -> bool:
            self.fallen_back |= chip_failed
            return bool(super().may_swipe(service, chip_failed=self.fallen_back))

    return base.with_parts(CardReader=CardReader)
