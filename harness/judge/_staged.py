"""The clause every scenario has unasked: what the story demands was really put on stage.

A trigger that never came, a fault without effect, a step too late, a run that was cut off or a
broken bench leave nothing to judge: then silence is no evidence, and the item is no PASS.
"""

from collections.abc import Callable, Iterable
from math import inf
from typing import Any

from harness.judge._console_bursts import ConsoleBursts
from harness.judge._console_gaps import ConsoleGaps
from harness.judge._console_line import ConsoleLine
from harness.judge._console_shape import ConsoleShape
from harness.judge._display_line import DisplayLine
from harness.judge._doubt import EVERY_LINE, Doubt, Line
from harness.judge._late_trigger import LateTrigger
from harness.judge._monitor import Monitor, span
from harness.judge._person_line import PersonLine
from harness.judge._register_line import RegisterLine
from harness.judge._run import Run, too_late
from harness.judge._unasked import LAG, Unasked
from harness.model.trace import Observation
from harness.model.verdict import ClauseVerdict, Outcome

#: Reasons of ``run_ended`` after which what was not seen did not happen.
COMPLETE = ("rest", "decided")
#: What stands beside the fault's word in an ``inject`` step.
BESIDE = ("as",)
#: What is looked at for whether a line of the bench's is to be believed.
LINES = (
    RegisterLine, ConsoleLine, LateTrigger, ConsoleBursts, ConsoleGaps, ConsoleShape, DisplayLine,
    PersonLine,
)  # fmt: skip
DOUBTED = frozenset[str]().union(*(one.kinds for one in LINES)) - {
    "step_started", "step_done",
}  # fmt: skip


