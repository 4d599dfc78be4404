"""Invariants over declines and answers: whose no it is, and which answer counts."""

import pytest

from harness.tests.judge.story import Story, always, fails, is_kind, passes, unsure


@pytest.mark.parametrize("how", ["report", "sale_ended", "declined"])
def test_blaming_the_issuer_for_a_dead_line_is_caught(how: str) -> None:
    """A decline on any channel without a declining answer puts the fault on the issuer."""
    story = always("comm_fault_is_no_decline").unanswered("first", 1)
    if how == "report":
        story.terminal("report", on="display", cause="card_declined")
    elif how == "declined":
        story.terminal("declined", stan=1)
    else:
        story.rows[-1].fields |= {"outcome": "declined", "cause": "card_declined"}

    clause = story.end().clause()
    assert fails(clause)
    assert "the issuer was blamed" in clause.reason


def test_a_decline_of_another_sale_excuses_nothing() -> None:
    """The last sale's decline does not answer for this one."""
    story = always("comm_fault_is_no_decline").declined("first", 1).unanswered("second", 2)
    story.terminal("report", on="display", cause="card_declined")

    assert fails(story.end().clause())


def test_a_switch_fault_is_no_decline() -> None:
    """Code 96 is no word of the issuer; calling it a decline is wrong."""
    assert fails(always("comm_fault_is_no_decline").declined("first", 1, "96").end().clause())


def test_without_a_host_a_decline_cannot_be_weighed() -> None:
    """Who would know is not there."""
    story = Story({"always": ["comm_fault_is_no_decline"]}, observes=("ecr", "display")).begin()
    story.declined("first", 1).end().drop(lambda row: row.source == "host")

    assert unsure(story.clause())


@pytest.mark.parametrize("act", ["corrupt", "wrong_stan", "truncate"])
def test_an_approval_on_a_spoilt_answer_is_caught(act: str) -> None:
    """An answer that does not match, or has a bad MAC, is none."""
    story = always("answers_must_match")
    story.host("misbehaved", act=act, mti="0200", stan=1)
    story.sale("first", 1)

    clause = story.end().clause()
    assert fails(clause)
    assert act in clause.reason


def test_an_approval_without_any_answer_is_caught() -> None:
    """Nobody approved it."""
    story = always("answers_must_match").sale("first", 1).end()
    story.drop(is_kind("answered"))

    assert fails(story.clause())


def test_a_duplicate_or_late_answer_is_still_an_answer() -> None:
    """Acts that leave the answer whole spoil nothing."""
    story = always("answers_must_match")
    story.host("misbehaved", act="duplicate", mti="0200", stan=1)

    assert passes(story.sale("first", 1).end().clause())
