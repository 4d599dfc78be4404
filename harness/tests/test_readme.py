"""What the README shows works as it stands there."""

import re
from pathlib import Path

import pytest
import yaml

from harness.cli import harness
from harness.files import load_rig, load_scenarios

README = Path(__file__).parents[2] / "README.md"
pytestmark = pytest.mark.skipif(not README.exists(), reason="installed without the repository")


def _blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL)


def test_the_scenario_is_the_one_of_the_catalogue() -> None:
    """The first thing a reader sees is no invention."""
    shown = _blocks("yaml")[0]
    path = README.parent / shown.splitlines()[0].removeprefix("# ")

    mine = yaml.safe_load(shown)
    theirs = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert set(mine.pop("always")) <= set(theirs.pop("always")), "the README shows a few of them"
    assert mine == theirs
    assert load_scenarios(path)


def test_the_rig_can_be_read(tmp_path: Path) -> None:
    """Copied and changed, it is a rig."""
    shown = next(block for block in _blocks("yaml") if block.startswith("rig:"))
    path = tmp_path / "lab-3.yaml"
    path.write_text(shown, encoding="utf-8")

    assert load_rig(path).name == "lab-3"


def test_every_command_exists() -> None:
    """No promise of what is not there."""
    text = README.read_text(encoding="utf-8")

    named = set(
        re.findall(r"\bharness (run|judge|check|\w+)(?= |`)", text.replace("A harness can", ""))
    )

    assert {"run", "judge", "check", "scenarios", "schema", "simulate", "prove", "init"} <= named
    assert named <= {*harness.list_commands(None)}  # type: ignore[arg-type]


def test_the_two_commands_are_there_word_for_word() -> None:
    """CI and readers copy them."""
    text = README.read_text(encoding="utf-8")

    assert "pip install tox && tox run -e virtual" in text
    assert "`pip install tox && tox run`" in text
