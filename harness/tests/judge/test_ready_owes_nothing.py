"""``ready_owes_nothing``: what is reversed after a start was owed when the start was over."""

import pytest

from harness.tests.judge.story import Story, always, fails, passes

WORD = "ready_owes_nothing"


def cut_in_a_sale(pending: int, state: str = "ready") -> Story:
    """A sale whose answer never arrived; a start, and what it says; then the reversal."""
    tale = always(WORD)
    tale.start("first")
    tale.request("first", 1)
    tale.answer(1, arrives=False)
    tale.terminal("boot", version="1", slot="A", reason="power")
    tale.terminal("state", state=state, pending=pending)
    tale.reverse(1)
    return tale


def test_a_start_that_keeps_quiet_about_a_reversal_is_a_lie() -> None:
    """The cut left it no time to say that the sale was not done; its reversal says it."""
    clause = cut_in_a_sale(pending=0).end().clause()

    assert fails(clause)
    assert "before its start" in clause.reason


@pytest.mark.parametrize(("pending", "state"), [(1, "ready"), (0, "recovering")])
def test_who_says_that_something_pends_or_is_not_ready_is_honest(pending: int, state: str) -> None:
    """Both are right."""
    assert passes(cut_in_a_sale(pending, state).end().clause())


def test_a_sale_after_the_start_may_be_reversed() -> None:
    """It was not owed when it said ready."""
    tale = always(WORD)
    tale.terminal("boot", version="1", slot="A", reason="power")
    tale.terminal("state", state="ready", pending=0)
    tale.unanswered("first", 1)
    tale.reverse(1)

    assert passes(tale.end().clause())


def test_what_cannot_be_heard_is_said_to_be_missing() -> None:
    """``console is observed here`` was told where none is."""
    clause = Story({"always": [WORD]}, observes=("host",)).begin().end().clause()

    assert clause.reason == "no console is observed here"
