"""What the planted bugs of tills do to whom is charged, with what, and how it is added up."""

from harness.sim.terminal.outcome import Outcome
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.day_stories import settle
from harness.tests.sim.defects.debt_stories import differ
from harness.tests.sim.defects.money_stories import cut
from harness.tests.sim.defects.secret_stories import listening
from harness.tests.sim.terminal.counter import Counter, begin, journal, ledger
from harness.tests.sim.terminal.stage import Stage

MORE = 123456789  # minor units: nine digits


def twice_alike(stage: Stage) -> bool:
    """The same is bought once more with the same card."""
    counter = begin(stage)
    told = [counter.make("sale", 1000).outcome for _ in range(2)]
    return told.count("approved") != len(ledger(stage))


def back_to_the_first(stage: Stage) -> bool:
    """One cardholder gets money back after another one has paid."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.card = "second"
    counter.make("sale", 2000)
    counter.card = "chip"
    counter.make("refund", 300)
    first, _, back = (entry.pan for entry in stage.host.ledger)
    return first != back


def inquired(stage: Stage) -> bool:
    """What the journal has of a balance."""
    counter = begin(stage)
    counter.make("balance")
    return bool(journal(stage))


def nine_digits(stage: Stage) -> bool:
    """What the host is asked for."""
    begin(stage).make("sale", MORE)
    return [entry.amount for entry in stage.host.ledger] != [MORE]


def chip_says_no(stage: Stage) -> bool:
    """After the host's approval."""
    counter = begin(stage, "declines")
    told = counter.make("sale", 1000).outcome
    stage.clock.sleep(30.0)
    return told == "approved" or differ(stage)


def cut_while_undone(stage: Stage) -> bool:
    """An approval that the register did not take, and a cut before it is undone."""
    counter = begin(stage)
    counter.acknowledges = False
    counter.make("sale", 1000)
    cut(stage)
    return ("sale", "approved") in journal(stage).values()


def refused_twice(stage: Stage) -> bool:
    """The end of day, for want of a network behind the host."""
    counter = begin(stage)
    counter.make("sale", 1000)
    stage.misbehave("answer", "0500", code="96")
    return any(settle(counter).outcome == "approved" for _ in range(3))


def asked_next_day(stage: Stage) -> bool:
    """What the totals are when a day is over."""
    counter = begin(stage)
    counter.make("sale", 1000)
    settle(counter)
    counter.make("sale", 2000)
    return counter.firmware.settlement.totals().debit != 2000


def taken_back_after_a_copy(stage: Stage) -> bool:
    """By the number of its receipt alone."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.firmware.payment.reprint()
    sold = counter.make("sale", 1000)
    back = counter.make("void", of=Outcome("approved", 0, receipt=sold.receipt))
    return back.outcome != "approved"


def paid_by_code(counter: Counter, amount: int) -> None:
    """A code is held before the scanner, and taken away."""
    stage, counter.card = counter.stage, None
    stage.clock.call_at(stage.clock.now() + 3.0, lambda: stage.terminal.body.show("good"))
    counter.make("sale", amount)
    stage.terminal.body.show("none")


def two_codes(stage: Stage) -> bool:
    """Of two amounts; the host hears of both, and so does the end of day."""
    counter = begin(stage)
    paid_by_code(counter, 1000)
    paid_by_code(counter, 2000)
    booked = [entry.amount for entry in stage.host.ledger]
    return booked != [1000, 2000] or settle(counter).cause == "unbalanced"


def uploaded(stage: Stage) -> bool:
    """Two chips, and the host finds other totals: what their items prove."""
    heard, counter = listening(stage), begin(stage)
    counter.make("sale", 1000)
    counter.make("sale", 2000)
    stage.misbehave("other_totals", "0500", times=1)
    settle(counter)
    items = [row for row in heard("request_received") if row["mti"] == "0320"]
    proofs = [row["cryptogram"] for row in items if row.get("cryptogram")]
    return len(set(proofs)) < len(proofs)


def updated(stage: Stage) -> bool:
    """A sale was taken back before a version with another journal came."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    counter.make("void", of=sold)
    stage.offer("new_journal")
    counter.firmware.upkeep.look_now()
    assert stage.until(lambda: bool(stage.of("update", phase="done")), 900.0)
    stage.ready(300.0)
    stage.clock.sleep(30.0)
    again = Counter(stage).make("void", of=sold)
    return bool(again.response or again.outcome == "approved")  # the host was asked


def declined(stage: Stage) -> bool:
    """What the last sale came to, asked after a cut."""
    counter = begin(stage)
    stage.misbehave("answer", "0200", times=1, code="51")
    counter.make("sale", 1000)
    cut(stage)
    last = counter.firmware.settlement.last_outcome()
    return last is None or last.outcome != "declined"


def booked_for_more(stage: Stage) -> bool:
    """Half as much again as was reserved."""
    counter = begin(stage)
    room = counter.make("preauth", 5000)
    counter.make("completion", 7500, of=room)
    return [entry.amount for entry in stage.host.ledger] == [5000, 5000]


CHARGES: dict[str, Story] = {
    "second_alike_not_sold": twice_alike,
    "refund_to_last_card": back_to_the_first,
    "balance_booked_as_sale": inquired,
    "amount_of_eight_digits": nine_digits,
    "chip_refusal_ignored": chip_says_no,
    "chip_refusal_unreversed": chip_says_no,
    "start_books_what_was_approved": cut_while_undone,
    "batch_closed_by_second_refusal": refused_twice,
    "totals_told_of_every_day": asked_next_day,
    "receipt_number_ahead_after_copy": taken_back_after_a_copy,
    "totals_forget_codes": two_codes,
    "code_pays_amount_before": two_codes,
    "upload_cryptogram_of_last": uploaded,
    "update_forgets_voids": updated,
    "decline_forgotten_by_cut": declined,
    "booking_cut_in_silence": booked_for_more,
}
