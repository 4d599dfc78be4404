"""The terminal's flash is nearly full: logs that nobody rotates, files left behind.

A bench does it by a debugger, so it needs a debug unit.
"""

from dataclasses import dataclass
from typing import ClassVar

from harness.faults._filled import Filled


@dataclass(frozen=True, slots=True)
class FlashFilled(Filled):
    """Fill it up to ``percent`` by a file of our own, for ``lasting`` or until cleared."""

    FILL: ClassVar[str] = "fill_storage"
    FREE: ClassVar[str] = "free_storage"
    TOLD: ClassVar[str] = "fill"
    percent: float = 98.0
