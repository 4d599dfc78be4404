"""``cut_at``: the cut lies at its point, of the transaction meant, and its end is judged."""

from pathlib import Path

import pytest

from harness.files import carried, load_scenarios
from harness.model.played import Played
from harness.model.verdict import Outcome
from harness.runner import Session

STORY = """
id: P-1
story: A cut.
given: {terminal: ready}
when:
"""
SALE = "  - sale: {amount: 10.00 CNY, card: chip, as: %s}\n"
DONE = "  - await: {engine: sale_ended, sale: %s}\n"
CUT = "  - cut_at: {point: %s, lasting: 1 s%s}\n"


def _play(folder: Path, steps: str) -> Played:
    path = folder / "power" / "cut.yaml"
    path.parent.mkdir()
    path.write_text(STORY + steps + "always: [no_tamper]\n", "utf-8")
    with Session(rig=carried("rigs", "virtual.yaml"), out=folder / "out") as session:
        return session.play(load_scenarios(path)[0])


@pytest.mark.parametrize(("point", "sign"), [("P2", "reversal_saved"), ("P7", "approved")])
def test_the_newest_transaction_is_cut_at_the_sign(tmp_path: Path, point: str, sign: str) -> None:
    """Not the one before it, which had the same sign; the label is the point."""
    steps = SALE % "first" + DONE % "first" + SALE % "second" + CUT % (point, "")

    played = _play(tmp_path, steps)

    assert played.verdict.outcome is Outcome.PASS, played.verdict.reason
    cut = played.trace.first("fault_injected", label=point)
    seen = played.trace.first(sign, of="second")
    assert cut is not None
    assert seen is not None
    assert 0 <= cut.t - seen.t < 0.01
    assert f"ends_as {point} of second" in [row.clause for row in played.verdict.clauses]


def test_a_settlement_is_cut_while_its_step_runs(tmp_path: Path) -> None:
    """P10 stands before ``settle``, and cuts when the host has decided its answer."""
    steps = SALE % "first" + DONE % "first" + CUT % ("P10", "") + "  - settle: {}\n"

    played = _play(tmp_path, steps)

    cut = played.trace.first("fault_injected", label="P10")
    settling = played.trace.first("step_started", word="settle")
    assert cut is not None
    assert settling is not None
    assert cut.n > settling.n
    assert played.verdict.outcome is Outcome.PASS, played.verdict.reason


def test_a_sign_that_never_comes_shows_nothing(tmp_path: Path) -> None:
    """INCONCLUSIVE: nobody settled."""
    played = _play(tmp_path, SALE % "first" + CUT % ("P10", ", within: 20 s"))

    assert played.verdict.outcome is Outcome.INCONCLUSIVE
    said = {row.clause: row.reason for row in played.verdict.clauses}
    assert "never came within 20 s" in said["staged"]
    assert said["ends_as P10"] == "nothing was cut at P10"
