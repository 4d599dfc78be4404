"""``survives``: how a named sale may end."""

import pytest

from harness.judge.survives import Survives
from harness.model.words import WordError, fill
from harness.tests.judge.story import Fits, Story, fails, passes, then, unsure


def story(*outcomes: str) -> Story:
    """A sale that has begun, and the fault is there."""
    tale = then(survives={"sale": "first", "outcome": list(outcomes)})
    tale.inject()
    tale.start("first")
    return tale


@pytest.mark.parametrize(("outcome", "fits"), [("approved", passes), ("declined", fails)])
def test_the_registers_answer_decides(outcome: str, fits: Fits) -> None:
    """A known end settles it at once."""
    tale = story("approved", "unknown")
    tale.ended("first", outcome)

    assert fits(tale.live("survives"))
    assert tale.live("survives").final


def test_an_unknown_end_waits_for_the_resync() -> None:
    """What the terminal says afterwards is the end."""
    tale = story("approved")
    tale.ended("first", "unknown")
    assert unsure(tale.clause("survives"))

    tale.engine("sale_resolved", sale="first", outcome="not_done", by="resync")
    clause = tale.clause("survives")
    assert fails(clause)
    assert "ended failed" in clause.reason


def test_unknown_may_be_an_end_of_its_own() -> None:
    """Where it is listed, it passes when the run is over; else it stays open."""
    allowed, wanted = story("approved", "unknown"), story("approved")
    for tale in (allowed, wanted):
        tale.ended("first", "unknown")
        tale.end()

    assert passes(allowed.clause("survives"))
    assert unsure(wanted.clause("survives"))


def test_a_sale_that_never_began_shows_nothing() -> None:
    """The reason says so."""
    tale = then(survives={"sale": "other", "outcome": "approved"}).end()

    assert "other was never begun" in tale.clause("survives").reason


def test_unknown_words_are_refused() -> None:
    """An outcome that no sale has is a mistake."""
    with pytest.raises(WordError):
        fill(Survives, {"sale": "first", "outcome": "aproved"})


@pytest.mark.parametrize(("tells", "fits"), [(None, fails), (["state"], unsure)])
def test_a_sale_for_which_the_next_step_was_never_made_shows_nothing(
    tells: list[str] | None, fits: Fits
) -> None:
    """Nobody saw the prompt at which a code was to be shown."""
    steps = [{"inject": "data_exhausted"}, {"await": {"terminal": "prompt"}}]
    plain = {"then": {"survives": {"sale": "first", "outcome": "approved"}}, "when": steps}
    tale = Story(plain, tells=tells).begin()
    tale.inject()
    tale.start("first")
    tale.engine("step_started", index=1, word="await")
    tale.ended("first", "failed", cause="timed_out")

    assert fits(tale.end().clause("survives"))


@pytest.mark.parametrize(
    ("what", "asked", "fits"),
    [("refund", 31.0, unsure), ("refund", 1.0, fails), ("sale", 31.0, fails)],
)
def test_a_refund_may_go_out_after_its_end(what: str, asked: float, fits: Fits) -> None:
    """An advice is repeated until its answer; who was told before it came was told no end of it."""
    tale = then(survives={"sale": "first", "outcome": "declined"})
    tale.inject()
    tale.at(10).start("first", what=what)
    facts = {"stan": 7, "batch": 1, "processing": "200000", **tale.facts(1234)}
    tale.at(10 + asked).host("request_received", mti="0220", of="first", **facts)
    tale.at(12).ended("first", "approved", stan=7)
    tale.rows.sort(key=lambda row: row.t)

    assert fits(tale.at(60).end().clause("survives"))
