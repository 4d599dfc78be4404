"""What planted bugs do where a void, a refund, a tap or a start takes another way than a sale."""

from harness.sim.terminal.outcome import Outcome
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.debt_stories import differ
from harness.tests.sim.defects.money_stories import cut
from harness.tests.sim.defects.secret_stories import listening
from harness.tests.sim.terminal.counter import Counter, begin
from harness.tests.sim.terminal.stage import Stage


def tap(counter: Counter, minor: int = 1000) -> Outcome:
    """A sale on a card in the field."""
    stage, counter.card = counter.stage, None
    antenna = stage.slot.antenna
    stage.clock.call_at(stage.clock.now() + 3.0, lambda: antenna.bring(stage.deck["tap"], 1.0))
    outcome = counter.make("sale", minor)
    antenna.take("tap")
    return outcome


def void_while_owing(stage: Stage) -> bool:
    """An earlier sale is to be taken back before a later one's reversal is through."""
    heard, counter = listening(stage), begin(stage)
    sold = counter.make("sale", 1000)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("answer", "0400", code="96")
    counter.make("sale", 2000)
    counter.make("void", of=sold)
    voids = [row for row in heard("request_received") if row["processing"] == "200000"]
    return any(row["mti"] == "0200" for row in voids)


def cut_behind_a_tap(stage: Stage) -> bool:
    """The power goes while the host works on what was tapped."""
    counter = begin(stage)
    stage.misbehave("delay", "0200", by=4.0, times=1)

    def watch() -> None:
        stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 60.0)
        stage.clock.sleep(1.0)
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()

    stage.clock.spawn("cut", watch)
    stage.clock.spawn("sale", lambda: tap(counter))
    stage.clock.sleep(60.0)
    return differ(stage)


def copy_of_a_tap(stage: Stage) -> bool:
    """The customer wants the receipt once more."""
    counter = begin(stage)
    tap(counter)
    counter.firmware.payment.reprint()
    return not stage.of("printed", copy=True)


def spoilt_tap(stage: Stage) -> bool:
    """The approval of what was tapped has a bad MAC."""
    counter = begin(stage)
    stage.misbehave("corrupt", "0200", times=1)
    return tap(counter).outcome == "approved"


def refund_is_shown(stage: Stage) -> bool:
    """What the display says when it is through."""
    counter = begin(stage)
    counter.make("refund", 700)
    stage.clock.sleep(2.0)
    return bool(stage.of("report", on="display", cause="card_declined"))


def refund_after_sign_off(stage: Stage) -> bool:
    """Nobody has signed on since."""
    counter = begin(stage)
    counter.firmware.settlement.sign_off(counter)
    return counter.make("refund", 700).outcome == "approved"


def void_with_refused_keys(stage: Stage) -> bool:
    """Whether a sign-on comes between two voids, of which the first had a bad MAC for the host."""
    heard, counter = listening(stage), begin(stage)
    sold = counter.make("sale", 1000)
    stage.misbehave("answer", "0200", code="A0", times=1)
    signed_on = len([row for row in heard("request_received") if row["mti"] == "0800"])
    counter.make("void", of=sold)
    counter.make("void", of=sold)
    return len([row for row in heard("request_received") if row["mti"] == "0800"]) == signed_on


def deaf_for_half_an_hour(stage: Stage) -> bool:
    """A reversal that nobody hears, until somebody does; before the restart of the day."""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400")
    counter.make("sale", 1000)
    stage.clock.sleep(1400.0)
    stage.control(stage.host, do="behave")
    return differ(stage)


def room_behind_a_cut(stage: Stage) -> bool:
    """There is room for two; the power goes between them, and there is a third."""
    counter = begin(stage)
    counter.firmware.storage.set_parameter("batch_size", 2)
    counter.make("sale", 1000)
    cut(stage)
    stage.ready()
    counter = Counter(stage)
    counter.make("sale", 2000)
    return counter.make("sale", 3000).outcome == "approved"


def void_for_a_host_in_trouble(stage: Stage) -> bool:
    """The issuer cannot be reached."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    stage.misbehave("answer", "0200", code="91", times=1)
    return counter.make("void", of=sold).outcome == "declined"


def nothing_asked_for(stage: Stage) -> bool:
    """Whether anything of it goes to the host."""
    heard, counter = listening(stage), begin(stage)
    for deal in ("preauth", "refund"):
        counter.make(deal, 0)
    return any(row["mti"] in ("0100", "0220") for row in heard("request_received"))


def card_of_before(stage: Stage) -> bool:
    """Somebody's card is in the slot, and nobody takes it out or presents another one."""
    counter = begin(stage, None)
    stage.slot.insert(stage.deck["chip"])
    stage.clock.sleep(10.0)
    return counter.make("sale", 1000).outcome == "approved"


PLAIN: dict[str, Story] = {
    "void_before_reversal": void_while_owing,
    "tap_saved_after_sending": cut_behind_a_tap,
    "tap_never_copied": copy_of_a_tap,
    "tap_mac_unchecked": spoilt_tap,
    "refund_shown_as_declined": refund_is_shown,
    "signed_off_gives_back": refund_after_sign_off,
    "void_refusal_keeps_keys": void_with_refused_keys,
    "debt_dropped_after_minutes": deaf_for_half_an_hour,
    "batch_room_counted_anew": room_behind_a_cut,
    "void_declined_for_retry_later": void_for_a_host_in_trouble,
    "nothing_is_reserved": nothing_asked_for,
    "left_card_charged": card_of_before,
}
