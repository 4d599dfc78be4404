"""``harness scenarios --coverage``: gaps are named, and end with 1."""

import json
from pathlib import Path

import pytest

from harness.cli import main
from harness.files import load_catalogue, load_requirements

STORY = """
id: {id}
story: Nothing happens.
covers: [{covers}]
when:
  - hold: 1 s
always: [no_tamper]
"""


def _write(folder: Path, name: str, **own: str) -> None:
    file = folder / "power" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(STORY.format(**own), "utf-8")


def test_a_gap_is_named_and_ends_with_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One story covers one id and one requirement; all others are gaps."""
    _write(tmp_path, "one", id="Q-1", covers="A5")

    assert main(["scenarios", str(tmp_path), "--coverage"]) == 1

    said = capsys.readouterr().out
    assert "GAP requirement A6 has no scenario: " in said
    assert "GAP catalogue id Q-2 has no scenario: " in said
    assert "GAP requirement A5 " not in said
    assert "1 of 49 requirements and 1 of 65 ids" in said


def test_with_a_scenario_for_everything_it_ends_with_0(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The matrix as JSON has every rig, and no gap."""
    everything = ", ".join(load_requirements())
    for name in load_catalogue():
        _write(tmp_path, name, id=name, covers=everything)

    assert main(["scenarios", str(tmp_path), "--coverage", "--json"]) == 0

    told = json.loads(capsys.readouterr().out)
    assert told["gaps"] == []
    assert {row["id"] for row in told["catalogue"]} == set(load_catalogue())
    assert all(row["on"]["virtual"] == 65 for row in told["requirements"])
