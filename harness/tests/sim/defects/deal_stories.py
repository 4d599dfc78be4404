"""What the planted bugs of refusals, reservations and second thoughts do to the books."""

from datetime import timedelta

from harness.sim.terminal.outcome import Outcome
from harness.sim.terminal.records import Pending
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.acts import begin as plain_begin
from harness.tests.sim.defects.debt_stories import differ, owing, present
from harness.tests.sim.defects.key_stories import press
from harness.tests.sim.defects.money_stories import sent
from harness.tests.sim.terminal.counter import begin, ledger
from harness.tests.sim.terminal.stage import Stage
from harness.wire.iso8583 import Message


def approved_by(code: str) -> Story:
    """The host approves by another code than 00."""

    def story(stage: Stage) -> bool:
        counter = begin(stage)
        stage.misbehave("answer", "0200", times=1, code=code)
        return counter.make("sale", 1000).outcome != "approved" or differ(stage)

    return story


def void_refused(stage: Stage) -> bool:
    """The host does not find what is to be taken back."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    stage.misbehave("answer", "0200", times=1, code="25")
    return counter.make("void", of=sold).outcome == "approved"


def reversal_refused(stage: Stage) -> bool:
    """The host refuses a reversal twice, by a code that ends none."""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("answer", "0400", times=2, code="05")
    counter.make("sale", 1000)
    stage.clock.sleep(90.0)
    return differ(stage)


def owing_over_three_cuts(stage: Stage) -> bool:
    """Nobody listens to a reversal before the terminal has started three times more."""
    owing(stage)
    for _ in range(3):
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        stage.clock.sleep(30.0)
    stage.control(stage.host, do="behave")
    return differ(stage)


def refund_refused(stage: Stage) -> bool:
    """The host refuses a refund for good."""
    counter = begin(stage)
    stage.misbehave("answer", "0220", code="51")
    return counter.make("refund", 700).outcome == "approved"


def settled_while_refund_waits(stage: Stage) -> bool:
    """The day is to be ended before the host has heard of a refund."""
    counter = begin(stage)
    stage.misbehave("ignore", "0220")
    counter.make("refund", 700)
    counter.firmware.settlement.settle(counter)
    stage.control(stage.host, do="behave")
    stage.until(lambda: bool(ledger(stage)), 120.0)
    return not ledger(stage)


def uploaded_with_reservation(stage: Stage) -> bool:
    """The host finds other totals while an amount is reserved."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("preauth", 5000)
    stage.misbehave("other_totals", "0500", times=1)
    counter.firmware.settlement.settle(counter)
    return any(entry.uploaded and entry.kind == "preauth" for entry in stage.host.ledger)


def settled_at_second_host(stage: Stage) -> bool:
    """One sale is made at each host; do the totals balance?"""
    counter = begin(stage)
    counter.make("sale", 1000)
    stage.host.fronts["first"].set_door("closed")
    stage.clock.sleep(60.0)
    counter.make("sale", 2000)
    settled: Outcome = counter.firmware.settlement.settle(counter)
    return settled.cause == "unbalanced"


def digit_taken_back(stage: Stage) -> bool:
    """An operator keys in 10.49, takes the 9 back and makes it a 2."""
    begin(stage)
    press(stage, "1049 clear 2 ok")
    stage.terminal.body.show("good")
    stage.clock.sleep(10.0)
    return [entry.amount for entry in stage.host.ledger] != [1042]


def wrong_check_value(stage: Stage) -> bool:
    """The keys of a sign-on do not fit their check values: is anything sold with them?"""
    counter = begin(stage)
    stage.misbehave("corrupt", "0800", times=1)
    before = len(sent(stage, "0200"))
    counter.firmware.comms.broken()
    stage.until(lambda: stage.of("request_sent")[-1]["mti"] == "0800", 60.0)
    stage.clock.sleep(0.5)
    counter.make("sale", 1000)
    signed = [row["mti"] for row in stage.of("request_sent")].count("0800")
    return len(sent(stage, "0200")) > before and signed < 3


def booking_undone(stage: Stage) -> bool:
    """What was reserved is booked in part, and nobody hears of it."""
    counter = begin(stage)
    held = counter.make("preauth", 5000)
    stage.misbehave("drop", "0200", times=1)
    counter.make("completion", 4500, of=held)
    stage.ready(200.0)
    return "approved" in {status for deal, status in ledger(stage).values() if deal != "preauth"}


