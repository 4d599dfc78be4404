"""What an examination of a rig finds, and how bad that is."""

from collections.abc import Iterable
from dataclasses import dataclass

OK, WARN, BAD = "ok", "warn", "bad"

#: check, level, what was seen, how to mend it.
Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at.

    Attributes:
        about: A role, ``host`` for this machine, or ``rig``.
        check: What was looked at.
        level: ``ok``, ``warn`` or ``bad``.
        seen: What was seen.
        mend: What to do about it; empty when all is well.
    """

    about: str
    check: str
    level: str
    seen: str
    mend: str = ""


def worst(rows: Iterable[Finding]) -> str:
    """The worst level of all."""
    levels = {row.level for row in rows}
    return BAD if BAD in levels else WARN if WARN in levels else OK
