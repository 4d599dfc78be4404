"""``shown_as_it_ended``: what was approved is not shown as declined."""

import pytest

from harness.tests.judge.story import Story, always, fails, passes

WORD = "shown_as_it_ended"


def shown(tale: Story) -> Story:
    """And then the display says that it was declined."""
    tale.terminal("report", on="display", cause="card_declined")
    return tale


def test_an_approved_sale_shown_as_declined_breaks_it() -> None:
    """Whoever stands before the display goes by it."""
    assert fails(shown(always(WORD).sale("first", 1)).end().clause(WORD))


@pytest.mark.parametrize("outcome", ["approved", "failed"])
def test_a_refusal_before_the_register_hears_counts_by_what_it_hears(outcome: str) -> None:
    """A chip that declines after the host's approval is shown so, and the register hears it."""
    tale = always(WORD)
    tale.start("first")
    tale.request("first", 1)
    tale.answer(1)
    shown(tale).ended("first", outcome, stan=1)

    assert passes(tale.end().clause(WORD)) == (outcome == "failed")


def test_a_refused_card_before_a_good_one_is_none() -> None:
    """Before the host has answered another card may have been refused by itself."""
    tale = always(WORD)
    tale.start("first")
    shown(tale).request("first", 1)
    tale.answer(1)
    tale.ended("first", "approved", stan=1)

    assert passes(tale.end().clause(WORD))


def test_a_display_that_is_behind_shows_the_sale_before() -> None:
    """A decline is shown some seconds after the next sale was approved."""
    tale = always(WORD).declined("first", 1).sale("second", 2)

    assert passes(shown(tale).end().clause(WORD))


def test_a_refund_refused_afterwards_may_be_shown_so() -> None:
    """An advice stands until the host says no."""
    tale = always(WORD).sale("first", 1)
    tale.host("answered", mti="0230", stan=2, response="57")

    assert passes(shown(tale).end().clause(WORD))


def test_long_after_it_is_another_matter() -> None:
    """Half a minute after a sale somebody did something else."""
    assert passes(shown(always(WORD).sale("first", 1).after(30.0)).end().clause(WORD))
