"""A whole story, played on a simulated bench that the test makes."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import pytest

from harness import runner
from harness.files import carried
from harness.model.played import Played
from harness.runner import Session
from harness.sim.bench import Bench

B = TypeVar("B", bound=Bench)
VIRTUAL = carried("rigs", "virtual.yaml").read_text("utf-8")


def played_on(
    make: Callable[..., B], folder: Path, monkeypatch: pytest.MonkeyPatch,
    story: str = "host/answer_declined", *, rig: str = VIRTUAL, defects: Sequence[str] = (),
) -> tuple[Played, B]:  # fmt: skip
    """The first item of a story, and the bench on which it was played."""
    made: list[B] = []

    def keep(*args: Any, **keys: Any) -> B:
        made.append(make(*args, **keys))
        return made[-1]

    monkeypatch.setattr(runner, "Bench", keep)
    path = folder / "rig.yaml"
    path.write_text(rig, encoding="utf-8")
    with Session(rig=path, out=folder / "out", defects=defects) as session:
        item = session.items([carried("scenarios", *f"{story}.yaml".split("/"))])[0]
        return session.play(item), made[-1]


def acted_on(make: Callable[..., B], at: float, act: Callable[[B], object]) -> Callable[..., B]:
    """The same bench, to which something is done at a time."""

    def made(clock: Any, *args: Any, **keys: Any) -> B:
        bench = make(clock, *args, **keys)
        clock.call_at(at, lambda: act(bench))
        return bench

    return made
