"""The project's own proof: the reference terminal passes, every planted defect is caught.

Items are played with each bug planted, until enough of them have caught it, and all of them once
per seed with none. A defect is caught by a FAIL; anything but PASS (or a skip) of the reference is
a failure of *ours*.
"""

import contextlib
import inspect
import os
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.errors import Stuck, UsageError
from harness.files import load_catalogue
from harness.judge.case.clauses import numbers_of
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome, Verdict
from harness.model.words import find, instead, words_in
from harness.rig.signals import wall_limit
from harness.runner import Session

PACKAGE, GROUP = "harness.sim.defects", "harness.defects"
#: Asked for instead of a defect: the reference terminal alone.
NO_DEFECT = "none"
#: Items that must catch a defect before the rest are left out.
ENOUGH = 1
#: s of wall time that an item may take; the longest of the catalogue takes ten.
LONGEST = 300.0
#: Items without a verdict after which a defect's others are left out.
MOST_ERRORS = 2
BREAKS = re.compile(r"Breaks (.+?)(?::| \(|\.?$)", re.MULTILINE)


#: The fact of a terminal that falls over by itself: its stories are others.
SPARE = "spare_bearer"


@dataclass(frozen=True, slots=True)
class Job:
    """One terminal (with a defect or none), one seed, and every item.

    Attributes:
        rigs: An item is played on the first of them that can.
        enough: So many items that FAIL end it; 0 for no end.
        part: Which of how many parts of the items, from 0: a long job is shared out.
        each: One item of each catalogue id, another one with each seed, and on every rig.
    """

    rigs: tuple[Path, ...]
    paths: tuple[Path, ...]
    tags: tuple[str, ...]
    seed: int
    defect: str = ""
    enough: int = 0
    part: tuple[int, int] = (0, 1)
    each: bool = False


@dataclass(slots=True)
class Catch:
    """What became of one defect.

    Attributes:
        breaks: What it is meant to break, by its own word.
        by: (scenario, clause), in the order of play.
        broke: What was no verdict at all: the bench's ERROR, a firmware that went in circles.
    """

    breaks: str
    by: list[tuple[str, str]] = field(default_factory=list)
    broke: list[str] = field(default_factory=list)

    @property
    def scenarios(self) -> list[str]:
        return list(dict.fromkeys(scenario for scenario, _ in self.by))

    @property
    def clauses(self) -> list[str]:
        return list(dict.fromkeys(clause for _, clause in self.by))

    @property
    def elsewhere(self) -> bool:
        """Whether it breaks invariants only, by its own word, and none of theirs caught it."""
        told = re.match(r"invariants? ([\d, and]+)", self.breaks)
        numbers = {int(one) for one in re.findall(r"\d+", told[1])} if told else set()
        found = set[int]().union(*map(numbers_of, self.clauses))
        return bool(numbers and self.by) and not numbers & found


@dataclass(slots=True)
class Proof:
    """What came of it.

    Attributes:
        caught: Defect -> what caught it.
        misjudged: The reference's items that did not PASS, as ``scenario (seed): reason``.
        played: How many items were played with the reference.
    """

    caught: dict[str, Catch] = field(default_factory=dict)
    misjudged: list[str] = field(default_factory=list)
    played: int = 0

    @property
    def escaped(self) -> list[str]:
        return [name for name, catch in self.caught.items() if not catch.by]

    @property
    def holds(self) -> bool:
        return not self.escaped and not self.misjudged and self.played > 0

    def plain(self) -> dict[str, Any]:
        """The published shape: ``defects`` and ``reference_failures``."""
        return {
            "schema": 1,
            "defects": [
                {
                    "name": name,
                    "breaks": catch.breaks,
                    "caught_by": sorted(f"{scenario}: {clause}" for scenario, clause in catch.by),
                    "by_another_clause": catch.elsewhere,
                    "broke": catch.broke,
                }
                for name, catch in self.caught.items()
            ],
            "reference_failures": len(self.misjudged),
            "reference_played": self.played,
            "reference_reasons": self.misjudged,
        }


