"""``next_card_fresh``: what a request says of its card, with itself and with those before."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.verdict import Outcome
from harness.tests.judge.story import Fits, Story, always, fails, passes

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


def told_after(late: float, read: str = "0014") -> Story:
    """A second sale whose card's reading is told so many seconds after its request."""
    tale = asked({})
    tale.rows.pop()
    tale.start("second")
    tale.say("reader", "card_inserted", card="chip")
    facts = {"stan": 9, "batch": 1, "amount": 1, "processing": "000000", "pan": "999999***0014"}
    tale.host("request_received", mti="0200", of="second", **facts)
    tale.at(tale.now - 0.1 + late).terminal("card_read", entry="chip", pan=f"999999***{read}")
    return tale


@given(st.integers(0, 20))
def test_a_log_may_tell_of_a_reading_after_the_host_has_the_request(tenths: int) -> None:
    """What a terminal's log says of a card goes another way than what it sends."""
    assert passes(told_after(tenths / 10).end().clause(WORD))


@pytest.mark.parametrize(("late", "read"), [(2.2, "0014"), (0.5, "0022")])
def test_a_reading_told_late_is_of_this_card_and_of_this_sale(late: float, read: str) -> None:
    """Later than any log is behind, or of another number: nothing was read for it."""
    assert fails(told_after(late, read).end().clause(WORD))


@pytest.mark.parametrize("after", ["the next sale", "the end"])
def test_a_sale_without_a_reading_fails(after: str) -> None:
    """Another sale's reading, more than two seconds later, is that one's."""
    tale = told_after(0.5)
    tale.rows.pop()
    if after == "the next sale":
        tale.at(tale.now + 2.5).start("third")
        tale.say("reader", "card_inserted", card="chip")
        tale.terminal("card_read", entry="chip", pan="999999***0014")
    clause = tale.end().clause(WORD)

    assert fails(clause)
    assert "no card was read" in clause.reason


@pytest.mark.parametrize("reads", [1, 2])
def test_a_reading_told_in_the_next_sale_is_the_one_before_s(reads: int) -> None:
    """A sale that is refused at once is over before its log has told; the next has its own."""
    tale = told_after(0.5)
    read = tale.rows.pop()
    tale.start("third")
    tale.rows.append(read)
    if reads == 2:
        tale.say("reader", "card_inserted", card="chip")
        tale.terminal("card_read", entry="chip", pan="999999***0014")
    facts = {"stan": 10, "batch": 1, "amount": 2, "processing": "000000", "pan": "999999***0014"}
    tale.host("request_received", mti="0200", of="third", **facts)
    clause = tale.end().clause(WORD)

    assert (passes if reads == 2 else fails)(clause)


@pytest.mark.parametrize(
    ("ways", "entry", "mode", "held"),
    [
        (["card_tapped"], "contactless", "071", True),
        (["card_tapped"], "contactless", "052", False),
        (["card_swiped"], "stripe", "022", True), (["card_swiped"], "stripe", "052", False),
        (["card_swiped"], "stripe", "901", True), (["card_inserted"], "chip", "071", False),
        (["card_inserted", "card_swiped"], "stripe", "022", True),
        (["card_inserted", "card_swiped"], "stripe", "052", False),
        (["card_tapped", "card_inserted"], "chip", "052", True),
        (["card_tapped"], "contactless", "960", True), ([], "chip", "071", True),
    ],
)  # fmt: skip
def test_the_host_is_told_how_the_card_was_read(
    ways: list[str], entry: str, mode: str, held: bool
) -> None:
    """As it was presented, and where that was in several ways as the log says; else nothing."""
    tale = always(WORD)
    tale.start("tap")
    for way in ways:
        tale.say("reader", way, card="chip")
    if ways:
        tale.terminal("card_read", entry=entry, pan="999999***0014")
    facts = {"stan": 2, "batch": 1, "amount": 1234, "processing": "000000", "mode": mode}
    tale.host("request_received", mti="0200", of="tap", pan="999999***0014", **facts)
    if not ways:
        tale.terminal("card_read", entry=entry, pan="999999***0014")

    assert (passes if held else fails)(tale.end().clause(WORD))


@pytest.mark.parametrize(("mark", "sound"), [("b2", passes), ("", fails), ("a1", fails)])
def test_a_cryptogram_of_its_own_shows_that_the_card_was_read(mark: str, sound: Fits) -> None:
    """Where the log has lost the line that says so; one of before shows the contrary."""
    tale = always(WORD)
    for at, cryptogram in ((2, "a1"), (3, mark)):
        name = f"sale {at}"
        tale.start(name)
        tale.say("reader", "card_inserted", card="chip")
        if at == 2:
            tale.terminal("card_read", entry="chip", pan="999999***0014")
        row = {"stan": at, "batch": 1, "amount": 1234, "processing": "000000"}
        row |= {"pan": "999999***0014", "cryptogram": cryptogram}
        tale.host("request_received", mti="0200", of=name, **row)
        tale.say("reader", "card_removed")

    assert sound(tale.end().clause(WORD))


