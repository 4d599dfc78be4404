"""``booked_as_asked``: a void takes back the sale that was meant, a prompt tells what is asked."""

import pytest

from harness.tests.judge.story import PAN, Fits, Story, always, fails, passes

WORD = "booked_as_asked"


def taken_back(named: str | None, *, settled: bool = False, mti: str = "0200") -> Story:
    """Two sales, 2 and 3, and a void of the first whose request has this field 61."""
    tale = always(WORD)
    tale.sale("first", 2, 2350).sale("second", 3, 2360)
    if settled:
        tale.host("settled", tid="HIL00001", batch=1, balanced=True)
    tale.engine("sale_started", sale="back", what="void", original="first", card="none")
    tale.host("request_received", mti=mti, stan=4, batch=1, tid="HIL00001", amount=2360,
              processing="200000", original=named, of="back")  # fmt: skip
    return tale.end()


@pytest.mark.parametrize("named", ["000001000002", "0000010000020302"])
def test_the_sale_that_was_meant_holds(named: str) -> None:
    """With a date behind it or without."""
    assert passes(taken_back(named).clause(WORD))


def test_another_sale_breaks_it() -> None:
    """Two receipts of one number: the wrong customer gets his money back."""
    clause = taken_back("0000010000030302").clause(WORD)

    assert fails(clause)
    assert "take back first" in clause.reason


@pytest.mark.parametrize("named", [None, "", "000001", "000000000000", "12 months 03"])
def test_a_host_that_does_not_show_it_is_no_evidence(named: str | None) -> None:
    """Nor is what cannot be read."""
    assert passes(taken_back(named).clause(WORD))


def test_receipts_may_be_counted_anew_behind_a_settlement() -> None:
    """A number of yesterday's may mean a sale of today's."""
    assert passes(taken_back("0000010000030302", settled=True).clause(WORD))


def test_an_older_advice_that_goes_out_meanwhile_is_not_the_void() -> None:
    """A refund names another original, by right."""
    assert passes(taken_back("0000010000030302", mti="0220").clause(WORD))


def prompted(*told: str, amount: int = 2360, late: str = "") -> Story:
    """A sale of 23.50 with its prompt; then another one with these."""
    tale = always(WORD)
    tale.engine("sale_started", sale="first", amount=2350, currency="CNY", card="chip")
    if not late:
        tale.terminal("prompt", asks="insert", text="AMOUNT 23.50 INSERT CARD")
    tale.engine("sale_ended", sale="first", outcome="approved", stan=2)
    tale.engine("sale_started", sale="second", amount=amount, currency="CNY", card="chip")
    for text in (late, *told):
        if text:
            tale.terminal("prompt", asks="insert", text=text)
    tale.engine("sale_ended", sale="second", outcome="approved", stan=3)
    return tale.end()


@pytest.mark.parametrize(
    "told",
    ["AMOUNT 23.60 INSERT CARD", "EUR 23,60", "INSERT CARD", "12.10.2026 08:15", "PAY 99.99"],
)
def test_a_prompt_of_what_is_asked_holds(told: str) -> None:
    """Also without an amount, or with figures that nobody can tell: a time, a rate."""
    assert passes(prompted(told).clause(WORD))


@pytest.mark.parametrize(
    "told", ["AMOUNT 23.50 INSERT CARD", "2.36 CARD?", "236.00 CARD?", "23.00"]
)
def test_a_prompt_of_another_amount_breaks_it(told: str) -> None:
    """The one of the sale before, a digit lost or added, or the cents lost."""
    clause = prompted(told).clause(WORD)

    assert fails(clause)
    assert "the display asked the cardholder for" in clause.reason


def test_large_amounts_are_read_with_their_thousands() -> None:
    """As displays write them."""
    assert passes(prompted("12,345.67 CARD?", amount=1234567).clause(WORD))
    assert fails(prompted("12,345.60 CARD?", "1,234.56 CARD?", amount=1234567).clause(WORD))


def test_a_display_that_is_behind_shows_the_prompt_of_before() -> None:
    """The first sale had none of its own yet; the second's comes then."""
    assert passes(prompted("AMOUNT 23.60", late="AMOUNT 23.50").clause(WORD))
    assert passes(prompted(late="AMOUNT 23.50").clause(WORD))


