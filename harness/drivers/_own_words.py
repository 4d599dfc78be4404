"""What a model means by its own codes and texts, whatever the register's protocol.

``fixtures/terminal/<personality>/register.yaml``::

    codes: {E106: no_signal}                              # its own error codes -> our cause
    texts: [{match: "no network", cause: no_signal}]      # where there is no code
    asks: {insert: "INSERT", remove: "REMOVE CARD"}       # what a prompt asks of the cardholder
    lacks: [totals]                                       # what it cannot be asked for
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from harness.drivers._personality import personality_file
from harness.errors import RigError
from harness.model.causes import CAUSES
from harness.model.register import ACTS
from harness.source import read_source

Pattern = re.Pattern[str]
LACKING = "this terminal cannot be asked for it, its personality says"


@dataclass(frozen=True)
class OwnWords:
    """A model's words; without a personality there are none.

    Attributes:
        codes: Its code -> our cause.
        texts: (pattern, cause).
        asks: (pattern, what it asks of the cardholder).
        without: What it cannot be asked for, of ``ACTS``.
    """

    codes: Mapping[str, str] = field(default_factory=dict)
    texts: Sequence[tuple[Pattern, str]] = ()
    asks: Sequence[tuple[Pattern, str]] = ()
    without: Sequence[str] = ()

    @classmethod
    def of(cls, personality: str) -> Self:
        """Those of a personality; raises RigError."""
        if not personality:
            return cls()
        file = personality_file(personality, "register.yaml")
        try:
            plain: dict[str, Any] = read_source(file).plain
            codes = {str(code): str(cause) for code, cause in plain.get("codes", {}).items()}
            texts = [(_pattern(row["match"]), row["cause"]) for row in plain.get("texts", ())]
            asks = [(_pattern(match), what) for what, match in plain.get("asks", {}).items()]
            without = acts_of(plain.get("lacks", ()))
        except (OSError, ValueError, re.error, KeyError, TypeError, AttributeError) as error:
            raise RigError(f"{file}: no good words of a terminal ({error})") from error
        unknown = {*codes.values(), *(cause for _, cause in texts)} - set(CAUSES)
        if unknown:
            raise RigError(f"{file}: no causes: {', '.join(sorted(unknown))}")
        return cls(codes, texts, asks, without)

    def lacks(self) -> dict[str, str]:
        """What it cannot be asked for -> why."""
        return dict.fromkeys(self.without, LACKING)

    def cause(self, text: str) -> str:
        """The cause that a text names, by a code in it or in words; ``""`` for none."""
        for word in re.findall(r"[A-Za-z0-9]+", text):
            if word in self.codes:
                return self.codes[word]
        return next((cause for pattern, cause in self.texts if pattern.search(text)), "")

    def named(self) -> frozenset[str]:
        """The causes that it has words for."""
        return frozenset({*self.codes.values(), *(cause for _, cause in self.texts)})

    def asked(self, text: str) -> str:
        """What a prompt asks of the cardholder: ``insert``, ``remove`` or ``""``."""
        return next((what for pattern, what in self.asks if pattern.search(text)), "")


def acts_of(plain: Any) -> Sequence[str]:
    """A list of ``ACTS``; raises ValueError."""
    if not isinstance(plain, list | tuple) or not set(plain) <= set(ACTS):
        raise ValueError(f"lacks: some of {', '.join(ACTS)}, not {plain!r}")
    return plain


def _pattern(text: str) -> Pattern:
    return re.compile(text, re.IGNORECASE)
