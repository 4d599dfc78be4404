"""The composition root both faces share: scenario + rig + judge + reports.

``Session`` plays items one after the other and writes the reports (``prove.py`` throws planted
defects at it). Here, and only here, the engine meets the judge.
"""

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol, Self

from harness import report
from harness.clock import Clock, CooperativeClock, ThreadClock
from harness.engine.needs import highest, missing, refused
from harness.engine.play import play
from harness.engine.progress import Progress, Silent
from harness.engine.recorder import Recorder
from harness.engine.undecided import Undecided
from harness.errors import BenchError, RigError, UsageError
from harness.files import load_rig, load_scenarios
from harness.judge.case import Case, judge_trace
from harness.model.network import Captured
from harness.model.played import Played
from harness.model.rig import RigFile
from harness.model.scenario import Scenario
from harness.model.trace import Trace
from harness.model.verdict import Outcome, Verdict
from harness.model.words import find
from harness.report import evidence
from harness.rig.abilities import means_of_rig, mistakes
from harness.rig.live import LiveRig
from harness.rig.signals import safe_signals
from harness.rig.tenancy import Tenancy
from harness.sim.bench import Bench
from harness.sim.served import ServedBench
from harness.wire.deck import Deck

#: What a run ends the process with.
EXIT_PASS, EXIT_FAIL, EXIT_USAGE, EXIT_UNDECIDED = 0, 1, 2, 3


def exit_code(played: Sequence[Played]) -> int:
    """0 all PASS or skipped, 1 a FAIL, 3 otherwise (and when nothing was played at all)."""
    outcomes = {one.verdict.outcome for one in played}
    if Outcome.FAIL in outcomes:
        return EXIT_FAIL
    if outcomes & {Outcome.ERROR, Outcome.INCONCLUSIVE} or not outcomes:
        return EXIT_UNDECIDED
    return EXIT_PASS


READYING = "getting ready"  # the word of step 0: a terminal may take minutes


class SessionProgress(Progress, Protocol):
    """A progress that is also told verdicts."""

    def verdict(self, played: Played) -> None: ...


