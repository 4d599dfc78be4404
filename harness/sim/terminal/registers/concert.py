"""The register's interface: Concert, as Telium Manager speaks it; the terminal's side.

Source: fixtures/frames/concert.yaml. An enquiry is refused while a transaction runs; an answer is
repeated until it is taken; whether it is or not, the transaction stands.
"""

from collections.abc import Mapping
from typing import Any

from harness.sim.terminal.outcome import Asked, Outcome
from harness.sim.terminal.registers import frames
from harness.wire.frames_profile import Result

AT_ONCE = "A011"


class Dialogue(frames.Dialogue):
    """One register's connection."""

    PROFILE = "concert"

    def _deal(self, deal: Any, asked: dict[str, str], order: str) -> None:
        if asked.get("delay") != AT_ONCE:
            super()._deal(deal, asked, order)
            return
        self._answer(asked, Outcome("failed", 0), Result("9", "unknown"), "")
        wanted = Asked(deal, int(asked["amount"]))
        self._firmware.payment.transact(wanted, self)

    def layout(self, asked: Mapping[str, str]) -> Any:
        """Without the card's field where the register did not ask for it."""
        full, short = self._profile.answers
        return full if asked.get("report") == "1" else short
