"""The power is cut as the terminal programs a page of its flash: the n-th from now on.

A tap counts the pages (``model/roles.py``, ``FlashTap``) and opens the terminal's feed by itself:
a sweep over ``write`` meets every write of an update, one by one.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.roles import FlashTap
from harness.model.trace import Observation
from harness.model.units import Seconds

LOOK = 0.02  # s


@dataclass(frozen=True, slots=True)
class CutAtWrite:
    """Arm the tap for one page; over when the power is back, ``lasting`` after the cut.

    Attributes:
        write: Which page, from 1, counted from the injection on.
        lasting: For how long the power is away.
        at_most: A page that is not written by then is not met at all: no effect.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (FlashTap,)
    SHORT: ClassVar[str] = "write"
    ENDS_ITSELF: ClassVar[bool] = True
    write: int
    lasting: Seconds = Seconds(3)
    at_most: Seconds = Seconds(900)

    def __post_init__(self) -> None:
        if self.write < 1:
            raise ValueError(f"write: pages are counted from 1, not {self.write}")
        if not 0 < self.lasting < self.at_most:
            raise ValueError("lasting is above 0 s, and below at_most")

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        tap = cast.playing(FlashTap)
        tap.arm(self.write, lasting=self.lasting)
        try:
            yield self
        finally:
            tap.disarm()

    def play(self, cast: Cast) -> None:
        """Wait for the cut, tell of it as of any other, and wait for its end."""
        while not any(map(self.took_effect, cast.since(0))):
            cast.sleep(LOOK)
        nominal, lasting = float(cast.nominal), float(self.lasting)
        cast.note(
            "power_asked", what=f"a cut at page {self.write}", repeat=1, gap=0.0, nominal=nominal,
            points=[[0.0, nominal], [0.0, 0.0], [lasting, 0.0]], lines=["dc"], how="flash tap",
        )  # fmt: skip
        cast.sleep(lasting + LOOK)

    def took_effect(self, seen: Observation) -> bool:
        """The tap has opened the line at this page."""
        triggered = (seen.source, seen.kind) == ("flash", "triggered")
        return triggered and seen.get("count") == self.write
