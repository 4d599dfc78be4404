"""Faults that try level after level and record what each did to the terminal.

``power_trial`` is one level's outcome: ``stayed_up``, ``reported`` (stayed up and said why),
``rebooted`` (restarted and is back) or ``lost`` (is not back). What follows may depend on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from harness.faults._outcome import PATIENCE, look
from harness.faults._player import Player
from harness.faults._waves import Waves, tell_asked
from harness.model.cast import Cast
from harness.model.means import Means, means_of
from harness.model.plan import Plan, plan
from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import Waveform

#: Outcomes after which the terminal had been down.
DOWN = ("rebooted", "lost")


@dataclass(frozen=True, slots=True)
class Trial:
    """One level of a search.

    Attributes:
        what: How the trace and a refusal call it.
        wave: What is played.
        level: Of nominal; 0 for an open line.
        lasting: How long it stays there.
    """

    what: str
    wave: Waveform
    level: Fraction
    lasting: Seconds


class Trials(Waves):
    """A fault that makes trials. The classes below say which."""

    rest: Seconds

    @classmethod
    def with_values(cls, values: Mapping[str, Any]) -> Self:
        """From a preset's parameters."""
        return cls(**values)

    def trials(self, nominal: Volts) -> Sequence[Trial]:
        """Every level it may come to; a search takes only some of them."""
        raise NotImplementedError

    def course(self, cast: Cast) -> None:
        """What is done: all trials in order, where nothing else is said."""
        for trial in self.trials(cast.nominal):
            if self.make(trial, cast) == "lost":
                return

    def waveform(self, nominal: Volts) -> Waveform:
        """The deepest level's."""
        return min(self.trials(nominal), key=lambda one: one.level).wave

    def planned(self, means: Means) -> Plan:
        """Every level must be possible; the plan of the first."""
        made = [self._plan_of(one, means) for one in self.trials(means.nominal)]
        return made[0]

    def _plan_of(self, trial: Trial, means: Means) -> Plan:
        return plan(trial.wave, means, what=trial.what, cut=self.CUT)

    @property
    def at_most(self) -> Seconds:
        """Every trial, and a reboot after each."""
        rows = self.trials(self.nominal or Volts(5))
        longest = max(one.wave.lasting for one in rows)
        return Seconds(len(rows) * (longest + self.rest + PATIENCE) + 600)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        self.begin(self.planned(means_of(cast.players, cast.nominal)), cast.nominal)
        yield self

    def play(self, cast: Cast) -> None:
        self.course(cast)

    # --- one trial ----------------------------------------------------------------------------

    def make(self, trial: Trial, cast: Cast) -> str:
        """Play one level, look at the terminal, tell its outcome."""
        made = self._plan_of(trial, means_of(cast.players, cast.nominal))
        self.begin(made, cast.nominal)
        tell_asked(made, cast, what=trial.what)
        before = len(cast.since(0))
        player = Player(made, cast)
        with player.restored():
            player.play()
        found = look(cast, before, self.rest)
        cast.note(
            "power_trial", what=trial.what, level=round(float(trial.level), 4),
            volts=round(float(trial.level * cast.nominal), 4), lasting=float(trial.lasting),
            **found,
        )  # fmt: skip
        return str(found["outcome"])
