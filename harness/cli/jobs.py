"""``harness run --jobs N``: items shared out among processes, each with simulated benches.

A simulated rig in virtual time is made anew for each item, and an item's randomness grows from the
run's seed alone: so its trace is the same, byte for byte, whoever plays it and beside what.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from harness.errors import UsageError
from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.runner import Session

#: Items handed to a process at a time, at most: enough that handing over costs nothing.
CHUNK = 8

_session: Session | None = None  # a worker's own


def played(items: Sequence[Scenario], jobs: int, **own: Any) -> Iterator[Played]:
    """Play items in ``jobs`` processes; yields them in the order of ``items``.

    Args:
        items: What is to be played.
        jobs: How many processes.
        own: What each process makes its ``Session`` of.

    Raises:
        ForeignCard: As ``Session.play`` does.
    """
    from concurrent.futures import ProcessPoolExecutor  # slow, and seldom needed

    chunk = max(1, min(CHUNK, len(items) // (2 * jobs)))
    with ProcessPoolExecutor(jobs, initializer=partial(_begin, **own)) as pool:
        try:
            yield from pool.map(_play, items, chunksize=chunk)
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def check(session: Session, items: Sequence[Scenario], jobs: int) -> None:
    """Whether these items can be shared out; raises UsageError."""
    if jobs > 1 and session.rig.clock != "virtual":
        raise UsageError(
            f"--jobs: rig {session.rig.name} is one bench, and plays one item at a time; "
            "only rigs in virtual time are made as often as one likes"
        )
    names = Counter((one.family, one.name) for one in items)
    (family, name), most = names.most_common(1)[0]
    if jobs > 1 and most > 1:
        raise UsageError(f"--jobs: {family}/{name} is asked for {most} times; once will do")


def _begin(**own: Any) -> None:
    global _session  # noqa: PLW0603 - what a process of a pool has for itself
    _session = Session(**own)


def _play(item: Scenario) -> Played:
    assert _session is not None  # noqa: S101 - each process begins with its own
    _session.played.clear()  # what was played is the parent's to keep
    return _session.play(item)
