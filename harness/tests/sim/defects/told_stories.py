"""What the planted bugs of results and records tell, to whom, and what it was really."""

import re

from harness.drivers.zvt import Driver as Zvt
from harness.sim.terminal.outcome import Outcome
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.body_stories import with_pad
from harness.tests.sim.defects.day_stories import settle
from harness.tests.sim.defects.debt_stories import differ
from harness.tests.sim.defects.money_stories import cut
from harness.tests.sim.defects.secret_stories import listening
from harness.tests.sim.terminal.counter import Counter, begin
from harness.tests.sim.terminal.stage import Stage

PRINTS = 0x8A  # config byte of 06 00: the register prints, line by line, and wants status


def told_of_silence(stage: Stage) -> bool:
    """What a register is told of a sale that nobody answered."""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    return counter.make("sale", 1000).outcome == "approved"


def refused_thrice(stage: Stage) -> bool:
    """Three cards without money."""
    counter = begin(stage)
    stage.misbehave("answer", "0200", code="51")
    return "approved" in {counter.make("sale", 1000).outcome for _ in range(3)}


def kept_twice(stage: Stage) -> bool:
    """The host does not take either of two sales back."""
    counter = begin(stage)
    sold = [counter.make("sale", 1000) for _ in range(2)]
    stage.misbehave("answer", "0200", code="22")
    return "approved" in {counter.make("void", of=one).outcome for one in sold}


def back_thrice(stage: Stage) -> bool:
    """Three sales, and all are taken back."""
    counter = begin(stage)
    for sold in [counter.make("sale", 1000 + at) for at in range(3)]:
        counter.make("void", of=sold)
    return differ(stage)


def second_room_released(stage: Stage) -> bool:
    """Two reservations; who leaves is the second."""
    counter = begin(stage)
    rooms = [counter.make("preauth", 5000 + at) for at in range(2)]
    counter.make("preauth_void", of=rooms[1])
    released = [entry.of for entry in stage.host.ledger if entry.kind == "preauth_void"]
    return [key and key.stan for key in released] != [rooms[1].stan]


def tapped_twice(stage: Stage) -> bool:
    """What the two receipts are of."""
    counter, antenna = begin(stage, None), stage.slot.antenna
    for amount in (1000, 2000):
        stage.clock.call_at(stage.clock.now() + 3.0, lambda: antenna.bring(stage.deck["tap"], 1.0))
        counter.make("sale", amount)
        antenna.take("tap")
    return [row["amount"] for row in stage.of("printed")] != [1000, 2000]


def cut_before_it_was_sent(stage: Stage) -> bool:
    """An order is taken, and the power goes; then the register asks for it."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.firmware.last_asked.begin("2", lambda: None)
    cut(stage)
    stage.ready()
    return isinstance(Counter(stage).firmware.last_asked.of("2"), Outcome)


def two_printed(stage: Stage) -> tuple[list[str], list[str]]:
    """Two sales with a register that prints: the codes it is told, and what it prints."""
    stage.power()
    assert stage.ready()
    stage.register = Zvt(stage.register_port, personality="countertop", config=PRINTS)
    stage.register.observe = stage._observe
    stage.register.sign_on()
    codes = [stage.sell(1000).auth, stage.sell(2000).auth]
    return codes, [row["text"] for row in stage.of("printed")]


def printed_codes(stage: Stage) -> bool:
    """Each receipt has its sale's."""
    codes, texts = two_printed(stage)
    return [re.findall(r"AUTH (\d*)", text) for text in texts] != [[code] for code in codes]


def printed_batch(stage: Stage) -> bool:
    """Both receipts have the host's."""
    _, texts = two_printed(stage)
    batches = {int(one) for text in texts for one in re.findall(r"BATCH (\d+)", text)}
    return batches != {entry.key.batch for entry in stage.host.ledger}


def for_another_merchant(stage: Stage) -> bool:
    """The approval is for another one."""
    counter = begin(stage)
    stage.misbehave("wrong_mid", "0200", times=1)
    return counter.make("sale", 1000).outcome == "approved"


