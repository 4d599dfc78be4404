"""What the terminal's reader makes of cards, stripes, its field, its cable and its wear."""

import random
from collections.abc import Callable

import pytest

from harness.model.roles import SaleResult
from harness.model.units import Money
from harness.sim.card import Card
from harness.sim.terminal.wear import DUE, LOOKED_AT, Wear
from harness.tests.sim.terminal.stage import Stage
from harness.wire import magstripe, stripe_flux
from harness.wire.stripe_flux import Spoilt

FALL_BACK = ("mute", "silent", "bad_atr", "bad_protocol", "cut_atr", "ones_atr")
UNREADABLE = (
    "refuses_select", "deactivated", "not_satisfied", "blocked", "no_diagnosis", "garbage",
    "wrong_parity",
)  # fmt: skip


def begin(stage: Stage) -> None:
    """Powered, ready, signed on."""
    stage.power()
    assert stage.ready()
    stage.register.sign_on()


def sell(stage: Stage, *acts: tuple[float, Callable[[Card], None], str]) -> SaleResult:
    """A sale in which a cardholder does one thing after another: (s to wait, what, with what)."""

    def cardholder() -> None:
        for seconds, act, card in acts:
            stage.clock.sleep(seconds)
            act(stage.deck[card])

    stage.clock.spawn("cardholder", cardholder)
    return stage.sell(1000, None)


def tap(stage: Stage, coupling: float = 1.0) -> Callable[[Card], None]:
    """Hold a card in the field."""
    return lambda card: stage.slot.antenna.bring(card, coupling)


def away(stage: Stage) -> Callable[[Card], None]:
    """Take a card out of the field."""
    return lambda card: stage.slot.antenna.take(card.name)


def requests(stage: Stage) -> int:
    """How many sales the host was asked for."""
    return len(stage.of("request_sent", mti="0200"))


@pytest.mark.parametrize("card", FALL_BACK + UNREADABLE)
def test_a_bad_chip_is_named_and_its_stripe_will_do(card: str) -> None:
    """Three tries, the chip's trouble told once, then the stripe, which is charged."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        out = lambda _: stage.slot.remove()  # noqa: E731
        result = sell(stage, (0.5, stage.slot.insert, card), (6.0, out, card),
                      (1.0, stage.slot.swipe, card))  # fmt: skip
        assert result.outcome == "approved"
        assert stage.of("card_read")[-1]["entry"] == "stripe"
        (seen,) = {row["cause"] for row in stage.of("detected")}
        wanted = "card_unreadable" if card in UNREADABLE else None
        assert seen == (wanted or ("card_mute" if card in ("mute", "silent") else "card_bad_atr"))

    stage.play(story)


def test_a_byte_that_is_repeated_is_no_reason_to_refuse_a_card() -> None:
    """Two repetitions are within the three that a reader asks for."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        assert stage.sell(1000, "noisy").outcome == "approved"
        assert not stage.of("detected")

    stage.play(story)


def test_the_stripe_of_a_chip_card_is_not_taken_before_its_chip() -> None:
    """The cardholder is told, inserts it, and is charged by the chip."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        result = sell(stage, (0.5, stage.slot.swipe, "chip"), (2.0, stage.slot.insert, "chip"))
        assert result.outcome == "approved"
        assert [row["entry"] for row in stage.of("card_read")] == ["chip"]
        assert any("INSERT IT" in row["text"] for row in stage.of("display"))

    stage.play(story)


@pytest.mark.parametrize("how", ["parity", "lrc", "cut", "blank"])
def test_a_bad_swipe_is_told_at_once_and_a_good_one_sells(how: Spoilt) -> None:
    """Each bad one is said; three bad ones end the sale, and nothing is sent."""
    stage = Stage()
    bits = magstripe.encode(magstripe.track2("6212345678901232", "4912", "101"))
    worn = stripe_flux.flux_of(stripe_flux.spoil(bits, how, random.Random(2)))

    def bad(_: Card) -> None:
        stage.slot.pass_flux(worn)

    def story() -> None:
        begin(stage)
        good = sell(stage, (0.5, bad, "chip"), (1.0, stage.slot.swipe, "plain_stripe"))
        assert good.outcome == "approved"
        assert len(stage.of("detected", cause="card_unreadable")) == 1
        worst = sell(stage, (1.0, bad, "chip"), (1.0, bad, "chip"), (1.0, bad, "chip"))
        assert (worst.outcome, worst.cause) == ("failed", "card_unreadable")
        assert requests(stage) == 1

    stage.play(story)


def test_a_tap_pays_once_though_the_card_stays_and_comes_back() -> None:
    """Entry 07, one request; the same card paying again is another sale."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        result = sell(stage, (0.5, tap(stage), "tap"))
        assert result.outcome == "approved"
        stage.clock.sleep(30.0)
        assert requests(stage) == 1
        assert stage.of("card_read")[-1]["entry"] == "contactless"
        stage.slot.antenna.take("tap")
        assert sell(stage, (0.5, tap(stage), "other_tap")).outcome == "approved"
        assert len([row for row in stage.host.ledger if row.status == "approved"]) == 2

    stage.play(story)


