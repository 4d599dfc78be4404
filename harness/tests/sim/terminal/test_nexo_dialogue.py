"""Registers of nexo and the simulated terminal, over TCP and HTTP, in virtual time."""

import json
from typing import Any

import pytest

from harness.drivers import nexo as driver
from harness.errors import DeviceRefused
from harness.model.register import Wish
from harness.model.units import Money
from harness.tests.sim.terminal.nexo_stage import WAYS, stage, when_sent
from harness.wire import nexo


@pytest.mark.parametrize("word", WAYS)
def test_a_sale_is_approved_and_told(word: str) -> None:
    """With its trace number, receipt, amount and authorisation code."""
    own = stage(word)

    def story() -> Any:
        own.start()
        return own.deal(1250)

    result = own.play(story)

    assert (result.outcome, result.amount) == ("approved", 1250), own.lines()
    assert result.stan
    assert result.receipt
    assert len(result.auth) == 6
    assert own.ledger() == ["approved"]
    assert bool(own.of("ecr_status", asks="insert")) == (word == "nexo")
    assert not own.of("card_number_in_clear")


@pytest.mark.parametrize("word", WAYS)
def test_a_decline_and_a_fault_of_the_way_are_told_apart(word: str) -> None:
    """Refusal is the issuer's; UnreachableHost is the line's, with the terminal's own cause."""
    own = stage(word, response=5.0)

    def story() -> Any:
        own.start()
        own.misbehave("answer", "0200", code="51", times=1)
        declined = own.deal()
        own.misbehave("drop", "0200", times=1)
        return declined, own.deal()

    declined, failed = own.play(story)

    assert (declined.outcome, declined.cause, declined.code) == (
        "declined", "card_declined", "Refusal",
    )  # fmt: skip
    assert (failed.outcome, failed.cause, failed.code) == (
        "failed", "host_silent", "UnreachableHost",
    )  # fmt: skip
    assert [row["cause"] for row in own.of("report", on="ecr")] == ["card_declined", "host_silent"]


@pytest.mark.parametrize("word", WAYS)
def test_all_deals_and_acts_there_are(word: str) -> None:
    """Void, refund, reservation, completion, release, balance; end of day, signing on and off."""
    own = stage(word)

    def story() -> Any:
        own.start()
        first = own.deal(900)
        told = {"void": own.deal(Wish("void", None, first.receipt, first.stan), card=None)}
        told["refund"] = own.deal(Wish("refund", Money(300)))
        room = told["preauth"] = own.deal(Wish("preauth", Money(5000)))
        told["completion"] = own.deal(
            Wish("completion", Money(4000), room.receipt, room.stan, room.auth), card=None
        )
        other = own.deal(Wish("preauth", Money(6000)))
        told["release"] = own.deal(
            Wish("preauth_void", None, other.receipt, other.stan, other.auth), card=None
        )
        told["balance"] = own.deal(Wish("balance"))
        own.driver.totals()
        for act in ("diagnose", "reprint", "settle", "sign_off"):
            told[act] = getattr(own.driver, act)()
        off = own.deal(card=None)
        told["sign_on_host"] = own.driver.sign_on_host()
        return told, off, own.driver.status()

    told, off, status = own.play(story)

    assert {word: row.outcome for word, row in told.items()} == dict.fromkeys(told, "approved"), (
        own.lines()
    )
    assert (off.outcome, off.cause) == ("failed", "not_signed_on")
    assert status == "00"
    assert own.of("totals")[0]["debit"] == 4000 + 900


def test_a_reservation_is_released_after_its_batch_was_settled() -> None:
    """It is open until it is booked or released, not until the day is closed."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        room = own.deal(Wish("preauth", Money(5000)))
        own.driver.settle()
        wish = Wish("preauth_void", None, room.receipt, room.stan, room.auth)
        return own.deal(wish, card=None)

    assert own.play(story).outcome == "approved", own.lines()


@pytest.mark.parametrize("word", WAYS)
def test_a_dropped_connection_stops_no_sale_and_the_status_tells(word: str) -> None:
    """The line is cut after the request; on the next one the terminal tells that it is approved."""
    own = stage(word)

    def story() -> Any:
        own.start()
        when_sent(own, own.wire.unplug)
        first = own.deal()
        own.wire.cut = False
        return first, own.driver.last_result()

    first, then = own.play(story)

    assert (first.outcome, then.outcome) == ("unknown", "approved"), own.lines()
    assert own.ledger() == ["approved"]


@pytest.mark.parametrize("word", WAYS)
def test_no_response_in_time_is_asked_for_until_it_is_there(word: str) -> None:
    """InProgress is waited for: one sale, one outcome, no second request."""
    own = stage(word, complete_within=8.0)

    def story() -> Any:
        own.start()
        own.misbehave("delay", "0200", by=11.0)
        return own.deal()

    result = own.play(story)

    assert result.outcome in ("approved", "unknown"), own.lines()
    assert bytes(own.wire.sent).count(b'"PaymentRequest"') == 1
    if word == "nexo":
        assert b"TransactionStatusRequest" in own.wire.sent
    assert own.ledger() == ["approved"]


@pytest.mark.parametrize("word", WAYS)
def test_a_cut_before_the_answer_is_resolved_as_not_done(word: str) -> None:
    """Power fails while the host thinks: reversed at the next start, and the status says so."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.misbehave("delay", "0200", by=5.0, times=1)
        when_sent(own, lambda: own.power(0.0))
        first = own.deal()
        own.start()
        return first, own.driver.last_result(), own.deal(700)

    first, then, after = own.play(story)

    assert (first.outcome, then.outcome) == ("unknown", "failed"), own.lines()
    assert after.outcome == "approved"
    assert sorted(own.ledger()) == ["approved", "reversed"]


