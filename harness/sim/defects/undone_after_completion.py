"""A sale that stands is taken back because its completion was not acknowledged.

Breaks ZVT PA00P015, 2.2.9 (P12): once 04 0F is acknowledged an error in 06 0F changes nothing.
"""

from typing import Any

from harness.sim.terminal.firmware import Firmware
from harness.sim.terminal.outcome import Asked, Outcome
from harness.sim.terminal.registers._zvt_money import Unheard


def plant(base: type[Firmware]) -> type[Firmware]:
    """A dialogue that wants the last word acknowledged as well."""

    class Dialogue(base.Dialogue):  # type: ignore[name-defined, misc]
        def __init__(self, *of: Any) -> None:
            self._stood: Outcome | None = None
            super().__init__(*of)

        def confirm(self, outcome: Outcome) -> bool:
            heard = bool(super().confirm(outcome))
            self._stood = outcome if heard and outcome.outcome == "approved" else None
            return heard

        def complete(self, payload: bytes = b"") -> bool:
            heard, stood = bool(super().complete(payload)), self._stood
            self._stood = None
            if not heard and stood is not None and stood.deal == "sale":
                asked = Asked("void", 0, stood.receipt)
                self.firmware.payment.transact(asked, Unheard(self.tell))
            return heard

    return base.with_parts(Dialogue=Dialogue)
