"""A magnetic stripe is worn, cut or drawn through as no hand should (K-7).

Source: ISO/IEC 7811-2 (parity, LRC, sentinels). ``backwards`` is no fault of the card: a reader
must take it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self, get_args

from harness.model.cast import Cast
from harness.model.roles import Swiper
from harness.model.trace import Observation

How = Literal["parity", "lrc", "cut", "blank", "backwards", "jitter", "slow", "fast"]
#: Word -> what the emulator is told.
PLAYED: Mapping[str, Mapping[str, Any]] = {
    **{how: {"how": how} for how in ("parity", "lrc", "cut", "blank")},
    "backwards": {"backwards": True},
    "jitter": {"jitter": 0.45},
    "slow": {"speed": 7.0},  # cm/s; hands do 10 to 100
    "fast": {"speed": 200.0},
}
#: What the emulator says of a swipe then.
SAID = {"how": "spoilt"}


@dataclass(frozen=True, slots=True)
class StripeSpoilt:
    """Until it is cleared, stripes are played as ``how`` says."""

    NEEDS: ClassVar[tuple[type, ...]] = (Swiper,)
    SHORT: ClassVar[str] = "how"
    how: How

    def __post_init__(self) -> None:
        if self.how not in PLAYED:
            raise ValueError(f"{self.how!r} seen, wanted one of: {', '.join(get_args(How))}")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        swiper = cast.playing(Swiper)
        try:
            swiper.spoil(**PLAYED[self.how])
            yield self
        finally:
            swiper.spoil()

    def took_effect(self, seen: Observation) -> bool:
        """A stripe was played so."""
        if seen.source != "reader" or seen.kind != "card_swiped":
            return False
        wanted = {SAID.get(key, key): value for key, value in PLAYED[self.how].items()}
        return all(seen.get(key) == value for key, value in wanted.items())
