"""Registers of frames and the simulated terminal, over each profile, in virtual time."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from harness.drivers import concert, frames
from harness.errors import NotSupported
from harness.model.register import Wish
from harness.model.units import Money
from harness.tests.sim.terminal.register_stage import RegisterStage

PROFILES = ("mispos_bcd", "mispos_binary", "codepay")


def stage(word: str, **more: Any) -> RegisterStage:
    """A stage with this profile, or Concert."""
    if word == "concert":
        return RegisterStage(
            "concert", lambda port: concert.Driver(port, personality="countertop"), **more
        )
    more["frames"] = {"profile": word, **more.get("frames", {})}
    return RegisterStage(
        "frames", lambda port: frames.Driver(port, profile=word, personality="countertop"), **more
    )


@pytest.mark.parametrize("word", [*PROFILES, "concert"])
def test_a_sale_is_approved_and_told(word: str) -> None:
    """Once at the host, and what can be told of it is."""
    own = stage(word)

    def story() -> Any:
        own.start()
        return own.deal(1250)

    result = own.play(story)

    assert (result.outcome, result.amount) == ("approved", 1250), own.lines()
    assert own.ledger() == ["approved"]
    assert (result.stan is None) == (word == "concert")
    assert own.of("ecr_result")
    assert not own.of("card_number_in_clear")


@pytest.mark.parametrize("word", [*PROFILES, "concert"])
def test_a_decline_is_no_communication_fault(word: str) -> None:
    """Where the protocol has a word for it."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.misbehave("answer", "0200", code="51")
        return own.deal()

    result = own.play(story)

    wanted = ("failed", "") if word == "concert" else ("declined", "card_declined")
    assert (result.outcome, result.cause) == wanted, own.lines()


@pytest.mark.parametrize("word", [*PROFILES, "concert"])
def test_a_silent_host_is_told_with_its_cause_and_never_as_a_decline(word: str) -> None:
    """Result 7 of Concert says no more than that it was not done."""
    own = stage(word, response=5.0)

    def story() -> Any:
        own.start()
        own.misbehave("drop", "0200")
        return own.deal()

    result = own.play(story)

    wanted = ("failed", "") if word == "concert" else ("failed", "host_silent")
    assert (result.outcome, result.cause) == wanted, own.lines()
    assert [row["cause"] for row in own.of("report", on="ecr")] in ([], ["host_silent"])


@pytest.mark.parametrize("word", [*PROFILES, "concert"])
def test_a_cut_in_mid_dialogue_is_unknown_and_then_resolved(word: str) -> None:
    """By the protocol's own question; where it has none, it stays unknown and says so."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.misbehave("delay", "0200", by=5.0)

        def pull() -> None:
            assert own.until(lambda: bool(own.of("request_sent", mti="0200")), 60.0)
            own.power(0.0)
            own.wire.unplug()

        own.clock.spawn("hand", pull)
        first = own.deal()
        own.wire.cut = False
        own.start()
        return first, own.driver.last_result(), own.deal(700)

    first, then, after = own.play(story)

    assert first.outcome == "unknown", own.lines()
    assert then.outcome == ("unknown" if word == "concert" else "failed")
    if word == "concert":
        assert "no way to ask" in then.text
    assert after.outcome == "approved"
    assert sorted(own.ledger()) == ["approved", "reversed"]


@pytest.mark.parametrize("word", PROFILES)
def test_an_answer_lost_after_an_approved_sale_is_found_again(word: str) -> None:
    """The register is unplugged before the answer: the sale stands, and the query says so."""
    own = stage(word)

    def story() -> Any:
        own.start()

        def pull() -> None:
            assert own.until(lambda: bool(own.of("request_sent", mti="0200")), 60.0)
            own.wire.unplug()

        own.clock.spawn("hand", pull)
        first = own.deal()
        own.clock.sleep(30.0)
        own.wire.cut = False
        return first, own.driver.last_result()

    first, then = own.play(story)

    assert (first.outcome, then.outcome) == ("unknown", "approved"), own.lines()
    assert own.ledger() == ["approved"]


@pytest.mark.parametrize("word", PROFILES)
def test_an_order_is_never_sold_twice(word: str) -> None:
    """A register that repeats its request, on a new connection, is told what became of it."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.driver.sign_on()
        first = own.deal()
        again = own.driver._talk._result_of(own.driver._talk._asked, 60.0)
        return first, again

    first, again = own.play(story)

    assert (first.outcome, again.outcome) == ("approved", "approved")
    assert (first.stan, first.receipt) == (again.stan, again.receipt)
    assert own.ledger() == ["approved"]


@pytest.mark.parametrize("word", PROFILES)
def test_an_order_that_comes_again_after_a_later_one_is_not_sold_again(word: str) -> None:
    """It was held up on its way, or the register has looked through what is open."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.driver.sign_on()
        first, order = own.deal(1250), dict(own.driver._talk._asked)
        own.deal(700)
        return first, own.driver._talk._result_of(order, 60.0)

    first, again = own.play(story)

    assert (again.outcome, again.stan) == ("approved", first.stan)
    assert own.ledger() == ["approved", "approved"]


@pytest.mark.parametrize("word", PROFILES)
def test_an_order_refused_as_busy_is_not_sold_when_it_is_repeated(word: str) -> None:
    """Its acknowledgement was lost: the register was told BUSY, and may have given up by now."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.driver.sign_on()
        running: Any = own.terminal.running
        with running.payment.turn.taken():
            refused = own.deal()
        own.clock.sleep(5.0)
        return refused, own.driver._talk._result_of(own.driver._talk._asked, 60.0)

    refused, again = own.play(story)

    assert (refused.outcome, again.outcome) == ("failed", "failed"), own.lines()
    assert own.ledger() == []


