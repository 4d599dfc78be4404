"""A fading signal by what a rig has: levels by an attenuator, or nothing but on and off."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from harness.errors import BenchError
from harness.faults._cast import player_of
from harness.faults._signal import look, switch
from harness.model.cast import Cast
from harness.model.cellular import Attenuator, Modem
from harness.model.fade import BRIEF, NORMAL, Corner, Level, gaps
from harness.model.units import Db, Dbm

STEP = 0.5  # s between two settings on a line
GRID = 0.25  # dB: less is not set anew


class Ladder:
    """Levels as an attenuator makes them.

    Args:
        cast: The rig.
        absolute: Whether levels are told in dBm, so that the modem must say where it begins.

    Attributes:
        start: What the attenuator takes at first, dB.
        rsrp: What the modem measures then, dBm; None where it is not asked.
    """

    def __init__(self, cast: Cast, *, absolute: bool) -> None:
        self._attenuator: Any = cast.playing(Attenuator)
        self.start = float(self._attenuator.attenuation())
        self.most = float(self._attenuator.max_attenuation())
        self.rsrp = _measured(cast) if absolute else None

    def db(self, level: Level) -> float:
        """The attenuation for a level; the signal is never stronger than at first."""
        if level == "gone":
            return self.most
        if isinstance(level, Dbm):
            if self.rsrp is None:
                raise BenchError(f"{level}: no modem of this rig tells where the signal begins")
            level = Db(self.rsrp - level)
        return min(self.most, self.start + max(0.0, float(level)))

    def steps(self, corners: Sequence[Corner]) -> Iterator[tuple[float, float]]:
        """When, s, and what the attenuator takes from then on, dB: lines in steps."""
        last = self.start
        for (at, level), (then, target) in itertools.pairwise([(0.0, NORMAL), *corners]):
            from_db, to_db = self.db(level), self.db(target)
            line = then > at and "gone" not in (level, target)
            count = max(1, round((then - at) / STEP)) if line else 1
            for step in range(1, count + 1):
                share = step / count
                when, db = at + (then - at) * share, from_db + (to_db - from_db) * share
                if abs(db - last) >= GRID or (db != last and step == count):
                    last = db
                    yield when, db

    def set(self, db: float) -> None:
        """Have it take so much."""
        self._attenuator.set_attenuation(Db(db))


def _measured(cast: Cast) -> float | None:
    modem = player_of(cast, Modem)
    if modem is None:
        return None
    rsrp: float | None = modem.signal().rsrp
    if rsrp is None:
        raise BenchError("there is no signal to begin with: it cannot fade")
    return rsrp


def acts(
    cast: Cast, corners: Sequence[Corner], ladder: Ladder | None
) -> list[tuple[float, Callable[[], object]]]:
    """What is to be done when; without an attenuator the gaps alone."""
    if ladder is not None:
        rows = [(when, _setting(ladder, db)) for when, db in ladder.steps(corners)]
    else:
        set_gone = switch(cast)
        edges = [
            (when, gone) for begin, end in gaps(corners) for when, gone in ((begin, 1), (end, 0))
        ]
        rows = [(when, _turning(set_gone, gone=bool(gone))) for when, gone in edges]
    return sorted([*rows, *_looks(cast, corners)], key=lambda row: row[0])


def _setting(ladder: Ladder, db: float) -> Callable[[], object]:
    return lambda: ladder.set(db)


def _turning(set_gone: Callable[[bool], None], *, gone: bool) -> Callable[[], object]:
    return lambda: set_gone(gone)


def _looks(cast: Cast, corners: Sequence[Corner]) -> Iterator[tuple[float, Callable[[], object]]]:
    """In the middle of each stay the modem measures: a short one falls between two polls."""
    for (at, level), (then, _) in itertools.pairwise(corners):
        if level != NORMAL and then - at >= BRIEF:
            yield (at + then) / 2, lambda: look(cast)