def defects(wanted: Sequence[str] = ()) -> list[str]:
    """The defects to prove: all there are, or those named, or none.

    Raises:
        UsageError: There is none of that name.
    """
    if list(wanted) == [NO_DEFECT]:
        return []
    known = words_in(PACKAGE, GROUP)
    for name in wanted:
        if name not in known:
            raise UsageError(f"no defect {name!r}{instead(name, known)}")
    return list(wanted or known)


def breaks(defect: str) -> str:
    """What a defect is meant to break: the ``Breaks ...`` of its docstring, up to the colon."""
    found = BREAKS.search(told_of(defect))
    return found[1] if found else ""


def told_of(defect: str) -> str:
    """What a defect's file says of it, in one line."""
    plant = find(PACKAGE, defect, group=GROUP, name="plant")
    told = getattr(plant, "__self__", sys.modules[plant.__module__])  # made, or a file
    return " ".join((inspect.getdoc(told) or "").split())


def prove(
    rigs: Sequence[Path],
    paths: Sequence[Path],
    *,
    tags: Sequence[str] = (),
    seeds: int = 1,
    only: Sequence[str] = (),
    enough: int = ENOUGH,
    each: bool = False,
    tell: Callable[[Job, int, int], None] = lambda _job, _done, _total: None,
) -> Proof:
    """Play everything; ``tell(job, done, total)`` after each job.

    Args:
        rigs: Rigs whose terminals are simulated; an item is played on the first that can.
        paths: Scenario files and folders.
        tags: Only scenarios with one of these.
        seeds: How many seeds the reference must pass.
        only: Defects to plant; all when empty, none for ``["none"]``.
        enough: Items that must catch a defect before the rest are left out; 0 to play all.
        each: With the reference, one item of each catalogue id and seed, on every rig; else every
            item, on the first rig that can.
        tell: Progress, in the order in which jobs end.

    Returns:
        What came of it; in the order of seeds and items, however the work was shared out.
    """
    names = defects(only)
    stage = (tuple(rigs), tuple(paths), tuple(tags))
    _loaded.cache_clear()
    _loaded(*stage[1:])  # before the workers are forked, who then have it
    parts = 2 * _workers()
    jobs = [  # the longest ones first
        Job(*stage, seed, part=(part, parts), each=each)
        for seed in range(seeds)
        for part in range(parts)
    ]
    jobs += [Job(*stage, 0, name, enough) for name in names]
    proof = Proof({name: Catch(breaks(name)) for name in names})
    found: dict[Job, list[Row]] = {}
    for done, (job, rows) in enumerate(_played(jobs), 1):
        found[job] = rows
        tell(job, done, len(jobs))
    for job in jobs:
        for outcome, title, reasons in found[job]:
            _count(proof, job, outcome, title, reasons)
    return proof


def _workers() -> int:
    return os.cpu_count() or 1


def _count(proof: Proof, job: Job, outcome: str, title: str, reasons: list[str]) -> None:
    if job.defect:
        if outcome == Outcome.FAIL.name:
            proof.caught[job.defect].by += [(title, clause) for clause in reasons]
        elif outcome == Outcome.ERROR.name:
            proof.caught[job.defect].broke.append(f"{title}: {'; '.join(reasons)}")
    elif outcome != Outcome.SKIPPED.name:
        proof.played += 1
        if outcome != Outcome.PASS.name:
            proof.misjudged.append(f"{title} (seed {job.seed}): {outcome}: {'; '.join(reasons)}")


Row = tuple[str, str, list[str]]


def _played(jobs: Sequence[Job]) -> Iterator[tuple[Job, list[Row]]]:
    workers = min(len(jobs), _workers())
    if workers <= 1:
        for job in jobs:
            yield job, play_job(job)
        return
    with ProcessPoolExecutor(workers) as pool:
        waiting = {pool.submit(play_job, job): job for job in jobs}
        try:
            for over in as_completed(waiting):
                yield waiting[over], over.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


@lru_cache(maxsize=1)
def _loaded(paths: tuple[Path, ...], tags: tuple[str, ...]) -> tuple[Scenario, ...]:
    """Every item there is: read and checked once for all jobs of a process."""
    return tuple(Session.items(paths, tags))


