"""The signal comes and goes as it does in a lift, a cellar, a tunnel, on a lorry.

The patterns are ``fixtures/outage``; ``harness links`` lists them with their sources. An attenuator
plays all of one; flight mode or an outage of the path play its gaps, and what they leave out is
told. A pattern without a gap needs an attenuator.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from harness.faults._cast import player_of
from harness.faults._fading import Ladder, acts
from harness.faults._profiles import pattern_of, profile_of
from harness.faults._signal import WAYS, damp, is_gone, switch
from harness.model.cast import Cast
from harness.model.cellular import Attenuator, Modem
from harness.model.fade import BRIEF, Corner, Pattern, gaps
from harness.model.network import Profiled
from harness.model.trace import Observation
from harness.model.units import Seconds

NEAR = 3.0  # dB: so near to the bottom is there
SLACK = Seconds(60)  # besides the pattern itself: slow instruments


@dataclass(frozen=True)
class SignalFade:
    """Play a pattern once through; then, or when it is cleared, the signal is as before.

    Attributes:
        pattern: Its name, e.g. ``elevator``.
        rounds: Another number of rounds than its own.
        lasting: Another end; for a drawn pattern, another length.
        seed: What a drawn pattern grows from.
    """

    SHORT: ClassVar[str] = "pattern"
    ENDS_ITSELF: ClassVar[bool] = True
    #: Not keys: known once it plays. The RSRP at the bottom, dBm, and the most that is taken, dB.
    _bottom: ClassVar[float | None] = None
    _most: ClassVar[float | None] = None

    pattern: str
    rounds: int | None = None
    lasting: Seconds | None = None
    seed: int = 1

    def __post_init__(self) -> None:
        for profile in self.row.profiles:
            profile_of(profile)
        if self.rounds is not None and self.rounds < 1:
            raise ValueError("rounds: wanted one at least")
        if not self.corners:
            raise ValueError(f"{self.lasting} is over before {self.pattern} begins")

    @property
    def NEEDS(self) -> tuple[Any, ...]:
        """An attenuator where the pattern is all levels, else whatever can take the signal away."""
        if self.row.goes:
            return (WAYS,)
        return (Attenuator, Modem) if self.row.absolute else (Attenuator,)

    @property
    def row(self) -> Pattern:
        """The pattern."""
        return pattern_of(self.pattern)

    @property
    def corners(self) -> list[Corner]:
        """All of it."""
        return self.row.corners(rounds=self.rounds, lasting=self.lasting, seed=self.seed)

    @property
    def at_most(self) -> Seconds:
        """When it is cleared in any case."""
        return Seconds(self.corners[-1][0] + SLACK)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        """What can take the signal away gives it back at the end, whatever happens."""
        damper = player_of(cast, Attenuator)
        give_back = switch(cast) if damper is None else None
        before = float(damper.attenuation()) if damper is not None else 0.0
        try:
            yield self
        finally:
            if give_back is not None:
                give_back(False)
            elif damper is not None:
                damp(damper, before)
            if self.row.profiles and (path := player_of(cast, Profiled)) is not None:
                path.set_profile(up={}, down={})

    def play(self, cast: Cast) -> None:
        """Each step when it is due."""
        corners, row = self.corners, self.row
        damper = player_of(cast, Attenuator) is not None
        ladder = Ladder(cast, absolute=row.absolute) if damper else None
        if ladder is not None:
            deepest = max(ladder.db(level) for _, level in corners)
            object.__setattr__(self, "_most", deepest)
            if ladder.rsrp is not None and not row.goes:
                object.__setattr__(self, "_bottom", ladder.rsrp - (deepest - ladder.start))
        turns = self._turns(cast, corners)
        rows = sorted([*acts(cast, corners, ladder), *turns], key=lambda one: one[0])
        without = "" if ladder or not row.fades else "its levels: nobody here is an attenuator"
        path = player_of(cast, Profiled) is not None
        speeds = "" if path or not row.profiles else "its speeds: this path takes no profile"
        cast.note(
            "fade_asked",
            pattern=self.pattern,
            seed=self.seed if row.drawn else None,
            gaps=[[round(begin, 3), round(end, 3)] for begin, end in gaps(corners)],
            without=[one for one in (without, speeds) if one],
        )
        cast.note("fade_played", late=self._keep_to(cast, rows, corners[-1][0]))

    def took_effect(self, seen: Observation) -> bool:
        """The modem says so, a packet was lost to it; of a brief gap, that the damping was made."""
        told = (seen.source, seen.kind)
        longest = max((end - begin for begin, end in gaps(self.corners)), default=0.0)
        if 0 < longest < BRIEF:
            made = told == ("attenuator", "attenuation") and seen.get("db") == self._most
            if made:
                return True
        rsrp = seen.get("rsrp") if told == ("modem", "signal") else None
        faded = rsrp is not None and self._bottom is not None and rsrp <= self._bottom + NEAR
        return faded or is_gone(seen)

    def _keep_to(self, cast: Cast, rows: list[Any], end: float) -> float:
        """Do each when it is due; how late the latest was, s."""
        now = cast.now or (lambda: 0.0)
        began, late = now(), 0.0
        for when, act in rows:
            cast.sleep(max(0.0, began + when - now()))
            late = max(late, now() - began - when)
            act()
        cast.sleep(max(0.0, began + end - now()))
        return round(late, 3)

    def _turns(self, cast: Cast, corners: list[Corner]) -> list[tuple[float, Any]]:
        """After each gap the next of the pattern's links, where the path takes profiles."""
        path, names = player_of(cast, Profiled), self.row.profiles
        if path is None or not names:
            return []
        ends = [end for _, end in gaps(corners)]
        plain = [profile_of(names[turn % len(names)]).plain() for turn in range(len(ends))]
        return [(end, _setting(path, ways)) for end, ways in zip(ends, plain, strict=True)]


def _setting(path: Any, ways: dict[str, dict[str, object]]) -> Any:
    return lambda: path.set_profile(**ways)
