"""What a terminal's system tells when it is asked (``dumpsys``, ``df``): commands and expressions.

The form is told in ``android.py`` (``polls:``).
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from harness.drivers._console_rules import Rule
from harness.errors import RigError
from harness.wire.pan import mask

NEXT = "hil-next"
THOUSANDS = re.compile(r"(?<=\d),(?=\d{3})")


class Polls:
    """All of a model's.

    Attributes:
        line: One command line that asks all of it; ``""`` for nothing.
    """

    def __init__(self, rows: Sequence[Any]) -> None:
        """Read them; raises RigError."""
        self._rules = [_rule(row) for row in rows]
        self.line = "; ".join(f"{ask}; echo; echo {NEXT}" for ask, _ in self._rules)

    @property
    def kinds(self) -> frozenset[str]:
        """What there are rules for."""
        return frozenset(rule.kind for _, rule in self._rules)

    def read(self, said: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """(what was asked, the kind of observation, its fields) of each that was understood."""
        for (ask, rule), text in zip(self._rules, said.split(NEXT), strict=False):
            fields = rule.read(mask(THOUSANDS.sub("", text)))
            if fields is not None:
                yield ask, rule.kind, fields


def _rule(row: Any) -> tuple[str, Rule]:
    try:
        more = {"fields": row.get("fields", {}), "words": row.get("words", {})}
        return str(row["ask"]), Rule(re.compile(row["match"]), str(row["kind"]), **more)
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise RigError(f"console.yaml: no good entry of polls: {error!r}") from error
