"""Plays a plan on a rig: uploads, starts, times, measures, and puts everything back."""

import math
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import Any

from harness.model.cast import Cast
from harness.model.plan import BY_HOST, Plan
from harness.model.power import PulseSwitch, Supply, Switch, capability_of
from harness.model.roles import plays
from harness.model.units import Volts
from harness.model.waveform import State, Step, staircase

SAMPLES = 40  # measurements of one round, where there is time for them
APART = (0.01, 1.0)  # s between two of them, at least and at most
APART_BY_HAND = 0.1  # s, at least, while the host has steps to time
TOLD_WITHIN = 0.5  # s: a switch that times by itself tells its times
TIME_TO_MEASURE = 0.2  # s: within less, a host that times steps asks but once


class Player:
    """One plan on one cast. ``restored`` is the with-block around it, ``play`` makes the rounds."""

    def __init__(self, plan: Plan, cast: Cast) -> None:
        self._plan = plan
        self._cast = cast
        self._now: Callable[[], float] = cast.now or (lambda: 0.0)
        self._seen: list[tuple[float, float]] = []
        self._late = 0.0
        self._began = 0.0
        self._opened: Any = None  # the supply line's switch, while it is open
        self._takes = 0.0  # s, a measurement, the last one

    @contextmanager
    def restored(self) -> Iterator[None]:
        """Whatever happens within, the lines are closed and at nominal afterwards."""
        with ExitStack() as undo:
            for act in self._undoing():
                undo.callback(act)
            yield

    def play(self) -> None:
        """Every round, with its gaps, each told as it was made."""
        rounds = {"list": self._by_list, "pulse": self._by_pulse}
        make = rounds.get(self._plan.how, self._by_hand)
        for index in range(self._plan.rounds):
            if index:
                self._cast.sleep(self._plan.gap)
            self._seen, self._late, self._began = [], 0.0, self._now()
            make(index)
            tolerance = self._plan.tolerance
            self._cast.note(
                "power_achieved", round=index + 1, began=self._began, points=self._seen,
                late=round(self._late, 6) if tolerance is not None else None, tolerance=tolerance,
            )  # fmt: skip

    # --- the way back -------------------------------------------------------------------------

    def _undoing(self) -> Iterator[Callable[[], object]]:
        """What puts things back, the last first."""
        for breaker in dict.fromkeys(
            self._switch(one.line) for one in self._plan.steps if self._on_switch(one)
        ):
            yield partial(self._close, breaker)
        supplied = self._plan.how == "list" or any(map(self._on_supply, self._plan.steps))
        if supplied:
            supply = self._cast.playing(Supply)
            if self._plan.output:
                yield lambda: supply.set_output(on=True)
            yield lambda: supply.set_voltage(self._cast.nominal)
            if self._plan.how == "list":
                yield supply.stop

    def _close(self, breaker: Any) -> None:
        shorts = any(one.to is State.SHORT for one in self._plan.steps)
        if shorts and not breaker.closed():
            breaker.set_short(on=False)
        breaker.set_closed(closed=True)

    # --- three ways ---------------------------------------------------------------------------

    def _by_list(self, index: int) -> None:
        supply, points = self._cast.playing(Supply), self._plan.points
        read = supply.play(points)
        self._began = self._now()
        self._uploaded(index, points=[[float(volts), float(stay)] for volts, stay in read])
        self._measure_until(self._began + sum(stay for _, stay in points), supply)

    def _by_pulse(self, index: int) -> None:
        switch, pattern = self._switch(self._plan.steps[0].line), self._plan.pattern
        before = len(self._cast.since(0))
        switch.pulse(pattern)
        self._began = self._now()
        self._uploaded(index, pattern=[[closed, float(stay)] for closed, stay in pattern])
        self._cast.sleep(sum(stay for _, stay in pattern))
        self._take_pulses(before)

    def _by_hand(self, index: int) -> None:
        self._uploaded(index)
        due = self._began = self._now()
        for step in self._plan.steps:
            due = self._reach(step, due)
            self._hold(step, due + step.lasting)
            due += step.lasting
        self._late = max(self._late, self._now() - due)
        self._end_round()

    def _uploaded(self, index: int, **how: Any) -> None:
        self._cast.note(
            "power_uploaded", round=index + 1, how=self._plan.how, via=self._plan.via, **how
        )

    # --- by hand ------------------------------------------------------------------------------

    def _reach(self, step: Step, due: float) -> float:
        """Go to a step's level; returns when its stay begins."""
        if not step.ramp or isinstance(step.to, State):
            self._at(due, lambda: self._set(step))
            return due + step.ramp
        for volts, stay in staircase(step.start, step.to, step.ramp, shortest=self._least()):
            self._at(due, partial(self._volts, volts))
            self._look(due + stay, step.ramp / SAMPLES)
            due += stay
        return due

    def _least(self) -> float:
        """Between two words to this supply, s; as the plan was made."""
        return max(BY_HOST, capability_of(self._cast.playing(Supply)).latency)

    def _look(self, until: float, apart: float) -> None:
        """Measure on the way, where there is time and the last look is some time ago."""
        now = self._now()
        last = self._began + self._seen[-1][0] if self._seen else self._began
        if until - now >= TIME_TO_MEASURE and now - last >= apart:
            self._measure_until(until, self._cast.playing(Supply), most=1)

    def _at(self, due: float, act: Callable[[], object]) -> None:
        """Do it when it is due, and note how late that is."""
        self._cast.sleep(max(0.0, due - self._now()))
        self._late = max(self._late, self._now() - due)
        act()

    def _set(self, step: Step) -> None:
        if self._on_supply(step):
            self._volts_or_output(step)
        else:
            self._switched(step)

    def _volts_or_output(self, step: Step) -> None:
        supply = self._cast.playing(Supply)
        if self._plan.output:
            on = step.to is not State.OPEN
            if supply.output() != on:
                supply.set_output(on=on)
            self._edge(closed=on)
        elif isinstance(step.to, Volts):
            self._volts(step.to)
            if self._opened is not None:  # a level again: the line is whole before it counts
                self._close(self._opened)
                self._opened = None

    def _volts(self, volts: Volts) -> None:
        self._cast.playing(Supply).set_voltage(volts)

    def _switched(self, step: Step) -> None:
        switch = self._switch(step.line)
        shut = step.to in (State.OPEN, State.SHORT)
        self._opened = switch if shut and step.line == "dc" else None
        if step.to is State.SHORT:
            switch.set_short(on=True)
        else:
            switch.set_closed(closed=step.to is not State.OPEN)
        self._edge(closed=not shut)

    def _hold(self, step: Step, until: float) -> None:
        """Stay; measure where there is time and a supply to be measured."""
        if self._on_supply(step) and step.lasting >= TIME_TO_MEASURE:
            supply = self._cast.playing(Supply)
            self._measure_until(until - BY_HOST, supply, least=APART_BY_HAND)
        elif self._on_supply(step) and step.lasting:
            self._cast.sleep(max(0.0, until - step.lasting / 2 - self._now()))
            self._measure_until(until, self._cast.playing(Supply), most=1)
        self._cast.sleep(max(0.0, until - self._now()))

    def _end_round(self) -> None:
        """Back to normal: volts, output, switches."""
        for act in reversed(list(self._undoing())):
            act()
        if self._plan.how == "switch" or self._plan.output:
            self._edge(closed=True)

    # --- what was achieved --------------------------------------------------------------------

    def _note(self, volts: float) -> None:
        self._seen.append((round(self._now() - self._began, 6), round(volts, 4)))

    def _edge(self, *, closed: bool) -> None:
        """A step of the line, by what was done."""
        nominal = float(self._cast.nominal)
        self._note(self._seen[-1][1] if self._seen else nominal)
        self._note(nominal if closed else 0.0)

    def _take_pulses(self, before: int) -> None:
        """The openings as the switch's own timer had them; some tell it at once, some never."""
        until = self._now() + TOLD_WITHIN
        while self._now() < until:
            rows = [row for row in self._cast.since(before) if row.kind == "pulsed"]
            if rows:
                t = 0.0
                for closed, stay in rows[-1].get("measured") or ():
                    volts = float(self._cast.nominal) if closed else 0.0
                    self._seen += [(round(t, 6), volts), (round(t + stay, 6), volts)]
                    t += stay
                return
            self._cast.sleep(APART[0])

    def _measure_until(
        self, until: float, supply: Any, *, least: float = APART[0], most: float = math.inf
    ) -> None:
        """Measure as often as there is time for: some supplies take a quarter of a second."""
        apart = min(APART[1], max(least, (until - self._now()) / SAMPLES))
        while most > 0 and self._now() + self._takes < until:
            began = self._now()
            self._note(supply.measure_voltage())
            self._takes = self._now() - began
            most -= 1
            self._cast.sleep(min(apart if most else 0.0, max(0.0, until - self._now())))
        if most == math.inf:
            self._cast.sleep(max(0.0, until - self._now()))

    # --- who does it --------------------------------------------------------------------------

    def _on_supply(self, step: Step) -> bool:
        """Whether a step is the supply's."""
        if step.line != "dc" or self._plan.how in ("pulse", "switch"):
            return False
        return self._plan.output or isinstance(step.to, Volts)

    def _on_switch(self, step: Step) -> bool:
        if self._plan.how == "pulse":
            return True
        return self._plan.how != "list" and not self._on_supply(step)

    def _switch(self, line: str) -> Any:
        """The switch that feeds a line; raises LookupError."""
        for player in self._cast.players.values():
            driver = getattr(player, "driver", player)
            if (plays(driver, Switch) or plays(driver, PulseSwitch)) and (
                driver.switching.feeds == line
            ):
                return player
        raise LookupError(f"no switch of this rig feeds {line}")
