"""A sale whose answer the register lost, on whole rigs: it asks before it sells again."""

from pathlib import Path

import pytest

from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.runner import Session

ROOT = Path(__file__).parents[3]
STORY = ROOT / "scenarios" / "host" / "register_cut_at_the_end.yaml"


def played(
    rig: str, folder: Path, defects: tuple[str, ...] = (), story: Path = STORY
) -> Played:  # fmt: skip
    """The story in which the line goes between the result and the end, or another."""
    rig_file = ROOT / "rigs" / f"{rig}.yaml"
    with Session(rig=rig_file, out=folder / "out", defects=defects) as session:
        return session.play(session.items([story])[0])


@pytest.mark.parametrize("rig", ["virtual", "printing_register"])
def test_a_register_asks_before_it_sells_again(rig: str, tmp_path: Path) -> None:
    """Its last result is a later sale's afterwards, and nobody would ever know."""
    one = played(rig, tmp_path)

    assert one.verdict.outcome is Outcome.PASS, one.verdict.reason
    asked = one.trace.of("sale_resolved")
    assert [(row["sale"], row["outcome"]) for row in asked] == [("first", "approved")]
    proof = [row for row in one.trace.of("sale_started") if row.get("proof")]
    assert asked[0].n < proof[0].n


def test_a_register_that_prints_has_the_receipt_repeated(tmp_path: Path) -> None:
    """Its line went before the paper came: the copy is the cardholder's receipt."""
    first = played("printing_register", tmp_path).trace.of("printed")[0]

    assert (first["stan"], first["outcome"], first["copy"]) == (2, "approved", True)


def test_another_trace_number_on_a_registers_paper_fails(tmp_path: Path) -> None:
    """What it prints for the terminal can be read."""
    one = played("printing_register", tmp_path, ("register_receipt_number",))

    assert one.verdict.outcome is Outcome.FAIL
    failed = [row.clause for row in one.verdict.clauses if row.outcome is Outcome.FAIL]
    assert failed == ["receipt_needs_journal"]


def test_what_is_sold_by_keys_is_printed_by_the_terminal(tmp_path: Path) -> None:
    """The register that prints knows nothing of it."""
    story = ROOT / "scenarios" / "operator" / "sold_by_keys.yaml"

    one = played("printing_register", tmp_path, story=story)

    assert one.verdict.outcome is Outcome.PASS, one.verdict.reason