def dealt(items: Iterable[Scenario], told: str = "") -> list[Scenario]:
    """One item of each story, then a second of each: sooner another story than another point.

    First come those whose ids are named in ``told``: what a defect says that it breaks.
    """
    count: Counter[tuple[str, str]] = Counter()
    turns: list[tuple[tuple[bool, int], Scenario]] = []
    for item in items:
        story = (item.family, item.name.partition("[")[0])
        named = bool(item.id) and re.search(rf"\b{re.escape(item.id)}\b", told) is not None
        turns.append(((not named, count[story]), item))
        count[story] += 1
    return [item for _, item in sorted(turns, key=lambda turn: turn[0])]


def one_of_each(items: Sequence[Scenario], ids: Iterable[str], seed: int) -> list[Scenario]:
    """One item of each id that has any; with the next seed the next of its files and points."""
    kept: list[Scenario] = []
    for name in ids:
        mine = dealt(one for one in items if one.id == name)
        kept += mine[seed % len(mine) :][:1] if mine else []
    return kept


def play_job(job: Job) -> list[Row]:
    """Play the items of one job: (outcome, title, failing clauses or the reason)."""
    planted = (job.defect,) if job.defect else ()
    told = told_of(job.defect) if job.defect else ""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="prove-")))
        sessions = [
            stack.enter_context(
                Session(rig=rig, out=folder / rig.stem, seed=job.seed, defects=planted)
            )
            for rig in job.rigs
        ]
        items: Sequence[Scenario] = _loaded(job.paths, job.tags)
        items = one_of_each(items, load_catalogue(), job.seed) if job.each else dealt(items, told)
        rows: list[Row] = []
        for scenario in items[job.part[0] :: job.part[1]]:
            if job.each:
                rows += _on_every_class(sessions, scenario)
            else:
                rows.append(_row(_play_somewhere(sessions, scenario), scenario))
            if job.enough and sum(row[0] == Outcome.FAIL.name for row in rows) >= job.enough:
                break
            if job.defect and sum(row[0] == Outcome.ERROR.name for row in rows) >= MOST_ERRORS:
                break  # nothing can be said of it: a firmware that hangs, say
        return rows


def _in_time(session: Session, scenario: Scenario) -> Verdict:
    """One item, or ERROR when it takes too long."""
    try:
        with wall_limit(LONGEST):
            return session.play(scenario).verdict
    except Stuck as stuck:
        return Verdict(Outcome.ERROR, str(stuck))


def _on_every_class(sessions: Sequence[Session], scenario: Scenario) -> list[Row]:
    """On each rig; one whose terminal has a spare bearer plays what no other can."""
    spare = [one for one in sessions if SPARE in one.rig.facts]
    usual = [one for one in sessions if one not in spare] or spare
    told = [(_in_time(one, scenario), one.rig.name) for one in usual]
    if all(verdict.outcome is Outcome.SKIPPED for verdict, _ in told):
        told += [(_in_time(one, scenario), one.rig.name) for one in spare]
    return [_row(verdict, scenario, name) for verdict, name in told]


def _row(verdict: Verdict, scenario: Scenario, rig: str = "") -> Row:
    failing = [clause.clause for clause in verdict.clauses if clause.outcome is Outcome.FAIL]
    title = f"{scenario.family}/{scenario.name}{f' on {rig}' if rig else ''}"
    return verdict.outcome.name, title, failing or [verdict.reason]


def parts() -> dict[str, str]:
    """What a defect may replace: each part of the simulated firmware, and what its file says."""
    firmware = find("harness.sim.terminal", "firmware", name="Firmware")
    return {
        name: (inspect.getdoc(kind) or "").partition("\n")[0]
        for base in reversed(firmware.__mro__)
        for name, kind in vars(base).items()
        if isinstance(kind, type) and name[0].isupper()
    }


def _play_somewhere(sessions: Sequence[Session], scenario: Scenario) -> Verdict:
    """On the first rig that can play it; skipped when none can."""
    verdict = Verdict(Outcome.SKIPPED, "no rig")
    for session in sessions:
        verdict = _in_time(session, scenario)
        if verdict.outcome is not Outcome.SKIPPED:
            break
    return verdict
