"""A card that still rests on the antenna when its sale is through pays once more.

Breaks invariant 1 (K-6): one tap, one charge, however long the card is held there.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware


class _Silent:
    """Nobody asked for the second one."""

    cancelled = False

    def tell(self, what: str) -> None:
        """Nobody hears."""

    def confirm(self, outcome: Any) -> bool:
        return True


def plant(base: type[Firmware]) -> type[Firmware]:
    """A payment application that takes a card in the field for a new customer's."""
    resting = {"now": False}

    class CardReader(base.CardReader):  # type: ignore[name-defined, misc]
        def release(self) -> None:
            resting["now"] = self._slot.antenna.answering == 1
            super().release()

    class Payment(base.Payment):  # type: ignore[name-defined, misc]
        again = False

        def transact(self, asked: Any, register: Any) -> Any:
            outcome = super().transact(asked, register)
            if outcome.outcome == "approved" and resting["now"] and not self.again:
                self.again = True
                super().transact(asked, _Silent())
                self.again = False
            return outcome

    return base.with_parts(Payment=Payment, CardReader=CardReader)
