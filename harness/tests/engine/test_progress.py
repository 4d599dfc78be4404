"""Who watches a run is told of each step, and of what comes before the first."""

from pathlib import Path
from typing import Any

from harness.files import carried, load_scenarios
from harness.model.scenario import Scenario
from harness.runner import READYING, Session

STORY = """
id: P-1
story: Nothing happens, twice.
given: {terminal: ready}
when:
  - hold: 1 s
  - hold: 2 s
always: [no_tamper]
"""


class Watcher:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.steps: list[tuple[int, int, str]] = []

    def step(self, _: Scenario, index: int, total: int, word: str, t: float) -> None:
        self.steps.append((index, total, word))

    def reading(self, name: str, text: str) -> None: ...

    def verdict(self, played: Any) -> None: ...


def test_a_terminal_that_takes_minutes_to_be_ready_is_no_silence(tmp_path: Path) -> None:
    """Step 0 is told before the bench is brought to where the story begins."""
    path = tmp_path / "power" / "calm.yaml"
    path.parent.mkdir()
    path.write_text(STORY, "utf-8")
    watcher = Watcher()

    rig = carried("rigs", "virtual.yaml")
    with Session(rig=rig, out=tmp_path / "out", progress=watcher) as session:
        session.play(load_scenarios(path)[0])

    assert watcher.steps == [(0, 2, READYING), (1, 2, "hold"), (2, 2, "hold")]