def booked_on(card: str, mti: str = "0200") -> Story:
    """A reservation on ..0014, and its booking on this card."""
    tale = always(WORD)
    tale.engine("sale_started", sale="room", what="preauth", amount=5000, currency="CNY")
    tale.host("request_received", mti="0100", stan=2, batch=1, tid="HIL00001", amount=5000,
              processing="030000", pan=PAN, of="room")  # fmt: skip
    tale.engine("sale_started", sale="booked", what="completion", original="room", amount=4000)
    tale.host("request_received", mti=mti, stan=3, batch=1, tid="HIL00001", amount=4000,
              processing="000000", pan=card, of="booked")  # fmt: skip
    return tale.end()


@pytest.mark.parametrize("card", [PAN, ""])
def test_a_booking_is_on_the_card_of_its_reservation(card: str) -> None:
    """Or names none: field 61 tells."""
    assert passes(booked_on(card).clause(WORD))


def test_a_booking_on_another_card_breaks_it() -> None:
    """The newest guest pays for another one's room."""
    clause = booked_on("999999******0022").clause(WORD)

    assert fails(clause)
    assert "about room, of card ..0014" in clause.reason
    assert passes(booked_on("999999******0022", "0220").clause(WORD))


@pytest.mark.parametrize("mti", ["0500", "0320"])
@pytest.mark.parametrize(("currency", "sound"), [("156", passes), (None, passes), ("840", fails)])
def test_a_day_is_closed_in_its_own_currency(mti: str, currency: str | None, sound: Fits) -> None:
    """Settlement and upload carry field 49, or none."""
    tale = always(WORD).sale("first", 2)
    tale.host("request_received", mti=mti, stan=3, batch=1, tid="HIL00001", currency=currency)

    assert sound(tale.end().clause(WORD))


def asked_for(told: int, amount: int = 123456789, mti: str = "0200") -> Story:
    """A sale of this amount, and its request with another one."""
    tale = always(WORD)
    tale.engine("sale_started", sale="other", amount=3456789, currency="CNY", card="chip")
    tale.engine("sale_ended", sale="other", outcome="failed")
    tale.engine("sale_started", sale="large", amount=amount, currency="CNY", card="chip")
    tale.host("request_received", mti=mti, stan=2, batch=1, tid="HIL00001", amount=told,
              processing="000000", pan=PAN, of="large")  # fmt: skip
    return tale.end()


@pytest.mark.parametrize("told", [123456789, 130000000, 3456789, 0])
def test_a_request_of_the_amount_with_a_tip_or_of_another_sale_holds(told: int) -> None:
    """Only digits that are lost tell for certain: an older sale's request may go out meanwhile."""
    assert passes(asked_for(told).clause(WORD))


@pytest.mark.parametrize("told", [23456789, 12345678, 9])
def test_a_request_with_digits_lost_breaks_it(told: int) -> None:
    """Also where the host declines it, and nothing is booked."""
    clause = asked_for(told).clause(WORD)

    assert fails(clause)
    assert "large is of 1234567.89 CNY, and the host was asked for" in clause.reason


def test_an_older_advice_is_of_its_own_amount() -> None:
    """It is not the sale that runs."""
    assert passes(asked_for(9, mti="0220").clause(WORD))


@pytest.mark.parametrize(
    ("stan", "amount", "processing", "fits"),
    [
        (2, 700, "200000", passes),
        (2, 700, None, passes),  # not every host shows it
        (2, 700, "000000", fails),
        (2, 900, "000000", passes),  # not its own amount: of an older batch, perhaps
        (9, 700, "000000", passes),
    ],
)
def test_what_is_uploaded_is_what_it_was(
    stan: int, amount: int, processing: str | None, fits: Fits
) -> None:
    """A refund that is uploaded as a purchase is taken from the cardholder, perhaps."""
    tale = always(WORD)
    tale.engine("sale_started", sale="back", what="refund", amount=700, currency="CNY")
    told = {"batch": 1, "tid": "HIL00001"}
    tale.host("request_received", mti="0220", stan=2, amount=700, processing="200000", of="back",
              **told)  # fmt: skip
    tale.host("request_received", mti="0320", stan=stan, amount=amount, processing=processing,
              **told)  # fmt: skip

    assert fits(tale.end().clause(WORD))