@pytest.mark.parametrize("word", WAYS)
def test_a_sale_of_which_the_terminal_knows_nothing_never_happened(word: str) -> None:
    """Power fails before a card is there: NotFound, which is an answer."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.clock.call_at(own.clock.now() + 3.0, lambda: own.power(0.0))
        first = own.deal(card=None)
        own.start()
        return first, own.driver.last_result()

    first, then = own.play(story)

    assert first.outcome == "unknown", own.lines()
    assert (then.outcome, then.code) == ("failed", "NotFound")
    assert own.ledger() == []


@pytest.mark.parametrize("word", WAYS)
def test_an_abort_reaches_a_sale_that_waits_for_its_card(word: str) -> None:
    """From another task; over HTTP on a connection of its own."""
    own = stage(word)

    def story() -> Any:
        own.start()

        def cashier() -> None:
            own.clock.sleep(5.0)
            own.driver.abort()

        own.clock.spawn("cashier", cashier)
        return own.deal(card=None)

    result = own.play(story)

    assert (result.outcome, result.cause, result.code) == ("failed", "cancelled", "Aborted")
    assert own.ledger() == []


def test_a_second_register_is_busy_and_may_still_ask() -> None:
    """One request at a time, besides TransactionStatus and Diagnosis."""
    own = stage("nexo")
    other = driver.Driver(own.wire.twin(), currency="CNY", login=False)
    told: dict[str, Any] = {}

    def story() -> Any:
        own.start()

        def second() -> None:
            own.clock.sleep(0.5)
            told["sale"] = other.sell(Money(100))
            told["status"] = other.status()

        own.clock.spawn("second register", second)
        return own.deal()

    result = own.play(story)

    assert result.outcome == "approved"
    assert (told["sale"].outcome, told["sale"].code, told["status"]) == ("failed", "Busy", "Busy")


def test_a_terminal_in_trouble_says_so_when_it_is_asked() -> None:
    """Diagnosis: what is the matter, in its own words."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        running: Any = own.terminal.running
        running.alarms.begin("no_signal")
        return own.driver.status()

    assert own.play(story) == "Unreachable"
    assert own.of("report", cause="no_signal", on="ecr")


def test_the_terminal_refuses_what_is_none_of_the_protocol() -> None:
    """An unknown category, an amount that is none, another currency."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        talk = own.driver._talk
        talk.ready()
        bad = {"PaymentTransaction": {"AmountsReq": {"RequestedAmount": "ten"}}}
        euro = {"PaymentTransaction": {"AmountsReq": {"RequestedAmount": 1, "Currency": "EUR"}}}
        return [
            talk.other("Loyalty", {}).code, talk.other("Payment", bad).code,
            talk.other("Payment", euro).code, talk.other("Reversal", {}).code,
        ]  # fmt: skip

    assert own.play(story) == ["UnavailableService", "MessageFormat", "NotAllowed", "NotFound"]


@pytest.mark.parametrize("word", WAYS)
def test_a_terminal_that_boots_refuses_and_the_register_comes_back(word: str) -> None:
    """Nothing was asked, so nothing happened."""
    own = stage(word)

    def story() -> Any:
        own.power()
        own.clock.sleep(2.0)
        with pytest.raises(DeviceRefused, match="Busy"):
            own.driver.sign_on()
        early = own.deal(card=None)
        own.start()
        return early, own.deal()

    early, late = own.play(story)

    assert (early.outcome, early.code, late.outcome) == ("failed", "", "approved")


@pytest.mark.parametrize("word", WAYS)
def test_no_card_number_is_on_the_wire_or_in_what_is_told(word: str) -> None:
    """First six and last four at most."""
    own = stage(word)

    def story() -> Any:
        own.start()
        return own.deal()

    result = own.play(story)
    told = json.dumps([fields for _, _, fields in own.seen], default=str) + repr(result)

    assert b"999999******0014" in own.wire.came
    assert "9999990000000014" not in told + own.wire.came.decode("latin-1")


def test_a_hostile_register_gets_no_further_than_its_connection() -> None:
    """Garbage ends it; the next one is served."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        for octets in (b"\xff\xff\xff\xff", nexo.prefixed(b"{"), nexo.prefixed(b"[]"), b"\0\0\0\0"):
            line = own.wire.twin()
            line.open()
            line.write(octets)
            own.clock.sleep(0.1)
            line.close()
        return own.deal()

    assert own.play(story).outcome == "approved"