class Session:
    """A run: items played on one rig, evidence below one folder.

    Args:
        rig: The rig file.
        out: Where the evidence goes; ``reports/<time>-<rig>`` when None.
        seed: What all randomness grows from.
        defects: Bugs to plant in a simulated terminal.
        progress: Who wants to know.
        force: Whether another run that holds the bench is asked to stop.
        test_decks: Issuer numbers of further test cards.
        written: Whether the traces are; a proof throws them away.
    """

    def __init__(
        self,
        *,
        rig: Path,
        out: Path | None = None,
        seed: int = 0,
        defects: Sequence[str] = (),
        progress: SessionProgress | None = None,
        force: bool = False,
        test_decks: Sequence[str] = (),
        written: bool = True,
    ) -> None:
        self._written = written
        self._deck = Deck(test_decks)
        self.rig: RigFile = load_rig(rig)
        self.out = out or Path("reports") / f"{evidence.stamp()}-{self.rig.name}"
        self.seed = seed
        self.defects = tuple(defects)
        if defects and not self.rig.bench:
            raise UsageError(f"--defect: rig {self.rig.name} has no simulated terminal of its own")
        for wrong in mistakes(self.rig, self.defects):
            raise RigError(f"{rig}: {wrong}")
        self._means = means_of_rig(self.rig)
        self.played: list[Played] = []
        self._progress = progress
        self._signals = contextlib.ExitStack()
        self._clock: Clock | None = None
        self._tenancy = Tenancy(force=force)

    def __enter__(self) -> Self:
        self._signals.enter_context(safe_signals(lambda: self._clock))
        return self

    def __exit__(self, *_: object) -> None:
        with self._signals:
            self._tenancy.close()

    @staticmethod
    def items(paths: Sequence[Path], tags: Sequence[str] = ()) -> list[Scenario]:
        """The scenarios of these files and folders that carry one of the tags."""
        found = [one for path in paths for one in load_scenarios(path)]
        return [one for one in found if not tags or set(tags) & {*one.tags, one.family}]

    def play(self, scenario: Scenario) -> Played:
        """Play and judge one item. Whatever breaks is a verdict (ERROR), not an exception.

        Raises:
            UsageError: The rig or the folder of the evidence cannot be used at all.
            ForeignCard: A card was seen that is no test card, in this item (kept) or before it.
            KeyboardInterrupt: The item is judged by what was seen, and kept, all the same.
        """
        self._deck.refuse()
        lacks = missing(scenario, _drivers(self.rig), self.rig.facts)
        lacks = lacks or refused(scenario, self._means)
        folder = evidence.folder_for(scenario, self.out, [one.folder for one in self.played])
        if lacks:
            verdict = Verdict(Outcome.SKIPPED, "; ".join(lacks))
            why = verdict.reason
            played = Played(scenario, verdict, Trace(), folder, seed=self.seed, skipped=why)
            self._keep(played)
            return played
        return self._play(scenario, folder)

    def _keep(self, played: Played) -> None:
        self.played.append(played)
        if self._progress is not None:
            self._progress.verdict(played)

    def finish(self) -> Path:
        """Write every report; returns the dossier's path."""
        return report.write(self.out, self.rig.name, self.played)

    @contextlib.contextmanager
    def open_rig(self, folder: Path) -> Iterator[tuple[LiveRig, Recorder]]:
        """The live rig by itself, for plain Python tests; real clock only."""
        clock = ThreadClock()
        with evidence.sink(folder) as sink, self._attached(clock) as attached:
            recorder = Recorder(clock, sink, Undecided(), self._progress, self._deck)
            held = {"tenancy": self._tenancy, "folder": folder, **attached}
            with LiveRig(self.rig, clock=clock, seed=self.seed, **held) as rig:
                rig.listen(recorder.take)
                yield rig, recorder

    def _play(self, scenario: Scenario, folder: Path) -> Played:
        clock: Clock = CooperativeClock() if self.rig.clock == "virtual" else ThreadClock()
        started = time.perf_counter()
        case = Case.of(scenario.spec())
        with evidence.sink(folder) if self._written else contextlib.nullcontext() as sink:
            recorder = Recorder(clock, sink, case, self._progress, self._deck)
            stop = self._until_over(scenario, recorder, folder)
        case.verdict()  # what breaks there is a bug like any other
        evidence.keep_bugs(folder, [*recorder.bugs, *case.bugs])
        played = Played(
            scenario, judge_trace(recorder.trace), recorder.trace, folder,
            simulated=recorder.trace.end, wall=time.perf_counter() - started, seed=self.seed,
        )  # fmt: skip
        self._keep(played)
        if stop is not None:
            raise stop
        self._tenancy.after(played.verdict.outcome)
        self._deck.refuse()
        return played

    def _until_over(
        self, scenario: Scenario, recorder: Recorder, folder: Path
    ) -> KeyboardInterrupt | None:
        """Play to the end, whatever it is; returns what interrupted it."""
        self._clock = clock = recorder.clock
        try:
            clock.run(lambda: self._on_the_bench(scenario, recorder, folder))
        except UsageError:
            raise
        except KeyboardInterrupt as stop:
            self._tell_end(scenario, recorder, "interrupted")
            return stop
        except Exception as error:  # noqa: BLE001 - the next item may still be played
            self._tell_end(scenario, recorder, "error", error)
        finally:
            self._clock = None
        return None

    def _on_the_bench(self, scenario: Scenario, recorder: Recorder, folder: Path) -> None:
        with self._attached(recorder.clock) as attached:
            held = {"tenancy": self._tenancy, "folder": folder, **attached}
            held["highest"] = highest(scenario, self.rig.nominal)
            rig = LiveRig(self.rig, clock=recorder.clock, seed=self.seed, **held)
            try:
                with rig:
                    _keep_packets(rig, folder)
                    progress = self._progress or Silent()
                    progress.step(scenario, 0, len(scenario.plain.get("when") or ()), READYING, 0.0)
                    play(scenario, rig, recorder, progress, seed=self.seed)
            except KeyboardInterrupt:
                if rig.unsafe:
                    recorder.say("bench_error", role="bench", message="; ".join(rig.unsafe))
                raise

    def _tell_end(
        self, scenario: Scenario, recorder: Recorder, reason: str, error: Exception | None = None
    ) -> None:
        """What ends outside the story still leaves a trace that says so."""
        trace = recorder.trace
        with contextlib.suppress(BenchError):  # the trace itself may be what cannot be written
            if not len(trace):
                spec = scenario.spec()
                recorder.say("run_started", spec=spec, rig=self.rig.name, seed=self.seed)
            if error is not None:
                recorder.trouble(error)
            if not trace.complete:
                recorder.say("run_ended", reason=reason)

    @contextlib.contextmanager
    def _attached(self, clock: Clock) -> Iterator[dict[str, Any]]:
        """Whatever simulated devices this rig brings along, as ``LiveRig`` takes them."""
        plan = self.rig.bench
        served = [
            device.address
            for device in self.rig.devices.values()
            if device.address.startswith("sim+")
        ]
        if isinstance(clock, CooperativeClock):
            bench = Bench(clock, plan, seed=self.seed, defects=self.defects)
            yield {"connect": bench.connect}
        elif served or plan.get("listen"):
            with ServedBench(plan, served, seed=self.seed, defects=self.defects) as process:
                yield {"served": process.addresses}
        else:
            yield {}


def _keep_packets(rig: LiveRig, folder: Path) -> None:
    """What passes over a network that can be listened to is evidence; its safe state ends it."""
    network = rig.players.get("network")
    if network is not None and isinstance(network.driver, Captured):
        network.capture(str((folder / "capture.pcapng").resolve()))


def _drivers(rig: RigFile) -> list[Any]:
    return [
        find("harness.drivers", device.driver, group="harness.drivers", name="Driver")
        for device in rig.devices.values()
    ]
