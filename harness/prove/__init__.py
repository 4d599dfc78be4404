"""The project's own proof: the reference terminal passes, every planted defect is caught.

Items are played with each bug planted, until enough of them have caught it, and all of them once
per seed with none. A defect is caught by a FAIL; anything but PASS (or a skip) of the reference is
a failure of *ours*.
"""

import os
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness.judge.case.clauses import numbers_of
from harness.model.verdict import Outcome
from harness.prove.job import Job, Row, loaded, play_job
from harness.prove.planted import breaks, defects

#: Items that must catch a defect before the rest are left out.
ENOUGH = 1
UNDECIDED = frozenset({Outcome.ERROR.name, Outcome.INCONCLUSIVE.name})


@dataclass(slots=True)
class Catch:
    """What became of one defect.

    Attributes:
        breaks: What it is meant to break, by its own word.
        by: (scenario, clause), in the order of play.
        broke: What was no verdict: a bench's ERROR, a firmware in circles, INCONCLUSIVE.
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
        alone: Whether the reference was left out on purpose.
    """

    caught: dict[str, Catch] = field(default_factory=dict)
    misjudged: list[str] = field(default_factory=list)
    played: int = 0
    alone: bool = False

    @property
    def escaped(self) -> list[str]:
        return [name for name, catch in self.caught.items() if not catch.by]

    @property
    def holds(self) -> bool:
        played = self.played > 0 or (self.alone and bool(self.caught))
        return played and not self.escaped and not self.misjudged

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


def prove(
    rigs: Sequence[Path],
    paths: Sequence[Path],
    *,
    tags: Sequence[str] = (),
    seeds: int = 1,
    only: Sequence[str] = (),
    enough: int = ENOUGH,
    each: bool = False,
    tell: Callable[[Job, list[str], int, int], None] = lambda *_: None,
) -> Proof:
    """Play everything; ``tell(job, misjudged, done, total)`` after each job.

    Args:
        rigs: Rigs whose terminals are simulated; an item is played on the first that can.
        paths: Scenario files and folders.
        tags: Only scenarios with one of these.
        seeds: How many seeds the reference must pass; 0 to leave it out.
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
    loaded.cache_clear()
    loaded(*stage[1:])  # before the workers are forked, who then have it
    parts = 2 * _workers()
    jobs = [  # the longest ones first
        Job(*stage, seed, part=(part, parts), each=each)
        for seed in range(seeds)
        for part in range(parts)
    ]
    jobs += [Job(*stage, 0, name, enough) for name in names]
    proof = Proof({name: Catch(breaks(name)) for name in names}, alone=not seeds)
    found: dict[Job, list[Row]] = {}
    for done, (job, rows) in enumerate(_played(jobs), 1):
        found[job] = rows
        tell(job, _misjudged(job, rows), done, len(jobs))
    for job in jobs:
        _count(proof, job, found[job])
    return proof


def _workers() -> int:
    return os.cpu_count() or 1


def _count(proof: Proof, job: Job, rows: list[Row]) -> None:
    if not job.defect:
        proof.misjudged += _misjudged(job, rows)
        proof.played += sum(outcome != Outcome.SKIPPED.name for outcome, _, _ in rows)
        return
    catch = proof.caught[job.defect]
    for outcome, title, reasons in rows:
        if outcome == Outcome.FAIL.name:
            catch.by += [(title, clause) for clause in reasons]
        elif outcome in UNDECIDED:
            catch.broke.append(f"{title}: {'; '.join(reasons)}")


def _misjudged(job: Job, rows: list[Row]) -> list[str]:
    """The reference's items that did not PASS."""
    good = (Outcome.PASS.name, Outcome.SKIPPED.name)
    return [
        f"{title} (seed {job.seed}): {outcome}: {'; '.join(reasons)}"
        for outcome, title, reasons in rows
        if not job.defect and outcome not in good
    ]


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
