"""How the test acquirer decides on a card and an amount, and what an upload message lists. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from harness.wire.iso8583 import Message
from harness.wire.pan import is_pan

UPLOAD_ITEM = 40  # digits: card class 2, trace number 6, card number 20, amount 12


def ruled(rules: Iterable[Mapping[str, Any]], amount: int, pan: str) -> str:
    """The answer code that the first fitting rule gives; else 00, or 14 for what is no card.

    Args:
        rules: Each has ``answer`` (a code or ``last_two_digits``) and what it is for: ``card``,
            ``amount`` or ``between`` (minor units, inclusive).
        amount: Minor units.
        pan: The card number in clear.
    """
    for rule in rules:
        low, high = rule.get("between", (rule.get("amount", 0), rule.get("amount", 10**12)))
        if low <= amount <= high and rule.get("card", pan) == pan:
            code: str = rule["answer"]
            return f"{amount % 100:02d}" if code == "last_two_digits" else code
    return "00" if is_pan(pan) else "14"


def uploaded_stans(request: Message) -> list[int]:
    """Trace numbers an upload message brings: one in field 11 (chip), or up to eight in 48."""
    if request.pan:
        return [request.stan]
    items = request.get(48)[2:]
    return [int(items[at + 2 : at + 8]) for at in range(0, len(items) - 7, UPLOAD_ITEM)]
