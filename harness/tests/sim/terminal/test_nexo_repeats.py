"""A nexo request that comes twice: answered again, not done again (ServiceID)."""

from typing import Any

import pytest

from harness.errors import PortLost
from harness.tests.sim.terminal.nexo_stage import (
    STAMP,
    WAYS,
    asked,
    cut,
    payment,
    request,
    stage,
    told,
    when_sent,
)
from harness.wire import nexo


@pytest.mark.parametrize("word", WAYS)
def test_a_payment_that_comes_again_is_answered_with_its_response(word: str) -> None:
    """One charge; the second response is the first one, to the letter; the third, too."""
    own = stage(word)

    def story() -> Any:
        own.start()
        first = asked(own, payment(), "chip")
        own.clock.sleep(30.0)
        return first, asked(own, payment()), asked(own, payment())

    first, *again = own.play(story)

    assert first.result == "Success", own.lines()
    assert again == [first, first]
    assert own.ledger() == ["approved"]


@pytest.mark.parametrize("word", WAYS)
def test_a_response_repeats_what_the_request_called_itself(word: str) -> None:
    """Header with version, numbers and names; the register's own transaction."""
    own = stage(word)

    def story() -> Any:
        own.start()
        return asked(own, payment(), "chip")

    answer = own.play(story)

    assert answer.header == payment().header.answered()
    assert answer.header.version == "3.1"
    assert nexo.at(answer.body, "SaleData", "SaleTransactionID") == {
        "TransactionID": "T-41", "TimeStamp": STAMP,
    }  # fmt: skip


def test_a_refusal_is_repeated_as_well() -> None:
    """The issuer is not asked a second time."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        own.misbehave("answer", "0200", code="51", times=1)
        return asked(own, payment(), "chip"), asked(own, payment())

    first, again = own.play(story)

    assert (first.error, again) == ("Refusal", first)
    assert len(own.of("request_sent", mti="0200")) == 1


def test_what_could_not_be_begun_is_repeated_as_well() -> None:
    """To the letter, a minute later."""
    own = stage("nexo")
    odd = payment()
    odd = nexo.Message(odd.header, {**odd.body, "PaymentData": {"PaymentType": "Lottery"}})

    def story() -> Any:
        own.start()
        first = asked(own, odd)
        own.clock.sleep(60.0)
        return first, asked(own, odd)

    first, again = own.play(story)

    assert (first.error, again) == ("MessageFormat", first)


@pytest.mark.parametrize("word", WAYS)
def test_one_that_comes_again_while_it_runs_is_in_progress(word: str) -> None:
    """On another connection, for the first is gone; never Busy, which would be a no."""
    own = stage(word)
    told: dict[str, nexo.Message] = {}

    def story() -> Any:
        own.start()
        own.misbehave("delay", "0200", by=8.0, times=1)

        def other() -> None:
            assert own.until(lambda: bool(own.of("request_sent", mti="0200")), 60.0)
            link = type(own.driver._talk._link)
            where = () if word == "nexo" else ("/nexo", None)
            more = link(own.wire.twin(), own.driver._talk._link.coder, *where)
            more.open()
            told["again"], _ = more.ask(payment(), own.clock.now() + 20.0, lambda *_: None)
            told["other"], _ = more.ask(
                payment("0000000042", "T-42"), own.clock.now() + 20.0, lambda *_: None
            )

        own.clock.spawn("other", other)
        return asked(own, payment(), "chip")

    first = own.play(story)

    assert first.result == "Success"
    assert (told["again"].error, told["other"].error) == ("InProgress", "Busy")
    assert own.ledger() == ["approved"]


def test_two_at_once_on_one_line_have_one_charge_and_two_responses() -> None:
    """The second waits for the first, as any request does."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        own.clock.spawn("cardholder", lambda: own._insert("chip"))
        line = own.wire.twin()
        line.open()
        line.write(nexo.prefixed(nexo.to_json(payment().plain())) * 2)
        own.clock.sleep(40.0)
        deframer = nexo.Deframer()
        said = []
        while line.readable:
            chunk = line.read(own.clock.now())
            said += deframer.feed(chunk.data) if chunk else []
        return [nexo.read_message(nexo.from_json(one)) for one in said]

    responses = [one for one in own.play(story) if one.header.kind == "Response"]

    assert len(responses) == 2, own.lines()
    assert responses[0] == responses[1]
    assert own.ledger() == ["approved"]