class Staged(Monitor):
    """See the module text.

    Args:
        wants_rest: Clauses that can only be judged at rest.
        failed: Whether another clause had failed for good before a time, s.
        stands: Whether a failure is left that does not rest on some lines; the others are taken
            back then.
        lines: Whose word is weighed.
    """

    kinds = frozenset({
        "bench_error", "trigger_missed", "step_started", "step_done", "given_failed",
        "records_missing", "run_ended", "power_achieved",
    }) | Unasked.kinds | DOUBTED  # fmt: skip

    def __init__(
        self, run: Run, wants_rest: tuple[str, ...], failed: Callable[[float], bool],
        stands: Callable[[frozenset[str]], bool], lines: Iterable[Line],
    ) -> None:  # fmt: skip
        super().__init__("staged", run)
        self._failed = failed
        self._stands = stands
        self._wants_rest = wants_rest
        self._broken = ""
        self._breaks: list[int] = []
        self._missed: list[tuple[str, int]] = []
        self._given = ""
        self._unasked = Unasked()
        self._lines = tuple(lines)
        self._told: list[tuple[str, Doubt]] = []  # of a line, by the engine

    def on(self, seen: Observation) -> None:
        self._tell_lines(seen)
        if seen.kind == "bench_error":
            self._err(str(seen.get("role")), seen)
        elif seen.kind == "trigger_missed":
            waited = f" within {span(seen['waited'])}" if "waited" in seen.fields else ""
            self._miss(f"the awaited {seen.get('wanted')!r} never came{waited}", seen)
        elif seen.kind == "given_failed":
            self._given = str(seen.get("why"))
        elif seen.kind == "run_ended" and seen.get("reason") == "error":
            self._break("the run ended by an error of the bench", seen)
        elif seen.kind in Unasked.kinds:
            self._unasked.on(seen)
        elif seen.kind not in DOUBTED:
            self._check_late(seen)

    def _err(self, role: str, seen: Observation) -> None:
        if role in EVERY_LINE and "since" in seen.fields:
            said = Doubt(float(seen["since"]), str(seen.get("message")), (seen.n,))
            self._told.append((role, said))
        self._break(f"the bench failed: {role}: {seen.get('message')}", seen)

    def _tell_lines(self, seen: Observation) -> None:
        for line in self._lines:
            if seen.kind in line.kinds:
                line.on(seen)

    def _check_late(self, seen: Observation) -> None:
        if too_late(seen):
            step = f"step {int(seen.get('index', 0)) + 1} ({seen.get('word')})"
            what = f"a point of {seen.get('label')}" if seen.kind == "power_achieved" else step
            self._miss(
                f"{what} was {span(seen['late'])} late, {span(seen['tolerance'])} would still do",
                seen,
            )

    def _break(self, reason: str, seen: Observation) -> None:
        if self._broken:
            self._breaks.append(seen.n)  # what came of it: a supply not made safe, say
        elif not self._failed(float(seen.get("since", inf))):
            self._broken, self._breaks = reason, [seen.n]
        else:
            self._miss(f"after the terminal had failed, {reason}", seen)

    def _miss(self, reason: str, seen: Observation) -> None:
        self._missed.append((reason, seen.n))

    def conclude(self) -> None:
        """Nothing: ``verdict`` says what is known at any time."""

    def finish(self, *, complete: bool) -> None:
        self.settled = self._judged(final=True)

    def spoil(self, seen: Observation) -> None:
        """The bench broke after the end: what it showed before is not to be trusted either."""
        self.on(seen)
        self.settled = self._judged(final=True)

    def verdict(self) -> ClauseVerdict:
        return self.settled or self._judged(final=False)

    def _judged(self, *, final: bool) -> ClauseVerdict:
        self._blame_modem()
        if final:
            self._doubt_lines()
        if self._broken:
            return ClauseVerdict(
                self.clause, Outcome.ERROR, self._broken, evidence=tuple(self._breaks), final=final
            )
        for reason, evidence in self._gaps():
            return ClauseVerdict(
                self.clause, Outcome.INCONCLUSIVE, reason, evidence=evidence, final=final
            )
        said = "everything the story asks for took place"
        return ClauseVerdict(self.clause, Outcome.PASS, said, final=final)

    def _blame_modem(self) -> None:
        """A terminal that failed after its modem fell silent by itself did not fail by itself."""
        ready = self.run.ready
        silent = self._unasked.silence(self.run.faults, ready) if ready is not None else None
        if silent is None or self._broken or self._failed(silent.t - LAG) or not self._failed(inf):
            return
        self._broken = (
            f"the bench failed: the modem fell silent at {span(silent.t)}, and neither a fault nor"
            " the terminal had made it"
        )
        self._breaks = [silent.n]

    def _doubt_lines(self) -> None:
        """A terminal that failed by a line that others contradict may be well.

        Unless it failed before, or by others as well: then it is the line that was ill besides.
        """
        told = {n for _, doubt in self._told for n in doubt.lines}
        if not self._failed(inf) or not told.issuperset(self._breaks):
            return
        found = [(one.role, doubt) for one in self._lines if (doubt := one.doubt(self.run.faults))]
        ill = [row for row in (*self._told, *found) if not self._failed(row[1].since)]
        if ill and self._stands(frozenset(role for role, _ in (*self._told, *found))):
            self._broken, self._breaks = "", []
            said = "a line of the bench's is not to be believed"
            self._missed += [(f"{said}: {role}: {one.why}", one.lines[0]) for role, one in ill]
        elif ill and not self._broken:
            role, doubt = ill[0]
            self._broken = f"the bench failed: {role}: {doubt.why}"
            self._breaks = list(doubt.lines)

    def _gaps(self) -> list[tuple[str, tuple[int, ...]]]:
        """What is missing, the most telling first."""
        run = self.run
        gaps: list[tuple[str, tuple[int, ...]]] = []
        if run.ready is None:
            why = f": {self._given}" if self._given else ""
            gaps.append((f"the terminal never reached its starting state{why}", ()))
        gaps += [(reason, (n,)) for reason, n in self._missed]
        gaps += [
            (f"fault {one.label} was injected at {span(one.at.t)} but never took effect",
             (one.at.n,))
            for one in run.faults if one.effect is None
        ]  # fmt: skip
        gaps += [(f"fault {label} was never injected", ()) for label in self._never_injected()]
        if run.ended is None:
            gaps.append((f"the trace breaks off at {span(run.now)}: the run did not end", ()))
        elif run.ended.get("reason") not in COMPLETE:
            gaps.append((f"the run was ended early: {run.ended.get('reason')}", (run.ended.n,)))
        if self._wants_rest and run.rest is None:
            why = f" ({run.unrest})" if run.unrest else ""
            gaps.append((
                f"the terminal never came to rest{why}, so nobody can say of: "
                + ", ".join(self._wants_rest), (),
            ))  # fmt: skip
        return gaps

    def _never_injected(self) -> list[str]:
        seen = [one.label for one in self.run.faults]
        missing: list[str] = []
        for label in wanted_faults(self.run.spec):
            if label in seen:
                seen.remove(label)
            else:
                missing.append(label)
        return missing


def point_of(step: Any) -> str:
    """The cut point of a ``cut_at`` step, plain, or ``""``."""
    plain = step.get("cut_at") if isinstance(step, dict) else None
    return str(plain.get("point", "") if isinstance(plain, dict) else plain or "")


def wanted_faults(spec: Any) -> list[str]:
    """Labels of the faults a scenario injects, in order."""
    labels: list[str] = []
    for step in spec.get("when") or ():
        cut = point_of(step)
        plain = step.get("inject") if isinstance(step, dict) else None
        if cut:
            labels.append(cut)
        elif isinstance(plain, str):
            labels.append(plain)
        elif isinstance(plain, dict):
            words = [str(key) for key in plain if key not in BESIDE]
            labels += [str(plain.get("as", word)) for word in words[:1]]
    return labels
