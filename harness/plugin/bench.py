"""A live rig as a plain Python test sees it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from harness.clock import CooperativeClock
from harness.engine.given import reach
from harness.engine.injection import Injection
from harness.engine.progress import Silent
from harness.engine.recorder import Recorder
from harness.engine.sales import OpenSale, reader_of
from harness.engine.steps import Given
from harness.engine.undecided import Undecided
from harness.errors import BenchError
from harness.model.pattern import Pattern
from harness.model.register import Wish
from harness.model.roles import SaleResult
from harness.model.trace import Observation, Trace
from harness.model.units import Money, Seconds
from harness.model.words import fill, find
from harness.plugin.frames import end_in_the_test
from harness.report.evidence import keep_bugs
from harness.rig.live import LiveRig
from harness.runner import Session
from harness.sim.bench import Bench
from harness.wire.quoted import hide

#: A sale that has no answer by then is given up, s (ZVT T4 is 180 s).
OPEN_SALE = 400.0


class TestRig:
    """The bench. Every role is an attribute: ``rig.supply.measure_voltage()``.

    Times are ``"90 s"``, ``"300 ms"`` or a number of seconds.
    """

    __test__ = False  # its name is for the reader, it is no test class

    def __init__(self, session: Session, name: str) -> None:
        self._session = session
        self._name = re.sub(r"[^\w.=-]+", "_", name)
        self._live: LiveRig | None = None
        self._recorder: Recorder | None = None
        self._sales = 0

    def call_on_bench(self, test: Callable[[], object]) -> None:
        """Bring the bench up, call ``test`` on its clock, leave the bench safe.

        What a device said is in our own frames, too, which pytest shows with what is in them: it
        is given the test's. Of a bug of ours ``traceback.txt`` beside the trace tells the rest.
        """
        try:
            self._call_on_bench(test)
        except Exception as error:
            hide(error)
            if not isinstance(error, BenchError | AssertionError):
                keep_bugs(self._folder, [error])
            end_in_the_test(error)
            raise

    @property
    def _folder(self) -> Path:
        return self._session.out / f"python-{self._name}"

    def _call_on_bench(self, test: Callable[[], object]) -> None:
        folder = self._folder
        if self._session.rig.clock != "virtual":
            with self._session.open_rig(folder) as (live, recorder):
                self._call(live, recorder, test)
            return
        folder.mkdir(parents=True, exist_ok=True)
        clock = CooperativeClock()
        with (folder / "trace.jsonl").open("w", encoding="utf-8") as sink:
            recorder = Recorder(clock, sink, Undecided(), Silent())
            clock.run(lambda: self._in_virtual_time(clock, recorder, test))

    def _in_virtual_time(
        self, clock: CooperativeClock, recorder: Recorder, test: Callable[[], object]
    ) -> None:
        about = self._session
        bench = Bench(clock, about.rig.bench, seed=about.seed, defects=about.defects)
        with LiveRig(about.rig, clock=clock, seed=about.seed, connect=bench.connect) as live:
            live.listen(recorder.take)
            self._call(live, recorder, test)

    def _call(self, live: LiveRig, recorder: Recorder, test: Callable[[], object]) -> None:
        self._live, self._recorder = live, recorder
        try:
            test()
        finally:
            self._live = None

    def __getattr__(self, role: str) -> Any:
        if role.startswith("_"):
            raise AttributeError(role)
        players = self._up.players
        if role not in players:
            raise AttributeError(f"nobody plays {role!r} on this rig; it has {', '.join(players)}")
        return players[role]

    @property
    def _up(self) -> LiveRig:
        if self._live is None:
            raise BenchError("the rig is up while the test function runs, not in other fixtures")
        return self._live

    @property
    def _records(self) -> Recorder:
        _ = self._up
        assert self._recorder is not None  # noqa: S101 - set together
        return self._recorder

    @property
    def trace(self) -> Trace:
        """Everything seen so far."""
        return self._records.trace

    @property
    def now(self) -> float:
        """Seconds on the run's clock."""
        return self._records.clock.now()

    def ready(self) -> None:
        """Power the terminal and wait until it is signed on and idle."""
        reach(Given(), self._up, self._records)

    def hold(self, lasting: str | float) -> None:
        """Let time pass."""
        self._records.clock.sleep(_seconds(lasting))

    def until(self, pattern: Any, *, within: str | float, since: int = 0) -> Observation:
        """Wait for an observation like ``{"host": "answered"}``; raises AssertionError without.

        ``since`` is a line number: only what came after it counts (``rig.trace[-1].n`` is now's).
        """
        __tracebackhide__ = True
        wanted = Pattern.read(pattern)
        found: list[Observation] = []
        looked = since

        def seen() -> bool:
            nonlocal looked
            rows, looked = self.trace[looked:], len(self.trace)
            found.extend(row for row in rows if wanted.matches(row) is not None)
            return bool(found)

        if not self._records.until(seen, self.now + _seconds(within)):
            raise AssertionError(f"{wanted} was not seen within {within}")
        return found[0]

    @contextmanager
    def inject(self, fault: str, **fields: Any) -> Iterator[Injection]:
        """Hold a fault, by its word and YAML keys; cleared at the end of the block at latest."""
        kind = find("harness.faults", fault, group="harness.faults")
        made = fill(kind, fields, (fault,))
        injection = Injection(self._records, self._up.cast, fault, fault, made)
        injection.start(fields, 0.0)
        try:
            yield injection
        finally:
            injection.clear()

    def sell(self, amount: str, *, card: str = "chip") -> SaleResult:
        """Sell and present the card when asked; waits for the register's answer."""
        live, recorder = self._up, self._records
        self._sales += 1
        sale = OpenSale(
            recorder, live.players["terminal"], reader_of(live.players),
            name=f"sale-{self._sales}", wish=Wish("sale", Money.parse(amount)), card=card,
        )  # fmt: skip
        recorder.until(lambda: sale.done, self.now + OPEN_SALE)
        if sale.error is not None:
            raise sale.error
        return sale.result or SaleResult("unknown", text=f"no answer within {OPEN_SALE:g} s")


def _seconds(value: str | float) -> float:
    return float(Seconds.parse(value)) if isinstance(value, str) else float(value)
