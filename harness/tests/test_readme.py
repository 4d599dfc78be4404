"""What the README shows works as it stands there."""

import re
from pathlib import Path

import pytest
import yaml

from harness.cli import harness
from harness.engine.steps import read_step
from harness.files import load_rig, load_scenarios
from harness.model.cellular import Modem
from harness.model.network import Network
from harness.model.power import ListMode, Supply, capability_of
from harness.model.roles import plays
from harness.model.words import find, words_in

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
    theirs.pop("tags", None)  # what chooses it for some runs is no part of the story
    assert mine == theirs
    assert load_scenarios(path)


def test_every_fault_that_is_shown_can_be_injected() -> None:
    """Copied into a scenario, each line is a step."""
    shown = [
        step
        for block in _blocks("yaml")
        if block.lstrip().startswith("- inject:")
        for step in yaml.safe_load(block)
    ]

    assert len(shown) >= 5
    assert all(read_step(step) for step in shown)


def test_every_link_and_modem_has_its_row() -> None:
    """The pages name each driver of a network and of a modem, and no other."""
    told = README.read_text(encoding="utf-8").partition("link engines")[2]
    front = told.partition("\n\nWhat a carrier")[0]
    page = (README.parent / "rigs" / "README.md").read_text(encoding="utf-8")
    modems = page.partition("## Modems")[2].partition("\n## ")[0]

    assert set(re.findall(r"^\| `(\w+)` \|", front, re.MULTILINE)) == _drivers_playing(Network)
    assert set(re.findall(r"^\| `(\w+)` \|", modems, re.MULTILINE)) == _drivers_playing(Modem)


def _drivers_playing(role: type) -> set[str]:
    return {
        word
        for word in words_in("harness.drivers", "")
        if plays(find("harness.drivers", word, name="Driver"), role)
    }


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
    assert "`pip install tox && tox run-parallel --parallel 2`" in text


def test_the_rigs_page_knows_every_supply() -> None:
    """Each driver of a supply has its row, and a list where it has one."""
    page = (README.parent / "rigs" / "README.md").read_text(encoding="utf-8")
    page = page.partition("## Supplies")[2].partition("\n## ")[0]
    rows = {row[1]: row[0] for row in re.findall(r"^(\| `(\w+)` \|.*)$", page, re.MULTILINE)}
    drivers = {
        word: find("harness.drivers", word, name="Driver")
        for word in words_in("harness.drivers", "")
    }
    supplies = {word: kind for word, kind in drivers.items() if plays(kind, Supply)}

    assert set(rows) == set(supplies)
    for word, kind in supplies.items():
        points = capability_of(kind).points if plays(kind, ListMode) else 0
        assert (f"| {points} points from" in rows[word]) == bool(points)


@pytest.mark.parametrize(
    "path", sorted((README.parent / "rigs").rglob("*.yaml")), ids=lambda path: path.name
)
def test_every_rig_that_is_shown_can_be_read(path: Path) -> None:
    """The examples are no worse than what is run every day."""
    assert load_rig(path).devices