def day_closed(stage: Stage) -> bool:
    """What the register is told that it came to."""
    stage.power()
    assert stage.ready()
    stage.register.sign_on()
    stage.sell(1000)
    stage.register.settle()
    return [row["net"] for row in stage.of("totals")] != [1000]


def three_days(stage: Stage) -> bool:
    """The numbers of three batches."""
    counter, numbers = begin(stage), list[int]()
    for _ in range(3):
        numbers.append(counter.firmware.storage.batch)
        counter.make("sale", 1000)
        settle(counter)
    return len(set(numbers)) < len(numbers)


def sequence_of_a_debt(stage: Stage) -> bool:
    """A chip's sale is reversed."""
    heard, counter = listening(stage), begin(stage)
    stage.misbehave("drop", "0200", times=1)
    counter.make("sale", 1000)
    stage.ready(300.0)
    rows = [row for row in heard("request_received") if row["mti"] in ("0200", "0400")]
    return len({row["sequence"] for row in rows}) > 1


def refund_uploaded(stage: Stage) -> bool:
    """What its item says that it was."""
    heard, counter = listening(stage), begin(stage)
    counter.make("refund", 1000)
    stage.misbehave("other_totals", "0500", times=1)
    settle(counter)
    items = [row for row in heard("request_received") if row["mti"] == "0320" and row["amount"]]
    return [row["processing"] for row in items] != ["200000"]


def closed_after_midnight(stage: Stage) -> bool:
    """A refund of one day, a sale of the next: does the batch balance?"""
    counter = begin(stage)
    stage.control(stage.host, do="clock", to="23:58:00")
    counter.firmware.settlement.sign_on(counter)
    stage.ready()
    counter.make("refund", 300)
    stage.clock.sleep(180.0)
    counter.make("sale", 1000)
    return settle(counter).cause == "unbalanced"


def closed_with_a_refund(stage: Stage) -> bool:
    """Does it balance?"""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("refund", 300)
    return settle(counter).cause == "unbalanced"


def swiped_too_early(stage: Stage) -> bool:
    """One card is drawn at rest, another one pays."""
    counter = begin(stage)
    stage.slot.swipe(stage.deck["plain_stripe"])
    stage.clock.sleep(5.0)
    counter.make("sale", 1000)
    return [row["entry"] for row in stage.of("card_read")] != ["chip"]


def signatures_taken(stage: Stage) -> list[tuple[int, int]]:
    """Two sales of a day whose signatures the host refuses, one of the next: what it has then."""
    with_pad(stage)
    heard = listening(stage)
    stage.sell(1000)
    stage.sell(2000)
    stage.misbehave("answer", "0820", code="96")
    stage.register.settle()
    stage.control(stage.host, do="behave")
    stage.ready(60.0)
    stage.sell(3000)
    stage.register.settle()
    return [(row["batch"], row["stan"]) for row in heard("signature_received")]


def signed_yesterday(stage: Stage) -> bool:
    """Whether all are there, each under the batch of its sale."""
    came = signatures_taken(stage)
    return came != [(entry.key.batch, entry.key.stan) for entry in stage.host.ledger]


TOLD: dict[str, Story] = {
    "silence_told_as_ok": told_of_silence,
    "third_refusal_told_as_ok": refused_thrice,
    "second_void_refusal_told_as_done": kept_twice,
    "third_void_not_sent": back_thrice,
    "release_takes_the_oldest": second_room_released,
    "taps_put_together": tapped_twice,
    "order_taken_for_the_last": cut_before_it_was_sent,
    "receipt_code_of_last": printed_codes,
    "receipt_batch_of_before": printed_batch,
    "answer_to_other_merchant_taken": for_another_merchant,
    "day_told_empty": day_closed,
    "batch_one_after_two": three_days,
    "reversal_without_sequence": sequence_of_a_debt,
    "upload_refunds_as_sales": refund_uploaded,
    "credits_of_yesterday_forgotten": closed_after_midnight,
    "refunds_off_the_debits": closed_with_a_refund,
    "early_swipe_charged": swiped_too_early,
    "signature_under_open_batch": signed_yesterday,
    "one_signature_kept": signed_yesterday,
}
