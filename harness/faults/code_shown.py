"""A payment code that is of no use is held before the scanner: damaged, expired, in glare."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model import hands
from harness.model.cast import Cast
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class CodeShown:
    """Hold ``code`` before the scanner for ``lasting``, or until cleared; then take it away."""

    NEEDS: ClassVar[tuple[type, ...]] = (hands.ShowsCodes,)
    code: hands.CodeShown = "damaged"
    lasting: Seconds | None = None
    SHORT: ClassVar[str] = "code"

    def __post_init__(self) -> None:
        if self.code == "good":
            raise ValueError("a good code is no fault; the step is `show_code: good`")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        shower = cast.playing(hands.ShowsCodes)
        try:
            shower.show_code(self.code)
            yield self
        finally:
            shower.show_code("none")

    def took_effect(self, seen: Observation) -> bool:
        shown = seen.source == "hands" and seen.kind == "code_shown"
        return shown and seen.get("code") == self.code
