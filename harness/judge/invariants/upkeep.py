"""What a scenario about a terminal's own health asks for, in one word."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Upkeep:
    """It neither restarts nor cries wolf, says what is over, keeps its clock, shows what is so.

    Where a scenario names one of them itself, with keys of its own, that one holds.
    """

    STANDS_FOR: ClassVar[tuple[str, ...]] = (
        "no_unasked_restart", "no_false_alarm", "reports_end", "clock_agrees", "lights_agree",
        "no_tamper",
    )  # fmt: skip
