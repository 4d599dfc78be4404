"""``next_card_fresh``: what a request says of its card, with itself and with those before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.tests.judge.story import Story, always, fails, passes

WORD = "next_card_fresh"
DIGITS = st.text("0123456789", min_size=4, max_size=4)


def asked(*rows: dict[str, Any], what: str = "sale") -> Story:
    """Sales with these fields in their requests, each of a number of its own."""
    tale = always(WORD)
    for at, row in enumerate(rows, 2):
        name = f"sale {at}"
        tale.start(name, what=what)
        tale.say("reader", "card_inserted", card="chip")
        pan = row.get("pan", "999999***0014")
        tale.terminal("card_read", entry="chip", pan=pan)
        facts = {"stan": at, "batch": 1, "amount": 1234, "processing": "000000", "pan": pan}
        tale.host("request_received", mti="0200", of=name, **{**facts, **row})
        tale.say("reader", "card_removed")
    return tale.end()


@given(DIGITS, DIGITS)
def test_the_track_is_of_the_card_that_is_charged(first: str, second: str) -> None:
    """By first six and last four, however host and track hide the rest."""
    tale = asked({"pan": f"999999***{first}", "track": f"999999******{second}"})

    assert (passes if first == second else fails)(tale.clause(WORD))


def test_a_track_that_the_host_does_not_show_is_no_evidence() -> None:
    """Nor is one without a number beside it."""
    assert passes(asked({}, {"track": None}, {"track": ""}).clause(WORD))


@pytest.mark.parametrize("what", ["sale", "preauth"])
def test_a_cryptogram_goes_out_for_one_sale_only(what: str) -> None:
    """The chip makes one for each."""
    clause = asked({"cryptogram": "a1"}, {"cryptogram": "a1"}, what=what).clause(WORD)

    assert fails(clause)
    assert "cryptogram of trace number 2" in clause.reason


def test_cryptograms_of_their_own_hold() -> None:
    """And so does one request that is sent twice, and stripes, which have none."""
    again: dict[str, Any] = {"cryptogram": "a1", "stan": 2}

    tale = asked({"cryptogram": "a1"}, again, {"cryptogram": "b2"}, {}, {})

    assert passes(tale.clause(WORD))


def test_a_completion_may_bring_the_cryptogram_of_its_reservation() -> None:
    """It reads no card."""
    rows = {"cryptogram": "a1"}, {"cryptogram": "a1"}

    assert passes(asked(*rows, what="completion").clause(WORD))
