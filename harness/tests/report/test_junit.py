"""junit.xml as CI servers read it."""

import dataclasses
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from harness.model.played import Played
from harness.model.verdict import Outcome, Performance
from harness.report import junit

Play = Callable[..., Played]


def _cases(played: list[Played], out: Path) -> dict[str, ElementTree.Element]:
    tree = ElementTree.parse(junit.write(played, rig="virtual", out=out))  # noqa: S314 - ours
    return {case.get("name") or "": case for case in tree.iter("testcase")}


@pytest.mark.parametrize(
    ("outcome", "tag"),
    [(Outcome.FAIL, "failure"), (Outcome.ERROR, "error"), (Outcome.INCONCLUSIVE, "error"),
     (Outcome.SKIPPED, "skipped")],
)  # fmt: skip
def test_a_verdict_becomes_junits_own_word(
    play: Play, tmp_path: Path, outcome: Outcome, tag: str
) -> None:
    """Only the terminal's FAIL is a failure; what is ours is an error with its type."""
    case = _cases([play(outcome)], tmp_path)["dip_mid_sale"]

    found = case.find(tag)

    assert found is not None
    assert found.get("type") == outcome.name
    assert found.get("message")


def test_a_pass_has_no_result_and_says_what_it_covers(play: Play, tmp_path: Path) -> None:
    """Requirement ids travel as properties."""
    case = _cases([play()], tmp_path)["dip_mid_sale"]

    properties = {one.get("name"): one.get("value") for one in case.iter("property")}

    assert case.find("failure") is None
    assert properties["covers"] == "E3,F1"
    assert case.get("time") == "62.0"


def test_the_performance_class_is_a_property(play: Play, tmp_path: Path) -> None:
    """Where the item had one; nowhere else."""
    plain = play()
    verdict = dataclasses.replace(plain.verdict, performance=Performance("b", "back by itself"))
    graded = dataclasses.replace(plain, verdict=verdict)

    for played, wanted in ((plain, None), (graded, "b")):
        case = _cases([played], tmp_path)["dip_mid_sale"]
        properties = {one.get("name"): one.get("value") for one in case.iter("property")}
        assert properties.get("performance") == wanted


def test_hostile_text_leaves_the_file_well_formed(play: Play, tmp_path: Path) -> None:
    """Control signs and markup from a terminal cannot break the XML, nor leak a card number."""
    hostile = play(Outcome.FAIL, hostile="]]></failure>\x00\x1b \ud800 9999990000000014")

    case = _cases([hostile], tmp_path)["dip_mid_sale"]

    said = "".join(case.itertext())
    assert "]]></failure>" in said
    assert "9999990000000014" not in said


def test_suites_are_counted(play: Play, tmp_path: Path) -> None:
    """Counts per family add up."""
    played = [play(), play(Outcome.FAIL, name="b"), play(name="c", family="data")]

    tree = ElementTree.parse(junit.write(played, rig="virtual", out=tmp_path))  # noqa: S314 - ours

    counts = {suite.get("name"): suite.get("tests") for suite in tree.iter("testsuite")}
    assert counts == {"power": "2", "data": "1"}
