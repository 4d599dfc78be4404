"""Answer codes (field 39) and what a terminal is expected to do about each.

Source: Q/CUP 006.6-2015, A.2; the last group is what acquirers add.
"""

from dataclasses import dataclass
from typing import Literal

#: What a terminal does next. ``approve``: done. ``final_decline``: no reversal. ``re_sign_on``:
#: sign on before the next sale. ``retry_later``: a fault of the network, not of the card.
#: ``settle_first``: settle the batch. ``disabled``: the acquirer does not accept the terminal.
Expected = Literal[
    "approve", "final_decline", "re_sign_on", "retry_later", "settle_first", "disabled"
]


@dataclass(frozen=True, slots=True)
class Answer:
    """One code of field 39."""

    text: str
    expected: Expected


def _all(expected: Expected, codes: dict[str, str]) -> dict[str, Answer]:
    return {code: Answer(text, expected) for code, text in codes.items()}


ANSWERS: dict[str, Answer] = {
    **_all("approve", {
        "00": "approved", "11": "approved (VIP)", "10": "partially approved",
        "A2": "approved, with a defect", "A4": "approved, with a defect",
        "A5": "approved, with a defect", "A6": "approved, with a defect",
    }),
    **_all("final_decline", {
        "01": "refer to issuer", "04": "capture card", "05": "do not honour",
        "12": "invalid related transaction", "13": "invalid amount", "14": "invalid card number",
        "15": "no such issuer", "21": "card inactive", "22": "related transaction error",
        "25": "original not found", "30": "format error", "34": "capture card (fraud)",
        "38": "PIN tries exceeded", "40": "function not supported", "41": "lost card",
        "43": "stolen card", "45": "use the chip", "51": "insufficient funds",
        "54": "expired card", "55": "wrong PIN", "57": "not allowed for this card",
        "59": "card verification failed", "61": "amount limit exceeded",
        "64": "amount differs from the original", "65": "count limit exceeded",
        "75": "PIN tries exceeded", "94": "duplicate", "A7": "security failure",
    }),
    **_all("retry_later", {
        "68": "issuer timed out", "90": "day cut in progress", "91": "issuer down",
        "92": "no route", "96": "switch fault", "98": "no answer from the issuer",
    }),
    **_all("re_sign_on", {
        "73": "sign on first", "99": "PIN block error, sign on again",
        "A0": "MAC failure, sign on again",
    }),
    **_all("settle_first", {
        "76": "settle the previous batch", "77": "batch mismatch, sign on again",
        "95": "batch unbalanced",
    }),
    **_all("disabled", {
        "03": "merchant unknown", "58": "not allowed for this terminal", "97": "terminal unknown",
    }),
}  # fmt: skip

#: What ends a reversal (field 39 of the 0410): done, nothing to undo, or not known to the host.
REVERSAL_DONE = frozenset({"00", "12", "25"})


def expected(code: str) -> Expected:
    """What a terminal is to do; a code nobody knows is a final decline."""
    return ANSWERS[code].expected if code in ANSWERS else "final_decline"


def text(code: str) -> str:
    """The code in words."""
    return ANSWERS[code].text if code in ANSWERS else f"declined ({code})"