@pytest.mark.parametrize("word", ["mispos_bcd", "codepay"])
def test_a_sale_can_be_voided_and_money_given_back(word: str) -> None:
    """By the original's number."""
    own = stage(word)

    def story() -> Any:
        own.start()
        first = own.deal(900)
        return own.deal(Wish("void", None, first.receipt, first.stan), card=None), own.deal(
            Wish("refund", Money(300))
        )

    void, refund = own.play(story)

    assert (void.outcome, refund.outcome) == ("approved", "approved"), own.lines()
    assert own.driver.deals()[:3] == ["sale", "void", "refund"]


def test_mispos_has_all_deals_and_acts() -> None:
    """Reservation, completion, balance, end of day, signing on and off, a copy."""
    own = stage("mispos_bcd")

    def story() -> Any:
        own.start()
        room = own.deal(Wish("preauth", Money(5000)))
        told = [
            room,
            own.deal(Wish("completion", Money(4000), room.receipt, room.stan, room.auth), None),
            own.deal(Wish("balance")),
            own.driver.reprint(),
            own.driver.settle(),
            own.driver.sign_off(),
            own.driver.sign_on_host(),
        ]
        return told, own.driver.status()

    told, status = own.play(story)

    assert [row.outcome for row in told] == ["approved"] * 7, (told, own.lines())
    assert status == "00"


def test_what_a_protocol_has_not_is_not_supported() -> None:
    """Concert has no end of day, no void, and no way to abort."""
    own = stage("concert")

    def story() -> Any:
        own.start()
        with pytest.raises(NotSupported, match="void"):
            own.driver.transact(Wish("void", None, 1, 1))
        with pytest.raises(NotSupported, match="abort"):
            own.driver.abort()
        return own.driver.status(), own.driver.deals()

    assert own.play(story) == ("00", ["sale", "refund"])


@pytest.mark.parametrize("word", PROFILES)
def test_a_sale_can_be_aborted_while_it_waits_for_the_card(word: str) -> None:
    """From another task, as a cashier does."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.clock.call_at(own.clock.now() + 5.0, own.driver.abort)
        return own.deal(card=None)

    result = own.play(story)

    assert (result.outcome, result.cause) == ("failed", "cancelled"), own.lines()
    assert own.ledger() == []


def noise(chances: str) -> Callable[[bool, bytes], bytes]:
    """A wire on which things happen in this order: . kept, - lost, x spoilt."""
    fates = iter(chances)

    def spoil(_: bool, octets: bytes) -> bytes:
        fate = next(fates, ".")
        return {"-": b"", "x": octets[:-1] + bytes([octets[-1] ^ 0x11])}.get(fate, octets)

    return spoil


@pytest.mark.parametrize("word", [*PROFILES, "concert"])
@pytest.mark.parametrize("chances", ["-", ".x", "..-", "...x", "-.x.-"])
def test_noise_costs_repetitions_and_no_money(word: str, chances: str) -> None:
    """Whatever one byte or frame is lost or spoilt, there is one sale and one answer."""
    own = stage(word)

    def story() -> Any:
        own.start()
        own.wire.spoil = noise(chances)
        return own.deal()

    result = own.play(story)

    assert result.outcome == "approved", own.lines()
    assert own.ledger() == ["approved"]


@pytest.mark.parametrize("word", [*PROFILES, "concert"])
@pytest.mark.parametrize("quirk", [{"late": 8.0}, {"twice": True}, {"garbage": 37}])
def test_bad_habits_of_a_terminal_confuse_nobody(word: str, quirk: dict[str, Any]) -> None:
    """Late, twice, or with garbage before: the next sale's answer is the next sale's."""
    own = stage(word, frames=quirk)

    def story() -> Any:
        own.start()
        return own.deal(1000), own.deal(2000)

    first, second = own.play(story)

    assert [(row.outcome, row.amount) for row in (first, second)] == [
        ("approved", 1000), ("approved", 2000),
    ], own.lines()  # fmt: skip


def test_a_concert_terminal_may_answer_at_once() -> None:
    """And then the register knows nothing, which it says."""
    own = RegisterStage("concert", lambda port: concert.Driver(port, answer="at_once", full=False))

    def story() -> Any:
        own.start()
        result = own.deal()
        own.clock.sleep(60.0)
        return result

    result = own.play(story)

    assert (result.outcome, result.code) == ("unknown", "9")
    assert own.ledger() == ["approved"]


@pytest.mark.parametrize("word", [*PROFILES, "concert"])
def test_no_card_number_is_on_the_wire_or_in_what_is_told(word: str) -> None:
    """Neither in clear nor in an exception."""
    own = stage(word)

    def story() -> Any:
        own.start()
        return own.deal()

    result = own.play(story)
    number = own.deck["chip"].pan if hasattr(own.deck["chip"], "pan") else "9999990000000014"

    told = json.dumps([fields for _, _, fields in own.seen]) + repr(result)
    assert number not in told
    assert number.encode() not in own.wire.came
