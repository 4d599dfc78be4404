"""What an examination of a rig finds, and how bad that is."""

from collections.abc import Iterable
from dataclasses import dataclass

from harness.wire.pan import mask

OK, WARN, BAD = "ok", "warn", "bad"

#: check, level, what was seen, how to mend it.
Row = tuple[str, str, str, str]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at; what a device said of itself is masked.

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

    def __post_init__(self) -> None:
        for name in ("seen", "mend"):  # drivers are asked here without an owner
            object.__setattr__(self, name, mask(getattr(self, name)))


def worst(rows: Iterable[Finding]) -> str:
    """The worst level of all."""
    levels = {row.level for row in rows}
    return BAD if BAD in levels else WARN if WARN in levels else OK