def booking_taken_back(stage: Stage) -> bool:
    """What was reserved is booked and taken back; do the totals balance?"""
    counter = begin(stage)
    held = counter.make("preauth", 5000)
    booked = counter.make("completion", 4500, of=held)
    counter.make("void", of=booked)
    return counter.firmware.settlement.settle(counter).cause == "unbalanced"


def second_card(stage: Stage) -> bool:
    """One card, then another; whose number and code is the register told?"""
    plain_begin(stage)
    results = [stage.sell(1000, card) for card in ("chip", "second")]
    cards = [entry.pan[-4:] for entry in stage.host.ledger]
    codes = [result.auth for result in results]
    return [result.pan[-4:] for result in results] != cards or codes[0] == codes[1]


def end_of_day(stage: Stage) -> bool:
    """Nothing is wrong; what is the register told?"""
    counter = begin(stage)
    counter.make("sale", 1000)
    told = counter.firmware.settlement.settle(counter).outcome
    return told != "approved" and bool(stage.host.ledger.settled)


def told_as_read(card: str, mode: str) -> Story:
    """A card is presented in this way; what does the host hear of it?"""

    def story(stage: Stage) -> bool:
        counter = begin(stage, None)
        stage.clock.spawn("cardholder", lambda: present(stage, card))
        modes: list[str] = []
        asked = counter.firmware.acquiring.request

        def request(sale: Pending, track_2: str = "") -> Message:
            modes.append(sale.mode)
            return asked(sale, track_2)

        counter.firmware.acquiring.request = request  # type: ignore[method-assign]
        counter.make("sale", 1000)
        return modes[:1] != [mode]

    return story


def clock_half_an_hour_off(stage: Stage) -> bool:
    """The clock jumps by half an hour; is it put right?"""
    begin(stage)
    rtc = stage.terminal.rtc
    rtc.set(rtc.now() + timedelta(minutes=30))
    right = rtc.now() - timedelta(minutes=29)
    stage.clock.sleep(60.0)
    return rtc.now() > right + timedelta(minutes=2)


def copy_after(refused: str) -> Story:
    """A sale is taken back, or another one declined; of what is the copy?"""

    def story(stage: Stage) -> bool:
        counter = begin(stage)
        sold = counter.make("sale", 1000)
        if refused:
            stage.misbehave("answer", "0200", times=1, code=refused)
            last = counter.make("sale", 2000)
            counter.firmware.payment.reprint()
            return last.stan in {row["stan"] for row in stage.of("printed")}
        counter.make("void", of=sold)
        counter.firmware.payment.reprint()
        return bool(stage.of("printed", copy=True, stan=sold.stan))

    return story


def owed_over_settlement(stage: Stage) -> bool:
    """No paper for a sale's receipt, the end of the day, then paper."""
    counter = begin(stage)
    stage.terminal.body.put("paper", "out")
    counter.make("sale", 1000)
    counter.firmware.settlement.settle(counter)
    stage.terminal.body.put("paper", "in")
    stage.clock.sleep(30.0)
    return not stage.of("printed", amount=1000)


def void_asked_for_afterwards(stage: Stage) -> bool:
    """A register that did not hear the end of a void asks what became of its last transaction."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    taken = counter.make("void", of=sold)
    last = counter.firmware.settlement.last_outcome()
    return last is None or last.stan != taken.stan


DEALS: dict[str, Story] = {
    "half_an_hour_is_no_error": clock_half_an_hour_off,
    "copy_of_what_was_voided": copy_after(""),
    "copy_of_what_was_declined": copy_after("51"),
    "owed_receipt_lost_by_settlement": owed_over_settlement,
    "last_result_knows_sales_only": void_asked_for_afterwards,
    "settled_told_as_failed": end_of_day,
    "tap_told_as_inserted": told_as_read("tap", "071"),
    "fallback_told_as_chip": told_as_read("plain_stripe", "022"),
    "register_told_card_before": second_card,
    "register_told_code_before": second_card,
    "approval_by_00_alone": approved_by("11"),
    "refused_void_told_as_done": void_refused,
    "refusal_ends_reversal": reversal_refused,
    "debt_dropped_at_third_start": owing_over_three_cuts,
    "refused_refund_stands": refund_refused,
    "refund_dropped_by_settlement": settled_while_refund_waits,
    "reservations_uploaded": uploaded_with_reservation,
    "totals_forget_second_host": settled_at_second_host,
    "clear_shown_not_done": digit_taken_back,
    "check_values_ignored": wrong_check_value,
    "completion_void_as_debit": booking_taken_back,
    "completion_reversed_in_full": booking_undone,
}
