"""One job of the proof: a terminal, a seed, and the items that are played with it."""

import contextlib
import gc
import re
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from harness.errors import Stuck
from harness.files import load_catalogue
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome, Verdict
from harness.prove.planted import told_of
from harness.rig.signals import wall_limit
from harness.runner import Session

#: s of wall time that an item may take; the longest of the catalogue takes ten.
LONGEST = 300.0
#: Items without a verdict after which a defect's others are left out.
MOST_ERRORS = 2
#: Objects after which garbage is looked for; an item makes some hundred thousand.
YOUNG = 50_000
#: Facts of terminals that are no class of their own: they play what the others cannot.
SPECIAL = frozenset({"spare_bearer", "numbers_near_end"})

#: An item: its outcome, its title, and the clauses that failed or the reason.
Row = tuple[str, str, list[str]]


@dataclass(frozen=True, slots=True)
class Job:
    """One terminal (with a defect or none), one seed, and every item.

    Attributes:
        rigs: An item is played on the first of them that can.
        enough: So many items that FAIL end it; 0 for no end.
        part: Which of how many parts of the items, from 0: a long job is shared out.
        each: One item of each catalogue id, another one with each seed, and on every class.
    """

    rigs: tuple[Path, ...]
    paths: tuple[Path, ...]
    tags: tuple[str, ...]
    seed: int
    defect: str = ""
    enough: int = 0
    part: tuple[int, int] = (0, 1)
    each: bool = False

    @property
    def told(self) -> str:
        """What it is, for who waits."""
        part = f", part {self.part[0] + 1} of {self.part[1]}" if self.part[1] > 1 else ""
        return self.defect or f"the reference, seed {self.seed}{part}"


@lru_cache(maxsize=1)
def loaded(paths: tuple[Path, ...], tags: tuple[str, ...]) -> tuple[Scenario, ...]:
    """Every item there is: read and checked once for all jobs of a process.

    It stays until the end: whatever looks for garbage looks among what an item leaves.
    """
    items = tuple(Session.items(paths, tags))
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 50)
    return items


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
                Session(
                    rig=rig, out=folder / rig.stem, seed=job.seed, defects=planted, written=False
                )
            )
            for rig in job.rigs
        ]
        items: Sequence[Scenario] = loaded(job.paths, job.tags)
        items = one_of_each(items, load_catalogue(), job.seed) if job.each else dealt(items, told)
        rows: list[Row] = []
        for scenario in items[job.part[0] :: job.part[1]]:
            if job.each:
                rows += on_every_class(sessions, scenario)
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


def on_every_class(sessions: Sequence[Session], scenario: Scenario) -> list[Row]:
    """On each rig; one whose terminal is special plays what no other can."""
    special = [one for one in sessions if SPECIAL & set(one.rig.facts)]
    usual = [one for one in sessions if one not in special]
    told = [(_in_time(one, scenario), one.rig.name) for one in usual]
    if all(verdict.outcome is Outcome.SKIPPED for verdict, _ in told):  # or there is none
        told += [(_in_time(one, scenario), one.rig.name) for one in special]
    return [_row(verdict, scenario, name) for verdict, name in told]


def _row(verdict: Verdict, scenario: Scenario, rig: str = "") -> Row:
    failing = [clause.clause for clause in verdict.clauses if clause.outcome is Outcome.FAIL]
    title = f"{scenario.family}/{scenario.name}{f' on {rig}' if rig else ''}"
    return verdict.outcome.name, title, failing or [verdict.reason]


def _play_somewhere(sessions: Sequence[Session], scenario: Scenario) -> Verdict:
    """On the first rig that can play it; skipped when none can."""
    verdict = Verdict(Outcome.SKIPPED, "no rig")
    for session in sessions:
        verdict = _in_time(session, scenario)
        if verdict.outcome is not Outcome.SKIPPED:
            break
    return verdict