@pytest.mark.parametrize(("unlike", "sound"), [(None, passes), ("amount (9F02)", fails)])
def test_a_cryptogram_is_over_what_is_charged(unlike: str | None, sound: Fits) -> None:
    """The chip was asked about the amount of the sale before."""
    tale = asked({"cryptogram": "a1", "unlike": unlike})
    assert sound(tale.clause(WORD))


@pytest.mark.parametrize(
    ("mode", "read", "sound"),
    [("030", "", passes), ("052", "", fails), (None, "", passes), ("052", "expired", passes)],
)
def test_a_payment_by_code_is_told_as_that(mode: str | None, read: str, sound: Fits) -> None:
    """A code that could not be used is followed by a card."""
    tale = always(WORD)
    tale.engine("sale_started", sale="first", amount=1000, currency="CNY", card="none")
    tale.terminal("code_read", fault=read)
    if not read:
        tale.terminal("card_read", entry="code", pan="999999***0014")
    tale.host("request_received", mti="0200", stan=2, amount=1000, processing="000000",
              mode=mode, of="first")  # fmt: skip
    assert sound(tale.end().clause(WORD))


def test_a_code_behind_a_card_is_no_card_that_is_not_there() -> None:
    """The first customer pays by card, the second by phone."""
    tale = asked({})
    tale.start("second")
    tale.terminal("code_read", fault="")
    tale.terminal("card_read", entry="code", pan="999999***0022")
    tale.host("request_received", mti="0200", of="second", stan=3, amount=1234,
              processing="000000", mode="030", pan="999999***0022")  # fmt: skip
    assert passes(tale.end().clause(WORD))


@pytest.mark.parametrize("broke", [False, True])
def test_a_presenter_that_broke_over_an_insertion_is_no_evidence(*, broke: bool) -> None:
    """The card may be in, though nobody said so."""
    tale = always(WORD)
    tale.start("first")
    tale.say("reader", "card_inserted", card="chip")
    tale.terminal("card_read", entry="chip", pan="999999***0014")
    tale.say("reader", "card_removed")
    tale.start("second")
    read = tale.terminal("card_read", entry="chip", pan="999999***0014")
    if broke:
        tale.at(read.t + 3).engine("bench_error", role="reader", message="no answer")
    tale.at(read.t + 20)

    verdict = tale.end().verdict()
    assert verdict.outcome is (Outcome.ERROR if broke else Outcome.FAIL)


def given_back(pan: str, *reads: str, amount: int = 500, stan: int | None = 2) -> Story:
    """A refund for which these cards were read, and its advice."""
    tale = always(WORD)
    tale.start("back", 500, what="refund")
    tale.say("reader", "card_inserted", card="chip")
    for read in reads:
        tale.terminal("card_read", entry="chip", pan=read)
    tale.host("request_received", mti="0220", stan=2, batch=1, amount=amount, processing="200000",
              pan=pan, of="back")  # fmt: skip
    tale.ended("back", "approved", stan=stan)
    return tale.end()


OWN, OTHERS = "999999***0014", "621234***1232"


def test_a_refund_goes_to_the_card_that_was_read_for_it() -> None:
    """And to no other cardholder's."""
    clause = given_back(OTHERS, OWN).clause(WORD)

    assert passes(given_back(OWN, OWN).clause(WORD))
    assert fails(clause)
    assert "back goes to card ..1232" in clause.reason


def test_an_advice_that_may_be_another_refunds_is_no_evidence() -> None:
    """Of another amount, of a number that the register was not told, or of one of two readings."""
    assert passes(given_back(OTHERS, OWN, amount=700).clause(WORD))
    assert passes(given_back(OTHERS, OWN, stan=None).clause(WORD))
    assert not fails(given_back(OTHERS, OWN, OTHERS).clause(WORD))


@pytest.mark.parametrize(
    ("mark", "stan", "holds"),
    [("a1", 2, True), ("c3", 2, True), (None, 2, True), ("a1", 9, True), ("b2", 2, False)],
)
def test_an_item_is_uploaded_with_no_other_sales_cryptogram(
    mark: str | None, stan: int, holds: bool
) -> None:
    """Its own, the chip's last one of that sale, or none; some number their items anew."""
    tale = always(WORD)
    for at, own in ((2, "a1"), (3, "b2")):
        facts = {"stan": at, "batch": 1, "amount": 1234, "processing": "000000", "pan": OWN}
        tale.start(f"sale {at}")
        tale.say("reader", "card_inserted", card="chip")
        tale.terminal("card_read", entry="chip", pan=OWN)
        tale.host("request_received", mti="0200", of=f"sale {at}", cryptogram=own, **facts)
        tale.say("reader", "card_removed")
    tale.host("request_received", mti="0320", stan=stan, batch=1, amount=1234, cryptogram=mark)

    assert (passes if holds else fails)(tale.end().clause(WORD))
