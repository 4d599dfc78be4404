"""The cards that may be on a bench: published test cards, and decks whose issuer number is named.

Source: the acquirers' and schemes' public sandbox pages for the numbers; ISO/IEC 7812-1 for what
an issuer number (BIN) is; 999999 is of industry 9, national use, and routed by no scheme.
"""

import re
from collections.abc import Iterable

from harness.errors import ForeignCard, UsageError

#: First six and last four digits of each: two numbers that share both are told apart by nobody who
#: keeps to PCI DSS 3.4.1. 6222040000030012 fails Luhn: it is for what must be refused.
TEST_CARDS = frozenset({
    "411111 1111", "401288 1881", "555555 4444", "222300 0011", "510510 5100", "378282 0005",
    "601111 1117", "353011 0000", "621234 1265", "621234 1232", "621234 9002", "621234 0003",
    "624303 0001", "622316 0014", "622126 7766", "625094 0014", "622204 0012",
})  # fmt: skip
SYNTHETIC = "999999"
SHORTEST_BIN, LONGEST_BIN = 6, 8
_TRUNCATED = re.compile(r"(?<![0-9])([0-9]{6})[0-9]{0,2}[*Xx]{2,}([0-9]{4})(?![0-9])")


class Deck:
    """Knows by first six and last four digits which cards belong here; remembers who does not.

    Args:
        issuers: Issuer numbers of further test decks, 6 to 8 digits. Of each the first six are
            compared, since no more of a card number is kept.

    Raises:
        UsageError: One of them is no issuer number.
    """

    def __init__(self, issuers: Iterable[str] = ()) -> None:
        self._issuers = {SYNTHETIC, *map(_first_six, issuers)}
        self._seen = ""

    def foreign(self, text: str, *, declared: bool = True) -> bool:
        """Whether a truncated card number in a text is of no known test card.

        Args:
            text: The number, or what holds some.
            declared: Whether somebody called it a card's number. Figures in a log that only look
                like one are no card on the bench: one in ten runs of figures passes Luhn.
        """
        for first, last in _TRUNCATED.findall(text):
            if first not in self._issuers and f"{first} {last}" not in TEST_CARDS:
                if declared:
                    self._seen = self._seen or f"{first}***{last}"
                return True
        return False

    def only_foreign(self, text: str) -> bool:
        """Whether numbers were seen, and none of them is a known test card's."""
        seen = _TRUNCATED.findall(text)
        return bool(seen) and all(
            self.foreign(f"{first}***{last}", declared=False) for first, last in seen
        )

    def refuse(self) -> None:
        """Go on with test cards only; raises ForeignCard once another one was seen."""
        if self._seen:
            raise ForeignCard(
                f"card {self._seen} is no known test card: remove it from the bench. Nothing but "
                "its first six and last four digits was kept. If it belongs to a test deck, say so:"
                f" --i-have-a-test-deck {self._seen[:6]}"
            )


def _first_six(issuer: str) -> str:
    if not re.fullmatch(rf"[0-9]{{{SHORTEST_BIN},{LONGEST_BIN}}}", issuer):
        raise UsageError(
            f"--i-have-a-test-deck {issuer}: an issuer number (BIN) has {SHORTEST_BIN} to "
            f"{LONGEST_BIN} digits, the first of the card number"
        )
    return issuer[:SHORTEST_BIN]
