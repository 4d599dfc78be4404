"""Faults that try level after level and record what each did to the terminal.

``power_trial`` is one level's outcome: ``stayed_up``, ``reported`` (stayed up and said why),
``rebooted`` (restarted and is back) or ``lost`` (is not back). What follows may depend on it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from harness.errors import BenchError, DeviceRefused, NotSupported
from harness.faults._player import Player
from harness.faults._waves import Waves, tell_asked
from harness.model.means import Means, means_of
from harness.model.plan import Plan, plan
from harness.model.roles import Cast, Terminal
from harness.model.trace import Observation
from harness.model.units import Fraction, Seconds, Volts
from harness.model.waveform import Waveform

#: What a terminal says of its supply.
POWER_CAUSES = frozenset({"supply_low", "power_lost", "battery_low"})
#: States in which a terminal is back.
UP = frozenset({"ready", "busy"})
#: Longest wait for a terminal to be back, and between two looks, s.
PATIENCE, LOOK = 120.0, 0.5
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
    _plan: ClassVar[Plan | None] = None

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
        found = _look(cast, before, self.rest)
        cast.note(
            "power_trial", what=trial.what, level=round(float(trial.level), 4),
            volts=round(float(trial.level * cast.nominal), 4), lasting=float(trial.lasting),
            **found,
        )  # fmt: skip
        return str(found["outcome"])


def _look(cast: Cast, before: int, rest: Seconds) -> dict[str, Any]:
    """What became of the terminal since observation ``before``, at the end of its rest."""
    now = cast.now or (lambda: 0.0)
    ended = now()
    was_up = _answers(cast)
    cast.sleep(rest)
    boots = _boots(cast.since(before))
    down = bool(boots) or not was_up
    while down and not _is_back(cast, before) and now() - ended < PATIENCE:
        cast.sleep(LOOK)
    rows = cast.since(before)
    boots = _boots(rows)
    reported = sorted({str(row["cause"]) for row in rows if _names_power(row)})
    back = _is_back(cast, before)
    outcome = ("rebooted" if back else "lost") if down else "reported" if reported else "stayed_up"
    return {
        "outcome": outcome, "boots": len(boots), "reported": reported,
        "back_after": round(now() - ended, 3) if down and back else None,
    }  # fmt: skip


def _boots(rows: Iterable[Observation]) -> list[Observation]:
    return [row for row in rows if row.source == "terminal" and row.kind == "boot"]


def _names_power(row: Observation) -> bool:
    told = row.source == "terminal" and row.kind in ("detected", "report")
    return told and row.get("cause") in POWER_CAUSES


def _is_back(cast: Cast, before: int) -> bool:
    """Whether its last word is a state in which it is up; without words, whether it answers."""
    rows = [
        row for row in cast.since(before)
        if row.source == "terminal" and row.kind in ("boot", "state")
    ]  # fmt: skip
    if rows:
        return rows[-1].kind == "state" and rows[-1].get("state") in UP
    return _answers(cast)


def _answers(cast: Cast) -> bool:
    """Whether the terminal answers its register; also a refusal is an answer."""
    try:
        cast.playing(Terminal).status()
    except LookupError:
        return True  # nobody to ask: what the console says must do
    except (DeviceRefused, NotSupported):
        return True
    except BenchError:
        return False
    return True
