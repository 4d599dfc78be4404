"""The terminal's working memory is nearly used up: a leak, or another application's appetite.

A bench does it by a program on a debug unit. A restart of the terminal ends that program.
"""

from dataclasses import dataclass
from typing import ClassVar

from harness.faults._filled import Filled


@dataclass(frozen=True, slots=True)
class MemoryFilled(Filled):
    """Have ``percent`` of it in use, for ``lasting`` or until cleared."""

    FILL: ClassVar[str] = "fill_memory"
    FREE: ClassVar[str] = "free_memory"
    TOLD: ClassVar[str] = "take"
    percent: float = 97.0
