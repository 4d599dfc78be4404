"""The project's own proof: the reference terminal passes, every planted defect is caught.

Every item is played once per defect with the bug planted, and once per seed with none. A defect is
caught by a FAIL; anything but PASS (or a skip) of the reference is a failure of *ours*.
"""

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.errors import UsageError
from harness.model.verdict import Outcome
from harness.model.words import nearest, words_in
from harness.runner import Session

GROUP = "harness.defects"


@dataclass(frozen=True, slots=True)
class Job:
    """One terminal (with a defect or none), one seed, every item."""

    rig: Path
    paths: tuple[Path, ...]
    tags: tuple[str, ...]
    seed: int
    defect: str = ""


@dataclass(slots=True)
class Proof:
    """What came of it.

    Attributes:
        caught: Defect -> what caught it, as ``scenario: clause``.
        misjudged: The reference's items that did not PASS, as ``scenario (seed): reason``.
        played: How many items were played with the reference.
    """

    caught: dict[str, list[str]] = field(default_factory=dict)
    misjudged: list[str] = field(default_factory=list)
    played: int = 0

    @property
    def escaped(self) -> list[str]:
        return [name for name, by in self.caught.items() if not by]

    @property
    def holds(self) -> bool:
        return not self.escaped and not self.misjudged and self.played > 0

    def plain(self) -> dict[str, Any]:
        """The published shape: ``defects`` and ``reference_failures``."""
        return {
            "schema": 1,
            "defects": [{"name": name, "caught_by": by} for name, by in self.caught.items()],
            "reference_failures": len(self.misjudged),
            "reference_played": self.played,
            "reference_reasons": self.misjudged,
        }


def defects(wanted: Sequence[str] = ()) -> list[str]:
    """The defects to prove: all there are, or those named; raises UsageError for an unknown one."""
    known = words_in("harness.sim.defects", GROUP)
    for name in wanted:
        if name not in known:
            raise UsageError(f"no defect {name!r}{nearest(name, known)}. Known: {', '.join(known)}")
    return list(wanted or known)


def prove(
    rig: Path,
    paths: Sequence[Path],
    *,
    tags: Sequence[str] = (),
    seeds: int = 1,
    only: Sequence[str] = (),
    tell: Callable[[Job, int, int], None] = lambda job, done, total: None,
) -> Proof:
    """Play everything; ``tell(job, done, total)`` after each job.

    Args:
        rig: A rig whose terminal is simulated.
        paths: Scenario files and folders.
        tags: Only scenarios with one of these.
        seeds: How many seeds the reference must pass.
        only: Defects to plant; all when empty.
        tell: Progress.
    """
    names = defects(only)
    jobs = [Job(rig, tuple(paths), tuple(tags), 0, name) for name in names]
    jobs += [Job(rig, tuple(paths), tuple(tags), seed) for seed in range(seeds)]
    proof = Proof({name: [] for name in names})
    for done, (job, rows) in enumerate(_played(jobs), 1):
        for outcome, title, reasons in rows:
            _count(proof, job, outcome, title, reasons)
        tell(job, done, len(jobs))
    for found in proof.caught.values():
        found.sort()
    return proof


def _count(proof: Proof, job: Job, outcome: str, title: str, reasons: list[str]) -> None:
    if job.defect:
        if outcome == Outcome.FAIL.name:
            proof.caught[job.defect] += [f"{title}: {clause}" for clause in reasons]
    elif outcome != Outcome.SKIPPED.name:
        proof.played += 1
        if outcome != Outcome.PASS.name:
            proof.misjudged.append(f"{title} (seed {job.seed}): {outcome}: {'; '.join(reasons)}")


Row = tuple[str, str, list[str]]


def _played(jobs: Sequence[Job]) -> Iterator[tuple[Job, list[Row]]]:
    workers = min(len(jobs), os.cpu_count() or 1)
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


def play_job(job: Job) -> list[Row]:
    """Play every item of one job: (outcome, title, failing clauses or the reason)."""
    planted = (job.defect,) if job.defect else ()
    with (
        tempfile.TemporaryDirectory(prefix="prove-") as folder,
        Session(rig=job.rig, out=Path(folder), seed=job.seed, defects=planted) as session,
    ):
        rows: list[Row] = []
        for scenario in session.items(job.paths, job.tags):
            verdict = session.play(scenario).verdict
            failing = [
                clause.clause for clause in verdict.clauses if clause.outcome is Outcome.FAIL
            ]
            title = f"{scenario.family}/{scenario.name}"
            rows.append((verdict.outcome.name, title, failing or [verdict.reason]))
        return rows
