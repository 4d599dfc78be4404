"""What every power fault has in common: a waveform, the plan of how this rig makes it, its trace.

A fault says its ``waveform``; the plan is made from it and the rig's means, played, observed and
undone here. Observations: ``power_asked``, ``power_uploaded`` and ``power_achieved`` (one of the
latter two per round).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

from harness.errors import NotSupported
from harness.faults._levels import Reach
from harness.faults._player import Player
from harness.model.cast import Cast
from harness.model.means import Means, means_of
from harness.model.plan import Plan, plan
from harness.model.power import Protected
from harness.model.roles import plays
from harness.model.trace import Observation
from harness.model.units import Seconds, Volts
from harness.model.waveform import Waveform

OFF = 0.5  # V: a supply's output below it is off
#: Of the way to the farthest level that a reading must show. A short stay is over before the output
#: has arrived or the meter has stopped averaging: the list was read back, and a quarter of the way
#: shows that the output followed it.
FAR, NEAR = 0.9, 0.25
#: Besides the waveform itself: commands, uploads, s a round.
SLACK = Seconds(10)


class Waves:
    """A fault that is a waveform. It is over, and cleared, when it has been played."""

    NEEDS: ClassVar[tuple[type, ...]] = ()
    ENDS_ITSELF: ClassVar[bool] = True
    #: Whether the supply's output, switched off, will do for an open line.
    CUT: ClassVar[bool] = False

    # Not keys of the scenario file: known from the injection on, like the nominal voltage.
    plan: ClassVar[Plan | None] = None
    nominal: ClassVar[Volts] = Volts(0)

    def waveform(self, nominal: Volts) -> Waveform:
        """What is asked, at this nominal voltage; raises ValueError where there is none."""
        raise NotImplementedError

    def what(self) -> str:
        """How a refusal calls it."""
        raise NotImplementedError

    def asked(self) -> dict[str, Any]:
        """What the trace says of it besides its points."""
        return {"what": self.what()}

    def planned(self, means: Means) -> Plan:
        """How this rig makes it; raises NotSupported with the reason."""
        try:
            wave = self.waveform(means.nominal)
        except ValueError as why:
            raise NotSupported(str(why)) from why
        return plan(wave, means, what=self.what(), cut=self.CUT)

    def refusal(self, means: Means) -> str:
        """Why this rig cannot make it; ``""`` where it can."""
        try:
            self.planned(means)
        except NotSupported as why:
            return str(why)
        return ""

    def highest(self, nominal: Volts) -> Volts:
        """The highest voltage it asks for."""
        try:
            return self.waveform(nominal).highest(nominal)
        except ValueError:
            return nominal

    @property
    def at_most(self) -> Seconds:
        """After this it is over, whatever happens."""
        made = self.plan
        if made is None:
            return SLACK
        return Seconds(2 * made.waveform.lasting + made.waveform.repeat * SLACK)

    def begin(self, made: Plan, nominal: Volts) -> None:
        """From now on this is what an observation must show."""
        object.__setattr__(self, "plan", made)
        object.__setattr__(self, "nominal", nominal)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        made = self.planned(means_of(cast.players, cast.nominal))
        _check_protection(made, cast)
        self.begin(made, cast.nominal)
        tell_asked(made, cast, **self.asked())
        with Player(made, cast).restored():
            yield self

    def play(self, cast: Cast) -> None:
        """All rounds."""
        if self.plan is not None:
            Player(self.plan, cast).play()

    def took_effect(self, seen: Observation) -> bool:
        made = self.plan
        if made is None:
            return False
        if made.how == "pulse":
            return seen.source == "switch" and seen.kind == "pulsed"
        if made.how == "switch":
            return seen.source == "switch" and seen.kind == "opened"
        return _reach(made, self.nominal).shown_in(seen)


def _check_protection(made: Plan, cast: Cast) -> None:
    """Over-voltage protection must be armed for what is asked; raises NotSupported."""
    highest = made.waveform.highest(cast.nominal)
    if highest <= cast.nominal + 1e-6:
        return
    for player in cast.players.values():
        if plays(getattr(player, "driver", player), Protected):
            armed = player.over_voltage()
            if armed < highest:
                raise NotSupported(
                    f"it goes up to {highest:.3g} V and this supply's over-voltage protection is "
                    f"armed at {armed:.3g} V; arm the rig for the highest voltage of the story"
                )


def tell_asked(made: Plan, cast: Cast, **more: Any) -> None:
    """``power_asked``: the points of one round, and how they are going to be made."""
    wave = made.waveform
    cast.note(
        "power_asked", points=wave.points(cast.nominal), repeat=wave.repeat, gap=float(wave.gap),
        nominal=float(cast.nominal), lines=list(wave.lines), seed=wave.seed, how=made.how,
        via=made.via, shortfall=made.shortfall or None, **more,
    )  # fmt: skip


def _reach(made: Plan, nominal: Volts) -> Reach:
    """What a reading of the supply must show."""
    steps = [one for one in made.steps if one.line == "dc"]
    if made.output:
        return Reach(nominal, Volts(0), 1 - OFF / nominal)
    levels = [one.volts for one in steps if made.how == "list" or isinstance(one.to, Volts)]
    level = max(levels, key=lambda volts: abs(volts - nominal))
    return Reach(nominal, level, NEAR if made.how == "list" or made.shortfall else FAR)
