"""Play one scenario on a live rig: given, when, heal, rest. What it learns is in the trace."""

import contextlib
import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from harness.clock import Killed, Task
from harness.engine import desk, records, rest, updating
from harness.engine.given import GivenFailed, reach
from harness.engine.injection import Injection
from harness.engine.progress import Progress
from harness.engine.recorder import Recorder
from harness.engine.sales import OpenSale, reader_of
from harness.engine.steps import (
    NO_CARD,
    Await,
    Clear,
    CutAt,
    Given,
    Hold,
    Inject,
    Sale,
    SwapSim,
    TopUp,
    Update,
    read_step,
)
from harness.errors import BenchError, ScenarioError
from harness.model.cast import Cast
from harness.model.cellular import SimCard
from harness.model.cut_points import CUT_POINTS, FAULTS, CutPoint
from harness.model.network import DataPlan
from harness.model.pattern import Pattern
from harness.model.register import Wish
from harness.model.roles import SaleResult, Terminal, Vigilant, plays
from harness.model.scenario import Scenario
from harness.model.trace import Observation
from harness.model.words import fill
from harness.version import VERSION


class _TriggerMissed(Exception):
    """An awaited observation never came."""


class Run:
    """One scenario on one rig.

    Attributes:
        scenario: What is played.
        rig: The live rig.
        recorder: The trace's writer.
        cast: Who plays which role, for faults.
        sales: The transactions, by name.
        earlier: The terminal's last one, from before the story.
    """

    def __init__(
        self, scenario: Scenario, rig: Any, recorder: Recorder, progress: Progress
    ) -> None:
        self.scenario = scenario
        self.rig = rig
        self.recorder = recorder
        self._clock = recorder.clock
        self._progress = progress
        self.cast: Cast = rig.cast
        self._faults: list[Injection] = []
        self.sales: dict[str, OpenSale] = {}
        self.earlier: list[SaleResult] = []
        self._armed: list[Task] = []  # cuts that wait for their points beside the steps
        self._cursor = 0  # trace index behind the last trigger
        self._late = 0.0

    # --- the story --------------------------------------------------------------------------

    def play(self, seed: int) -> None:
        """Play to the end; whatever breaks ends in a ``bench_error`` line, not in an exception."""
        self._open(seed)
        self.rig.listen(self.recorder.take)  # what was said before comes now, behind the opening
        reason = "error"
        try:
            reason = self._story()
        except Exception as error:  # noqa: BLE001 - whatever broke, the item is an ERROR
            self.recorder.trouble(error)
        except (KeyboardInterrupt, Killed):
            reason = "interrupted"
            raise
        finally:
            self._end_faults(Injection.clear)
            if reason != "interrupted":
                self._look_at_bench()
            self.recorder.say("run_ended", reason=reason)

    def _open(self, seed: int) -> None:
        self.recorder.say(
            "run_started", spec=self.scenario.spec(), rig=self.rig.name, seed=seed,
            clock="virtual" if self._clock.virtual else "real", version=VERSION,
            plays=self.rig.plays(), observes=self.rig.observes(), facts=self.rig.facts,
            tells=self.rig.tells(), names=self.rig.names(),
        )  # fmt: skip

    def _story(self) -> str:
        plain = self.scenario.plain
        try:
            given = fill(Given, plain.get("given") or {}, ("given",))
            reach(given, self.rig, self.recorder)
            self.earlier = records.look_back(given, self.rig, self.recorder)
        except GivenFailed as why:
            self.recorder.say("given_failed", why=str(why))
            return "given"
        self.recorder.say("given_ready")
        self._cursor = len(self.recorder.trace)
        with contextlib.suppress(_TriggerMissed):
            self._steps(plain.get("when") or [])
        for waiting in self._armed:
            waiting.join(None)
        self._end_faults(Injection.finish)
        self.recorder.say("healing")
        rest.recover(self)
        rest.come_to_rest(self)
        self.recorder.deck.refuse()
        return "decided" if self.recorder.decision.decided else "rest"

    def _steps(self, rows: list[Any]) -> None:
        steps = [read_step(row, ("when", index)) for index, row in enumerate(rows)]
        for index, (word, step) in enumerate(steps):
            self._progress.step(self.scenario, index + 1, len(steps), word, self._clock.now())
            self.recorder.deck.refuse()
            self.recorder.say("step_started", index=index, word=word)
            more = self._acts()[type(step)](step, index) or {}
            self.recorder.say("step_done", index=index, word=word, **more)

    def _acts(self) -> Mapping[type, Callable[[Any, int], dict[str, Any] | None]]:
        return {
            Sale: self._sale, Await: self._await, Inject: self._inject,
            Clear: self._clear, Update: self._update, TopUp: self._top_up,
            SwapSim: self._swap_sim, CutAt: self._cut_at,
            Hold: lambda step, _: self._clock.sleep(step.lasting),
            **dict.fromkeys(desk.DEALING.values(), self._deal),
            **dict.fromkeys(desk.ACTING.values(), lambda step, _: desk.act(self, step)),
        }  # fmt: skip

    # --- the steps --------------------------------------------------------------------------

    def _sale(self, step: Sale, index: int) -> None:
        self.start_sale(self._name(step, "sale"), Wish("sale", step.amount), step.card)

    def _deal(self, step: Any, index: int) -> None:
        wish = desk.wish_of(self, step)
        self.start_sale(self._name(step, wish.deal), wish, getattr(step, "card", NO_CARD))

    def _name(self, step: Any, deal: str) -> str:
        name = str(step.name) or f"{deal}-{len(self.sales) + 1}"
        if name in self.sales:
            raise ScenarioError(f"{self.scenario.path}: two transactions are called {name!r}")
        return name

    def start_sale(self, name: str, wish: Wish, card: str, *, proof: bool = False) -> OpenSale:
        """Start a transaction; it runs beside the steps."""
        self.sales[name] = sale = OpenSale(
            self.recorder, self.cast.playing(Terminal), reader_of(self.rig.players),
            name=name, wish=wish, card=card, proof=proof,
        )  # fmt: skip
        return sale

    def _await(self, step: Await, index: int) -> dict[str, Any]:
        for at, row in enumerate(self.recorder.trace if step.ends_a_sale else ()):
            if step.pattern.matches(row) is not None:
                self._cursor = max(self._cursor, at + 1)
                return {"trigger": row.n}
        found, self._cursor = self._find(step, index, self._cursor)
        due = found.t + step.after
        self._clock.sleep_until(due, precise=True)
        if step.has_passed(self.recorder.trace[self._cursor :]):
            self._miss(index, f"{step.pattern} before {step.before}")
        self._late = round(max(0.0, self._clock.now() - due), 6)
        return {"trigger": found.n, "late": self._late, "tolerance": float(step.tolerance)}

    def _find(self, step: Await, index: int, cursor: int) -> tuple[Observation, int]:
        """The first observation behind ``cursor`` that is meant, and the place behind it."""
        trace = self.recorder.trace
        found: list[Observation] = []

        def seen() -> bool:
            nonlocal cursor
            while cursor < len(trace):
                row = trace[cursor]
                cursor += 1
                if row.kind not in _ENGINE_NOISE and step.pattern.matches(row) is not None:
                    found.append(row)
                    return True
            return False

        if not self.recorder.until(seen, self._clock.now() + step.within):
            self._miss(index, str(step.pattern), waited=float(step.within))
        return found[0], cursor

    def _miss(self, index: int, wanted: str, **more: float) -> NoReturn:
        self.recorder.say("trigger_missed", index=index, wanted=wanted, **more)
        raise _TriggerMissed

    def _inject(self, step: Inject, index: int) -> None:
        late, self._late = self._late, 0.0
        self._start(step, late)

    def _start(self, step: Inject, late: float) -> None:
        injection = Injection(self.recorder, self.cast, step.word, step.label, step.fault)
        self._faults.append(injection)
        injection.start(dict(step.plain or {}), late)

    def _cut_at(self, step: CutAt, index: int) -> dict[str, Any]:
        """Wait for the point's sign, as this rig sees it, and cut."""
        point = CUT_POINTS[step.point]
        if step.injection.word == REGISTER_CUT:  # while it sells nobody can tell it anything
            self._inject(step.injection, index)
            return {"point": step.point}
        mark = point.mark({"engine", *self.rig.observes(), *self.rig.players})
        if mark is None:
            self._miss(index, f"a sign of {step.point}")
        sign = Await(self._of_newest(point, mark.pattern), step.after, step.within, step.tolerance)
        if not point.ahead:
            told = self._await(sign, index)
            self._inject(step.injection, index)
            return {**told, "point": step.point}
        cursor = len(self.recorder.trace)
        self._armed.append(self._clock.spawn(
            f"cut at {step.point}", lambda: self._cut_ahead(step, sign, index, cursor)
        ))  # fmt: skip
        return {"point": step.point}

    def _cut_ahead(self, step: CutAt, sign: Await, index: int, cursor: int) -> None:
        with contextlib.suppress(_TriggerMissed):
            due = self._find(sign, index, cursor)[0].t + step.after
            self._clock.sleep_until(due, precise=True)
            late = round(max(0.0, self._clock.now() - due), 6)
            self.recorder.say(
                "step_done", index=index, word="cut_at", late=late, tolerance=float(sign.tolerance)
            )
            self._start(step.injection, late)

    def _of_newest(self, point: CutPoint, sign: Pattern) -> Pattern:
        if not point.of_sale or not self.sales:
            return sign
        own = "sale" if sign.source == "engine" else "of"
        return dataclasses.replace(sign, fields={**sign.fields, own: list(self.sales)[-1]})

    def _clear(self, step: Clear, index: int) -> None:
        for injection in reversed(self._faults):
            if injection.label == step.fault:
                self._faults.remove(injection)
                injection.clear()
                return
        raise ScenarioError(
            f"{self.scenario.path}: clear: no fault {step.fault!r} was injected before; "
            f"injected: {', '.join(fault.label for fault in self._faults) or 'none'}"
        )

    def _update(self, step: Update, index: int) -> None:
        updating.begin(self, step.image)

    def _top_up(self, step: TopUp, index: int) -> None:
        self.cast.playing(DataPlan).top_up(step.amount)

    def _swap_sim(self, step: SwapSim, index: int) -> None:
        self.cast.playing(SimCard).select(step.slot)

    # --- the end ----------------------------------------------------------------------------

    def _end_faults(self, end: Callable[[Injection], None]) -> None:
        """Every fault, in reverse order; an error is told, the rest still cleared."""
        while self._faults:
            injection = self._faults.pop()
            try:
                end(injection)
            except Exception as error:  # noqa: BLE001 - a bug in one must not leave others in
                self.recorder.trouble(error)

    def _look_at_bench(self) -> None:
        """What the bench did by itself is no fault of the terminal: devices that can, tell it."""
        for player in self.rig.players.values():
            if plays(getattr(player, "driver", player), Vigilant):
                try:
                    player.look()
                except BenchError as error:
                    self.recorder.trouble(error)


#: The fault that loses a register's results.
REGISTER_CUT = FAULTS["register"][0]
#: Lines of the engine about itself are never triggers.
_ENGINE_NOISE = frozenset({"run_started", "step_started", "step_done", "given_ready"})


def play(
    scenario: Scenario, rig: Any, recorder: Recorder, progress: Progress, *, seed: int
) -> None:
    """Play ``scenario`` on the live rig ``rig``; what happened is in ``recorder.trace``."""
    rig.cast = dataclasses.replace(rig.cast, note=recorder.say)
    Run(scenario, rig, recorder, progress).play(seed)
