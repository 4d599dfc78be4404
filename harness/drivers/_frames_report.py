"""What a terminal says in an answer of a profile, put into results and observations."""

from collections.abc import Mapping
from dataclasses import dataclass

from harness.drivers._own_words import OwnWords
from harness.errors import Garbled
from harness.model.roles import Observe, SaleResult
from harness.wire.frames_body import Values
from harness.wire.frames_profile import Profile
from harness.wire.pan import mask, numbers


@dataclass
class Reporter:
    """Reads answers.

    Attributes:
        profile: The protocol.
        words: The model's own.
        digits: Of the currency, behind the point.
        observe: Who is told.
    """

    profile: Profile
    words: OwnWords
    digits: int
    observe: Observe

    def read(self, body: bytes, t: float) -> dict[str, str] | None:
        """The values of an answer; None for what is none."""
        try:
            answer = self.profile.read_answer(body, self.digits)
        except Garbled as error:
            self._check_clear(body.decode("latin-1"), t)
            self.observe("ecr_status", t=t, code="", text=str(error))
            return None
        for value in answer.values():  # fields one by one: digits of two are no card number
            self._check_clear(value, t)
        return answer

    def result(self, answer: Values, t: float) -> SaleResult:
        """What it means; said as a result, and as a report where it names a cause."""
        means = self.profile.result(answer)
        text = mask(answer.get("text", ""))
        cause = self.words.cause(text) or means.cause
        code = answer.get("code", "")
        told = {name: _number(answer, name) for name in ("stan", "trace")}
        numbered = {name: number for name, number in told.items() if number}
        self.observe("ecr_result", t=t, code=code, text=text, **numbered)
        if cause and means.outcome != "approved":
            self.observe("report", t=t, on="ecr", cause=cause, text=text, code=code)
        return SaleResult(
            means.outcome, cause="" if means.outcome == "approved" else cause, code=code,
            stan=told["stan"], trace=told["trace"],
            receipt=_number(answer, "receipt"), amount=_number(answer, "amount"),
            text=text, auth=answer.get("auth", ""), pan=mask(answer.get("card", "")),
        )  # fmt: skip

    def status(self, answer: Values, t: float, ready: str) -> str:
        """What it says of itself: ``ready`` where that is a success."""
        means, text = self.profile.result(answer), mask(answer.get("text", ""))
        code = ready if means.outcome == "approved" else answer.get("code", "")
        self.observe("terminal_status", t=t, code=code, text=text)
        cause = self.words.cause(text) or means.cause
        if cause:
            self.observe("report", t=t, on="ecr", cause=cause, text=text, code=code)
        return code

    def _check_clear(self, text: str, t: float) -> None:
        """No field may carry a card number that is not truncated."""
        if found := numbers(text):
            self.observe("card_number_in_clear", t=t, channel="ecr", masked=found)


def _number(answer: Mapping[str, str], name: str) -> int | None:
    text = answer.get(name, "")
    return int(text) or None if text.isdecimal() and text.isascii() else None