@pytest.mark.parametrize("coupling", [0.4, 0.55, 1.0])
def test_a_card_that_is_lost_in_the_field_is_asked_for_again(coupling: float) -> None:
    """Held too far away, or taken away too early: told within a second, charged once."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        started = stage.clock.now()
        result = sell(stage, (0.5, tap(stage, coupling), "tap"), (0.15, away(stage), "tap"),
                      (2.0, tap(stage), "tap"))  # fmt: skip
        assert result.outcome == "approved"
        told = [stage.when("detected", cause=row["cause"]) for row in stage.of("detected")]
        assert told
        assert min(told) - started < 1.5
        assert {row["cause"] for row in stage.of("detected")} <= {"card_removed", "card_unreadable"}
        assert requests(stage) == 1

    stage.play(story)


def test_of_two_cards_none_is_charged_until_one_has_gone() -> None:
    """Told as several cards, and never as anything else."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        result = sell(stage, (0.5, tap(stage), "other_tap"), (0.0, tap(stage), "tap"),
                      (3.0, away(stage), "other_tap"))  # fmt: skip
        assert result.outcome == "approved"
        assert {row["cause"] for row in stage.of("detected")} == {"several_cards"}
        assert stage.of("card_read")[-1]["pan"].endswith("0014")
        assert requests(stage) == 1

    stage.play(story)


def test_a_card_that_is_left_in_is_told_and_asked_back() -> None:
    """Within ten seconds; over when it is out; a sale waits for that, and in vain says so."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.slot.insert(stage.deck["second"])
        assert stage.until(lambda: bool(stage.of("detected", cause="card_stays")), 10.0)
        assert stage.register.status() == "DC"
        in_vain = stage.register.sell(Money(1000))
        assert (in_vain.outcome, in_vain.cause) == ("failed", "card_stays")
        out = lambda _: stage.slot.remove()  # noqa: E731
        result = sell(stage, (2.0, out, "second"), (1.0, stage.slot.insert, "chip"))
        assert result.outcome == "approved"
        assert stage.of("card_read")[-1]["pan"].endswith("0014")
        assert stage.of("cleared", cause="card_stays")

    stage.play(story)


def test_a_card_that_was_there_at_the_start_is_told() -> None:
    """Soon after it is ready."""
    stage = Stage()

    def story() -> None:
        stage.slot.insert(stage.deck["chip"])
        begin(stage)
        assert stage.until(lambda: bool(stage.of("detected", cause="card_stays")), 10.0)
        stage.slot.remove()
        assert stage.until(lambda: bool(stage.of("cleared", cause="card_stays")), 5.0)

    stage.play(story)


def test_a_reader_without_its_cable_is_told_and_the_field_still_pays() -> None:
    """Its self-test finds it within 30 s, and that it is back within 60 s."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.terminal.body.put("reader_cable", "unplugged")
        assert stage.until(lambda: bool(stage.of("detected", cause="reader_fault")), 30.0)
        assert stage.register.status() == "E2"
        assert sell(stage, (0.5, tap(stage), "tap")).outcome == "approved"
        stage.slot.antenna.take("tap")
        nobody = stage.sell(1000, "chip")
        assert (nobody.outcome, nobody.cause) == ("failed", "reader_fault")
        stage.terminal.body.put("reader_cable", "plugged")
        assert stage.until(lambda: bool(stage.of("cleared", cause="reader_fault")), 60.0)
        assert stage.sell(1000).outcome == "approved"

    stage.play(story)


def test_a_reader_that_goes_in_a_sale_is_at_fault_and_not_the_card() -> None:
    """Not the card's removal, and nobody's decline."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        pull = lambda _: stage.terminal.body.put("reader_cable", "unplugged")  # noqa: E731
        result = sell(stage, (0.5, stage.slot.insert, "chip"), (0.1, pull, "chip"))
        assert (result.outcome, result.cause) == ("failed", "reader_fault")
        assert {row["cause"] for row in stage.of("detected")} == {"reader_fault"}

    stage.play(story)


def test_after_a_sale_the_register_hears_that_the_card_is_to_go() -> None:
    """Approved or not, as long as it is in."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        stage.sell(1000, "chip")
        stage.sell(1000, "bad_atr")
        assert len(stage.of("ecr_status", asks="remove")) >= 2

    stage.play(story)


def test_wear_is_a_rate_and_no_single_failure() -> None:
    """Of 10 000 insertions with 5 % bad ones it is said early; with 0.2 % hardly ever."""

    def first_due(share: float) -> int | None:
        wear, rng = Wear(), random.Random(4)
        for count in range(10_000):
            wear.count(bad=rng.random() < share)
            if wear.due:
                return count
        return None

    wear = Wear()
    for _ in range(DUE - 1):
        wear.count(bad=True)
    assert not wear.due
    for _ in range(LOOKED_AT):
        wear.count(bad=False)
    assert wear.rate == 0
    worn = first_due(0.05)
    assert worn is not None
    assert worn < 500
    assert first_due(0.001) is None


def test_bad_insertions_add_up_to_a_maintenance_hint() -> None:
    """Three that needed another try, each of a good card; sales that go well between them."""
    stage = Stage()

    def story() -> None:
        begin(stage)
        for bad in (True, False, True, False, True):
            stage.slot.cut("io", cut=bad)
            stage.sell(1000)
        assert len(stage.of("detected", cause="maintenance_due")) == 1
        assert stage.register.status() == "00"

    stage.play(story)
