"""Stories in which cards, stripes and the reader itself bring out a planted bug."""

import random
from collections.abc import Callable

from harness.sim.card import Card
from harness.tests.sim.defects.acts import Story, begin
from harness.tests.sim.terminal.stage import Stage
from harness.wire import magstripe, stripe_flux
from harness.wire.stripe_flux import Spoilt


def present(stage: Stage, act: Callable[[Card], None], card: str, amount: int = 1000) -> str:
    """A sale with a card that is presented as ``act`` does it; how it ended."""

    def hold() -> None:
        stage.clock.sleep(1.0)
        act(stage.deck[card])

    stage.clock.spawn("cardholder", hold)
    result = stage.sell(amount, None)
    for name in ("tap", "other_tap"):
        stage.slot.antenna.take(name)
    return result.outcome


def swipe_of_a_chip_card(stage: Stage) -> bool:
    """K-3: its stripe is swiped, and its chip was never tried."""
    begin(stage)
    return present(stage, stage.slot.swipe, "chip") == "approved"


def spoilt(how: Spoilt) -> Story:
    """K-7: a stripe that only one check finds bad."""

    def story(stage: Stage) -> bool:
        begin(stage)
        bits = magstripe.encode(magstripe.track2("6212345678901232", "4912", "101"))
        worn = stripe_flux.flux_of(stripe_flux.spoil(bits, how, random.Random(stage.seed)))
        return present(stage, lambda _: stage.slot.pass_flux(worn), "chip") == "approved"

    return story


def swiped_the_other_way(stage: Stage) -> bool:
    """K-7: a good stripe, backwards."""
    begin(stage)
    how = present(stage, lambda card: stage.slot.swipe(card, backwards=True), "plain_stripe")
    return how != "approved"


def reader_goes_in_a_sale(stage: Stage) -> bool:
    """K-8: its cable is pulled while the chip is read."""
    begin(stage)

    def insert(card: Card) -> None:
        stage.slot.insert(card)
        stage.clock.sleep(0.1)
        stage.terminal.body.put("reader_cable", "unplugged")

    how = present(stage, insert, "chip")
    return how == "declined" or not stage.of("detected", cause="reader_fault")


def card_forgotten(stage: Stage) -> bool:
    """K-5: a card in the slot, and nobody sells."""
    begin(stage)
    stage.slot.insert(stage.deck["chip"])
    stage.clock.sleep(10.0)
    return not stage.of("detected", cause="card_stays")


def contact_wears_out(stage: Stage) -> bool:
    """K-9: every second insertion fails."""
    begin(stage)
    for round_ in range(8):
        stage.slot.cut("io", cut=bool(round_ % 2))
        stage.sell(1000 + round_)
    return not stage.of("detected", cause="maintenance_due")


def pulled_and_the_next(stage: Stage) -> bool:
    """K-2: a card is pulled after the approval; whose is the next sale?"""
    begin(stage)

    def pull() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        stage.slot.remove()

    stage.clock.spawn("pull", pull)
    stage.sell(1000)
    stage.ready(60.0)
    stage.sell(2000, "second")
    return str(stage.of("card_read")[-1]["pan"]) != "621234***1232"


def card_rests_on_the_antenna(stage: Stage) -> bool:
    """K-6: tapped, approved, and still there."""
    begin(stage)
    present(stage, lambda card: stage.slot.antenna.bring(card, 1.0), "tap")
    stage.ready(60.0)
    return len([entry for entry in stage.host.ledger if entry.amount == 1000]) > 1


def stripe_after_a_dead_chip(stage: Stage) -> bool:
    """K-3: a dead chip's stripe will do; the next customer swipes a good one."""
    begin(stage)
    stage.slot.cut("io", cut=True)

    def hold() -> None:
        stage.clock.sleep(1.0)
        stage.slot.insert(stage.deck["chip"])
        stage.clock.sleep(12.0)
        stage.slot.swipe(stage.deck["chip"])

    stage.clock.spawn("cardholder", hold)
    assert stage.sell(1000, None).outcome == "approved"
    stage.slot.cut("io", cut=False)
    return present(stage, stage.slot.swipe, "second") == "approved"


def pulled_by_all(stage: Stage) -> bool:
    """K-1: four customers pull their cards."""
    begin(stage)
    for round_ in range(4):
        before = len(stage.of("request_sent", mti="0200"))

        def pull(before: int = before) -> None:
            assert stage.until(lambda: len(stage.of("request_sent", mti="0200")) > before, 100.0)
            stage.slot.remove()

        stage.clock.spawn("pull", pull)
        stage.sell(1000 + round_)
        stage.ready(60.0)
    return bool(stage.of("detected", cause="maintenance_due"))


def left_in_twice(stage: Stage) -> bool:
    """K-5: a card is forgotten, and another one."""
    begin(stage)
    for card in ("chip", "second"):
        stage.slot.insert(stage.deck[card])
        stage.clock.sleep(10.0)
        stage.slot.remove()
        stage.clock.sleep(5.0)
    return len(stage.of("detected", cause="card_stays")) < 2


def good_chip(card: str) -> Story:
    """K-4: a good chip of another kind."""

    def story(stage: Stage) -> bool:
        begin(stage)
        return present(stage, stage.slot.insert, card) != "approved"

    return story


def swiped_twice(stage: Stage) -> bool:
    """K-3: the stripe of a card with a chip, again and again."""
    begin(stage)

    def swipe() -> None:
        for _ in range(3):
            stage.clock.sleep(2.0)
            stage.slot.swipe(stage.deck["chip"])

    stage.clock.spawn("cardholder", swipe)
    return stage.sell(1000, None).outcome == "approved"


def card_pulled_late(stage: Stage) -> bool:
    """K-2: the card goes while the host approves."""
    begin(stage)

    def pull() -> None:
        assert stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 100.0)
        stage.slot.remove()

    stage.clock.spawn("pull", pull)
    result = stage.sell(1000)
    return result.outcome == "approved"


def wrong_check_byte(stage: Stage) -> bool:
    """K-4: an ATR with a wrong TCK."""
    begin(stage)
    stage.sell(1000, "bad_atr")
    return not stage.of("detected", cause="card_bad_atr")


def two_cards(stage: Stage) -> bool:
    """One card, then another; the second is the one to be charged."""
    begin(stage)
    stage.sell(1000, "stripe")
    return stage.sell(2000, "chip").outcome != "approved"


READER: dict[str, Story] = {
    "given_up_chip_remembered": stripe_after_a_dead_chip,
    "wear_counts_pulled_cards": pulled_by_all,
    "card_left_told_once": left_in_twice,
    "inverse_convention_refused": good_chip("inverse"),
    "block_protocol_refused": good_chip("block"),
    "second_swipe_will_do": swiped_twice,
    "fallback_without_chip_try": swipe_of_a_chip_card,
    "parity_ignored": spoilt("parity"),
    "lrc_ignored": spoilt("lrc"),
    "backwards_swipe_refused": swiped_the_other_way,
    "reader_fault_as_decline": reader_goes_in_a_sale,
    "card_left_in_unnoticed": card_forgotten,
    "wear_never_told": contact_wears_out,
    "stale_pan_after_abort": pulled_and_the_next,
    "contactless_charged_twice": card_rests_on_the_antenna,
    "last_card_charged": two_cards,
    "removed_card_still_charged": card_pulled_late,
    "wrong_tck_accepted": wrong_check_byte,
}