def test_the_same_number_for_another_transaction_is_another_request() -> None:
    """A register that counts from one each morning: its own transaction tells them apart."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        first = asked(own, payment("0000000001", "MON-1"), "chip")
        return first, asked(own, payment("0000000001", "TUE-1", 700), "chip")

    first, then = own.play(story)

    assert (first.result, then.result) == ("Success", "Success"), own.lines()
    assert own.ledger() == ["approved", "approved"]


def test_the_same_number_for_another_category_is_another_request() -> None:
    """A balance is no payment."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        first = asked(own, payment(), "chip")
        return first, asked(own, request("BalanceInquiry", "0000000041"), "chip")

    first, then = own.play(story)

    assert (first.result, then.header.category) == ("Success", "BalanceInquiry")
    assert then.header.service == "0000000041"
    assert len(own.of("request_sent", mti="0200")) == 2


def test_an_end_of_day_that_comes_again_closes_one_batch_until_a_login() -> None:
    """It names no transaction, so a register that logs in anew may use its number again."""
    own = stage("nexo")
    close = request("Reconciliation", "0000000009", ReconciliationType="AcquirerReconciliation")

    def story() -> Any:
        own.start()
        asked(own, payment(), "chip")
        told = [asked(own, close), asked(own, close)]
        asked(own, request("Login", "0000000010"))
        return [*told, asked(own, close)]

    first, again, after = own.play(story)

    assert first.result == "Success", own.lines()
    assert again == first
    assert after.body["POIReconciliationID"] != first.body["POIReconciliationID"]


def test_after_a_cut_a_payment_that_comes_again_is_told_what_became_of_it() -> None:
    """Power fails while the host thinks: reversed, told as failed, and not charged again."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        own.misbehave("delay", "0200", by=5.0, times=1)
        when_sent(own, lambda: own.power(0.0))
        with pytest.raises(PortLost):
            asked(own, payment(), "chip")
        own.start()
        since = own.clock.now()
        return asked(own, payment()), own.clock.now() - since

    again, took = own.play(story)

    assert again.result == "Failure", own.lines()
    assert took < 5.0  # nobody was asked for a card
    assert own.ledger() == ["reversed"]


def test_after_a_cut_an_approved_payment_is_repeated_to_the_letter() -> None:
    """What was answered was durable before it was answered."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        first = asked(own, payment(), "chip")
        cut(own)
        assert own.ready()
        return first, asked(own, payment())

    first, again = own.play(story)

    assert first.result == "Success", own.lines()
    assert again == first
    assert own.ledger() == ["approved"]


def test_a_status_repeats_the_response_to_the_letter() -> None:
    """By its number, and of the last one where none is said."""
    own = stage("nexo")
    reference = {"MessageCategory": "Payment", "SaleID": "TILL-3", "ServiceID": "0000000041"}

    def story() -> Any:
        own.start()
        first = asked(own, payment(), "chip")
        own.clock.sleep(60.0)
        named = request("TransactionStatus", "0000000050", MessageReference=reference)
        return first, asked(own, named), asked(own, request("TransactionStatus", "0000000051"))

    first, *told = own.play(story)

    for status in told:
        inner = nexo.at(status.body, "RepeatedMessageResponse")
        assert nexo.at(inner, "RepeatedResponseMessageBody") == {"PaymentResponse": first.body}
        assert nexo.at(inner, "MessageHeader")["ServiceID"] == "0000000041"
        assert nexo.at(inner, "MessageHeader")["MessageCategory"] == "Payment"
        assert status.body["MessageReference"]["ServiceID"] == "0000000041"


@pytest.mark.parametrize("service", ["", "12345678901"])
def test_a_service_id_has_one_to_ten_characters(service: str) -> None:
    """Whatever is asked by another is a mistake of its form, and nothing is sold."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        return asked(own, payment(service))

    answer = own.play(story)

    assert (answer.error, own.ledger()) == ("MessageFormat", [])


def test_only_the_last_requests_are_known() -> None:
    """Four; an older number is known by its transaction's status alone."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        for at in range(5):
            asked(own, payment(f"{at + 1:010d}", f"T-{at}"), "chip")
        found = request("TransactionStatus", "0000000099", MessageReference={
            "ServiceID": "0000000001", "SaleID": "TILL-3",
        })  # fmt: skip
        return asked(own, payment("0000000002", "T-1")), asked(own, found)

    again, found = own.play(story)

    assert again.result == "Success"
    assert found.result == "Success"
    assert own.ledger() == ["approved"] * 5


def test_a_terminal_that_boots_knows_what_it_answered() -> None:
    """And is busy for what is new."""
    own = stage("nexo")

    def story() -> Any:
        own.start()
        first = asked(own, payment(), "chip")
        cut(own)
        return first, told(own, payment()), told(own, request("Login", "0000000010"))

    first, again, new = own.play(story)

    assert again == first, own.lines()
    assert new.error == "Busy"
