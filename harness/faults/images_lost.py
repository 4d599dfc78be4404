"""Everything that the terminal could start is gone: flash that has lost its charge, a bad tool.

A bench does it by a programmer. What runs goes on in working memory until the next start.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Programmer
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class ImagesLost:
    """Erase both slots. Nobody puts them back: its recovery must."""

    NEEDS: ClassVar[tuple[type, ...]] = (Programmer,)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        cast.playing(Programmer).erase_images()
        yield self

    def took_effect(self, seen: Observation) -> bool:
        """The programmer says that it did."""
        done = seen.source == "hands" and seen.kind == "debugged"
        return done and seen.get("what") == "erase"
