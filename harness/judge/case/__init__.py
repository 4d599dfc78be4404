"""A case: all clauses of one scenario, judged together, online and offline by the same objects.

A package rather than a module, because a module beside ``detects.py`` would be a word of ``then``.
"""

import dataclasses
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Self

from harness.judge._grade import Grade
from harness.judge._monitor import SLACK, Clause, Monitor
from harness.judge._oracle import oracle_of
from harness.judge._run import Run
from harness.judge._staged import COMPLETE, LINES, Staged
from harness.judge._without import without
from harness.judge.case.clauses import clauses_of, unasked
from harness.model.trace import Observation, Trace
from harness.model.verdict import ClauseVerdict, Outcome, Performance, Verdict, worst
from harness.model.words import WordError

__all__ = ["Case", "clauses_of", "judge_trace"]

Reader = Callable[[Observation], None]
NEVER = float("inf")


class Case:
    """Feed it with ``on`` and ``at``; ask ``verdict``. Times are seconds of the trace.

    A clause whose judge raises something is ERROR, and nothing worse happens: neither is a run
    broken off by it, nor is it ever a PASS.

    Attributes:
        run: What all clauses know of the run.
        bugs: What judges raised.
    """

    def __init__(
        self, spec: Mapping[str, Any], clauses: Iterable[Clause], unasked: Iterable[Clause] = (),
        *, doubts: bool = True,
    ) -> None:  # fmt: skip
        self.run = Run(spec)
        self.bugs: list[Exception] = []
        self._clauses = tuple(clauses), tuple(unasked)
        self._asked = [self._watched(clause) for clause in self._clauses[0]]
        wants_rest = tuple(one.clause for one in self._asked if one.needs_rest)
        named = {one.clause for one in self._asked}
        self._unasked = [
            one for clause in self._clauses[1] if (one := self._watched(clause)).clause not in named
        ]
        self._monitors = [*self._asked, *self._unasked]
        lines = [line() for line in LINES] if doubts else ()
        self._staged = Staged(self.run, wants_rest, self._has_failed, self._stands, lines)
        self._seen: list[Observation] = []
        self._readers = _merged(self.run.readers(), self.run.books.readers())
        self._grade = Grade(self.run)
        kinds = {kind for one in self._monitors for kind in one.kinds or ()}
        self._wanted = {
            kind: [one for one in self._monitors if one.kinds is None or kind in one.kinds]
            for kind in kinds
        }
        self._any = [one for one in self._monitors if one.kinds is None]
        self._due = NEVER
        self._closed = False

    @classmethod
    def of(cls, spec: Mapping[str, Any]) -> Self:
        """A case from a plain scenario.

        Raises:
            WordError: A clause cannot be read; its path says which.
        """
        return cls(spec, [clause for _, clause in clauses_of(spec)], unasked())

    def on(self, seen: Observation) -> None:
        """Take in the next observation."""
        if self._closed:
            if seen.kind == "bench_error":  # it could not be made safe, say
                self._staged.spoil(seen)
            return
        self.at(seen.t)
        self._seen.append(seen)
        self.run.lines.add(seen.n)
        for read in self._readers.get(seen.kind, ()):
            self._safely(self._staged, read, seen)
        self.run.hear(seen)
        if seen.kind in Grade.kinds:
            self._safely(self._staged, self._grade.on, seen)
        if seen.kind in Staged.kinds:
            self._safely(self._staged, self._staged.on, seen)
        if self.run.ready is not None:
            self._feed(seen, self._wanted.get(seen.kind, self._any))
        if seen.kind == "run_ended":
            self.finish(complete=seen.get("reason") in COMPLETE)

    def _feed(self, seen: Observation, wanted: list[Monitor]) -> None:
        moved = False
        for one in wanted:
            if one.settled is None:
                self._safely(one, one.on, seen)
                due = self._due_of(one)
                moved = moved or due != one.due
                one.due = due
        if moved:
            self._due = self._next()

    def at(self, t: float) -> None:
        """Time has come to ``t`` and nothing more was seen before it."""
        if self._closed:
            return
        self.run.now = max(self.run.now, t)
        if t <= self._due + SLACK:
            return
        for one in self._monitors:
            if one.settled is None:
                self._safely(one, one.at, t)
                if one.settled is not None and one.due is not None:
                    one.settled_at = min(one.settled_at, one.due)  # whenever that was looked at
            one.due = self._due_of(one)
        self._due = self._next()

    def finish(self, *, complete: bool) -> None:
        """The run is over; ``complete`` is False when the trace was cut off."""
        if self._closed:
            return
        ready = self.run.ready is not None
        for one in self._monitors:
            if complete and ready and one.settled is None:
                self._safely(one, one.at, self.run.now)
            self._safely(one, one.finish, complete=complete and ready)
        self._safely(self._staged, self._staged.finish, complete=complete)
        self._closed = True
        self._due = NEVER

    def deadline(self) -> float | None:
        """The next time at which silence would decide something; inclusive."""
        return None if self._due == NEVER else self._due

    @property
    def decided(self) -> bool:
        """Whether no clause can change any more; not before rest where one is judged at rest."""
        return self._closed or (
            bool(self._asked) and all(one.settled is not None for one in self._asked)
        )

    def verdict(self) -> Verdict:
        """The answer so far."""
        clauses = [self._answer(one) for one in self._asked] or [_nothing_asked()]
        unasked = [self._answer(one) for one in self._unasked]
        told = [one for one in unasked if one.outcome is not Outcome.INCONCLUSIVE]
        staged = self._answer(self._staged)
        begun = self.run.ready is not None  # else that is what is to be said first
        verdict = worst([*clauses, staged, *told] if begun else [staged, *clauses, *told])
        oracle = str(oracle_of(self.run)) if self._closed and self.run.ready is not None else ""
        return dataclasses.replace(verdict, performance=self._performance(), oracle=oracle)

    def _performance(self) -> Performance | None:
        """The class of a run that is over; None before, and where there is none."""
        try:
            return self._grade.answer() if self._closed else None
        except Exception as error:  # noqa: BLE001 - it decides nothing, so it may break nothing
            self.bugs.append(error)
            return None

    # --- judges that break ----------------------------------------------------------------------

    def _watched(self, clause: Clause) -> Monitor:
        try:
            one = clause.watch(self.run)
            one.does_without = getattr(clause, "DOES_WITHOUT", one.does_without)
        except Exception as error:  # noqa: BLE001 - somebody else's judge, perhaps
            one = Broken(type(clause).__name__, self.run)
            self._break(one, error)
        return one

    def _safely(self, one: Monitor, act: Callable[..., None], *args: Any, **keys: Any) -> None:
        try:
            act(*args, **keys)
        except Exception as error:  # noqa: BLE001 - see the class
            self._break(one, error)

    def _due_of(self, one: Monitor) -> float | None:
        try:
            return one.deadline() if one.settled is None else None
        except Exception as error:  # noqa: BLE001 - see the class
            self._break(one, error)
            return None

    def _answer(self, one: Monitor) -> ClauseVerdict:
        try:
            return one.verdict()
        except Exception as error:  # noqa: BLE001 - see the class
            return self._break(one, error)

    def _break(self, one: Monitor, error: Exception) -> ClauseVerdict:
        self.bugs.append(error)
        said = f"the judge itself broke: {type(error).__name__}: {error}"
        verdict = ClauseVerdict(one.clause, Outcome.ERROR, said, one.budget, final=True)
        one.settled = verdict
        return verdict

    def _has_failed(self, before: float) -> bool:
        return any(_is_failure(one) and one.settled_at <= before for one in self._monitors)

    def _stands(self, lines: frozenset[str]) -> bool:
        """Whether the terminal failed by others than these lines; what rests on them is taken back.

        A clause stands that can be judged without them, and fails without them as well.
        """
        bare = Case(self.run.spec, *self._clauses, doubts=False)
        for seen in without(lines, self._seen):
            bare.on(seen)
        bare.at(self.run.now)
        bare.finish(complete=False)
        failed = [
            (one, lines <= one.does_without and _is_failure(own), own.settled)
            for one, own in zip(self._monitors, bare._monitors, strict=True)
            if _is_failure(one)
        ]
        if not any(stands for _, stands, _ in failed):
            return False
        for one, stands, settled in failed:
            if stands:
                one.settled = settled  # by what it is proved
            else:
                one.take_back("that rests on a line of the bench's that is not to be believed")
        return True

    def _next(self) -> float:
        return min((one.due for one in self._monitors if one.due is not None), default=NEVER)


