"""How an act of a ZVT register is answered: accepted, then completed or ended with a code."""

from typing import TYPE_CHECKING

from harness.sim.terminal.outcome import Outcome
from harness.wire import zvt

if TYPE_CHECKING:
    from harness.sim.terminal.registers.zvt import Dialogue

WRONG_CURRENCY, ABORTED, PROTOCOL_ERROR = 0x6F, 0x1E, 0x9A


class Refused(Exception):
    """The answer is 84 xx."""

    def __init__(self, reason: int, payload: bytes = b"") -> None:
        super().__init__(f"{reason:02X}")
        self.apdu = zvt.Apdu(zvt.REFUSED << 8 | reason, payload)


class Acts:
    """Acts for one dialogue."""

    def __init__(self, dialogue: "Dialogue") -> None:
        self._dialogue = dialogue
        self._firmware = dialogue.firmware
        self._answers = dialogue.answers

    def _finish(self, outcome: Outcome) -> None:
        """The end of what a register is told the result of."""
        if outcome.outcome == "approved":
            self._dialogue.complete()
            return
        self._dialogue.confirm(outcome)
        self._fail(self._answers.result_code(outcome), outcome.cause)

    def _end(self, cause: str | None) -> None:
        """The end of what has no other result."""
        if cause is None:
            self._dialogue.complete()
        else:
            self._fail(self._answers.code_of(cause), cause)

    def _fail(self, code: int, cause: str = "") -> None:
        said = self._answers.fields({}, self._answers.extended(cause))
        self._dialogue.abort(bytes([code]) + said)
