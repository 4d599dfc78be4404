"""Words of somebody else's package, found by their entry points; EXTENDING.md tells how."""

import json
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest

from harness.cli import main
from harness.files import load_rig
from harness.model import words
from harness.model.cellular import Attenuator
from harness.model.units import Db
from harness.prove.planted import breaks
from harness.rig.casting import driver_class
from harness.testing import replay
from harness.tests.outside.acme_attenuator import Driver

MODULES = Path(__file__).parent / "outside"
ENTRY_POINTS = """
    [harness.drivers]
    acme_attenuator = acme_attenuator
    [harness.judges]
    greets = acme_judge:Greets
    [harness.defects]
    cent_more = acme_defect:plant
    never_written = acme_defect:plant_another
    gives_nothing = acme_defect:plant_nothing
    of_no_part = acme_defect:plant_misspelt
"""
STORY = """
id: Z-1
story: A sale.
given: {terminal: ready}
when:
  - sale: {amount: 5.00 CNY, card: chip, as: first}
  - await: {engine: sale_ended, sale: first}
then:
  greets: {text: %s}
"""


def _look_anew() -> None:
    words._installed.cache_clear()
    words._theirs.cache_clear()


@pytest.fixture
def outside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder to work in, with the package installed: its modules, and what pip writes of it."""
    about = tmp_path / "site" / "acme_bench-1.0.dist-info"
    about.mkdir(parents=True)
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-bench\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(dedent(ENTRY_POINTS))
    monkeypatch.syspath_prepend(str(about.parent))
    monkeypatch.syspath_prepend(str(MODULES))
    monkeypatch.chdir(tmp_path)
    _look_anew()
    yield tmp_path
    _look_anew()


def _story(folder: Path, text: str) -> Path:
    path = folder / "power" / "greeted.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(STORY % text, "utf-8")
    return path


def test_a_defect_of_theirs_is_caught_by_a_judge_that_never_saw_it(
    outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a story that asks for nothing about money: 1 to 3 are judged in every one."""
    path = _story(outside, "APPROVED")

    assert breaks("cent_more") == "invariants 2 and 10"
    assert main(["prove", str(path), "--defect", "cent_more", "--json"]) == 0

    proof = json.loads(capsys.readouterr().out)
    caught = next(row for row in proof["defects"] if row["name"] == "cent_more")["caught_by"]
    assert "power/greeted: no_orphan_charge" in caught
    assert proof["reference_failures"] == 0


def test_a_defect_alone_needs_no_reference(
    outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Seconds instead of minutes; and it is said that the reference was left out."""
    path = _story(outside, "APPROVED")

    assert main(["prove", str(path), "--seeds", "0", "--defect", "cent_more"]) == 0

    said = capsys.readouterr().out
    assert "1 of 1 defects caught; the reference terminal was not played" in said


@pytest.mark.parametrize(
    ("defect", "wrong"),
    [
        ("never_written", "entry point harness.defects: never_written = acme_defect:plant_another"),
        ("gives_nothing", "'gives_nothing': plant(base) gave None; it must return the firmware's"),
        ("of_no_part", "no part 'Receits'; did you mean 'Receipts'?"),
    ],
)
def test_what_is_wrong_with_a_defect_is_said_before_anything_is_played(
    outside: Path, capsys: pytest.CaptureFixture[str], defect: str, wrong: str
) -> None:
    """A usage error, not a terminal that failed."""
    path = _story(outside, "APPROVED")

    assert main(["run", str(path), "--defect", defect]) == 2
    assert wrong in capsys.readouterr().err


def test_a_name_of_theirs_that_is_ours_as_well_is_said(
    outside: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which entry point it is, and what to do; the project may have taken the name later."""
    points = next(outside.glob("site/*/entry_points.txt"))
    points.write_text("[harness.defects]\nzero_amount_sold = acme_defect:plant\n")
    _look_anew()
    path = _story(outside, "APPROVED").with_name("plain.yaml")
    path.write_text(STORY.partition("then:")[0])

    assert main(["run", str(path), "--defect", "zero_amount_sold"]) == 2

    said = capsys.readouterr().err
    assert "zero_amount_sold = acme_defect:plant: there is a built-in word of that name" in said
    assert "Traceback" not in said


def test_a_clause_of_theirs_judges(outside: Path) -> None:
    """It holds where the text is shown, and fails where it is not."""
    assert main(["run", str(_story(outside, "APPROVED")), "--out", "good"]) == 0
    assert main(["run", str(_story(outside, "WELCOME TO ACME")), "--out", "bad"]) == 1


def test_a_driver_of_theirs_is_cast(outside: Path) -> None:
    """By the word in the rig file."""
    rig = outside / "rig.yaml"
    rig.write_text(
        "rig: acme\nnominal: 5 V\n"
        "attenuator: {driver: acme_attenuator, address: '10.0.0.9:5025', most: 60 dB}\n", "utf-8",
    )  # fmt: skip

    device = load_rig(rig).devices["attenuator"]
    assert driver_class(device).__name__ == "Driver"
    assert device.options["most"] == Db(60)


def test_their_driver_against_its_datasheet() -> None:
    """The dialogue kit is for anybody's drivers."""
    talk = [("ID?", "ACME,AT-90,1"), ("ATT 30", None), ("ATT?", "30"), ("ATT 0", None),
            ("ATT?", "0")]  # fmt: skip

    with replay(Driver, talk) as attenuator:
        assert isinstance(attenuator, Attenuator)
        assert attenuator.identify() == "ACME,AT-90,1"
        attenuator.set_attenuation(Db(30))
        attenuator.make_safe()
