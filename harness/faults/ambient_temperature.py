"""It is hot, or cold, around the terminal: a summer window, a kitchen, a climatic chamber."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Climate
from harness.model.trace import Observation
from harness.model.units import Seconds

ROOM = 23.0  # degrees Celsius: what it goes back to
#: What terminals are made for (data sheets say 0 to 50 in use) and a little more. Beyond it a
#: tamper sensor may answer, which is no fault of the terminal's.
COLDEST, HOTTEST = -10.0, 60.0


@dataclass(frozen=True, slots=True)
class AmbientTemperature:
    """Bring the air to ``celsius`` degrees for ``lasting``, or until cleared; then to 23 again."""

    NEEDS: ClassVar[tuple[type, ...]] = (Climate,)
    SHORT: ClassVar[str] = "celsius"
    celsius: float = 45.0
    lasting: Seconds | None = None

    def __post_init__(self) -> None:
        if not COLDEST <= self.celsius <= HOTTEST:
            raise ValueError(
                f"{COLDEST:g} to {HOTTEST:g} degrees are allowed, not {self.celsius:g}: beyond "
                "them a tamper sensor may answer"
            )

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        climate = cast.playing(Climate)
        try:
            climate.set_temperature(self.celsius)
            yield self
        finally:
            climate.set_temperature(ROOM)

    def took_effect(self, seen: Observation) -> bool:
        around = seen.source == "hands" and seen.kind == "ambient"
        return around and abs(float(seen.get("celsius") or 0.0) - self.celsius) < 1.0
