"""What can be wrong with a file whatever is in it: cut off, a bit changed, something behind it.

A spoil is a word, with a number where it takes one: ``truncated``, ``truncated=1000``, ``bit=77``,
``corrupt``, ``appended=16``.
"""

from dataclasses import dataclass
from typing import Self

from harness.wire.extent import Cut, Extent, Flipped, Held, Joined

#: Word -> what it does, for whoever asks.
WORDS = {
    "truncated": "only the first two thirds, or so many bytes of it",
    "bit": "one bit changed: counted from the highest one of the first byte",
    "corrupt": "one bit changed in the middle",
    "appended": "so many bytes of zero behind it (1)",
}
UNNUMBERED = frozenset({"corrupt"})


@dataclass(frozen=True, slots=True)
class Spoil:
    """One thing that is wrong.

    Attributes:
        word: One of ``WORDS``.
        number: Of bytes, or which bit; None where the word's own is meant.
    """

    word: str
    number: int | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``word`` or ``word=number``; raises ValueError."""
        word, sign, number = text.partition("=")
        numbered = bool(sign) and number.isascii() and number.isdigit()
        if word not in WORDS or (sign and (not numbered or word in UNNUMBERED)):
            raise ValueError(f"{text!r} spoils nothing; wanted one of: {', '.join(WORDS)}")
        if word == "bit" and not sign:
            raise ValueError("bit: say which one, e.g. bit=77")
        return cls(word, int(number) if sign else None)

    def of(self, good: Extent) -> Extent:
        """The bytes with this wrong; raises ValueError where they are too few for it."""
        if self.word == "appended":
            return Joined(good, Held(bytes(1 if self.number is None else self.number)))
        if self.word == "truncated":
            size = good.size * 2 // 3 if self.number is None else self.number
            if size >= good.size:
                raise ValueError(f"truncated: there are only {good.size} B")
            return Cut(good, size)
        bit = good.size // 2 * 8 + 3 if self.number is None else self.number
        if bit >= good.size * 8:
            raise ValueError(f"bit: there are only {good.size * 8}")
        return Flipped(good, bit)