class Broken(Monitor):
    """Stands where a judge could not even begin."""

    def on(self, seen: Observation) -> None: ...

    def conclude(self) -> None: ...


def _is_failure(one: Monitor) -> bool:
    return one.settled is not None and one.settled.outcome is Outcome.FAIL


def _nothing_asked() -> ClauseVerdict:
    return ClauseVerdict("then", Outcome.INCONCLUSIVE, "the scenario asks for nothing", final=True)


def _merged(*tables: Mapping[str, Reader]) -> dict[str, tuple[Reader, ...]]:
    rows: dict[str, tuple[Reader, ...]] = {}
    for table in tables:
        for kind, read in table.items():
            rows[kind] = (*rows.get(kind, ()), read)
    return rows


def judge_trace(trace: Trace) -> Verdict:
    """Judge a recorded run by nothing but its trace."""
    first = trace[0] if len(trace) else None
    spec = first.get("spec") if first is not None and first.kind == "run_started" else None
    if not isinstance(spec, Mapping):
        return _unreadable(_damage(trace) or "the trace does not begin with its scenario")
    try:
        case = Case.of(spec)
    except (WordError, ValueError, TypeError, AttributeError) as error:  # a damaged file, perhaps
        return _unreadable(f"the trace's scenario cannot be read: {error}")
    for seen in trace:
        case.on(seen)
    case.at(trace.end)
    if not trace.complete:
        case.finish(complete=False)
    verdict = case.verdict()
    if trace.damaged:
        gap = ClauseVerdict("trace", Outcome.INCONCLUSIVE, _damage(trace), final=True)
        return worst([gap, *verdict.clauses])
    return verdict


def _damage(trace: Trace) -> str:
    if not trace.damaged:
        return ""
    return f"line {trace.damaged} of the trace cannot be read; from there on nothing was judged"


def _unreadable(reason: str) -> Verdict:
    return worst([ClauseVerdict("trace", Outcome.INCONCLUSIVE, reason, final=True)])
