"""A part of the terminal is not as it should be: no paper, an open cover, a pulled cable.

Parts and states are those of ``harness/model/hands.py``. Which of them are within reach is asked
before a run; hands restore the usual state when the fault is cleared.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.hands import Hands, states_of
from harness.model.means import Means
from harness.model.trace import Observation
from harness.model.units import Seconds


@dataclass(frozen=True, slots=True)
class Part:
    """Bring ``part`` into ``state`` for ``lasting``, or until cleared.

    Attributes:
        part: Which.
        state: Its first unusual one where left out.
        lasting: How long; until it is cleared where left out.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Hands,)
    part: str
    state: str = ""
    lasting: Seconds | None = None

    def __post_init__(self) -> None:
        try:
            states = states_of(self.part)
        except LookupError as error:
            raise ValueError(str(error.args[0])) from None
        if self.state not in ("", *states[1:]):
            raise ValueError(f"{self.part} is {' or '.join(states[1:])}, not {self.state!r}")

    def refusal(self, means: Means) -> str:
        """Why this rig cannot do it, or ``""``."""
        if means.falls_short(f"part {self.part}"):
            return f"the part {self.part} is not within reach of this rig's hands"
        return ""

    @property
    def wanted(self) -> str:
        """The state it is brought into."""
        return self.state or states_of(self.part)[1]

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        hands = cast.playing(Hands)
        try:
            hands.put(self.part, self.wanted)
            yield self
        finally:
            hands.put(self.part, states_of(self.part)[0])

    def took_effect(self, seen: Observation) -> bool:
        here = seen.source == "hands" and seen.kind == "part" and seen.get("part") == self.part
        return here and seen.get("state") == self.wanted
