"""What the planted bugs of tills do to amounts, originals and debts."""

from harness.model.register import Wish
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.acts import begin as begin_at_register
from harness.tests.sim.defects.debt_stories import differ
from harness.tests.sim.defects.key_stories import press
from harness.tests.sim.defects.secret_stories import listening
from harness.tests.sim.terminal.counter import Counter, begin, journal, ledger
from harness.tests.sim.terminal.stage import Stage


def two_amounts(stage: Stage) -> bool:
    """What the display says while a card is awaited for the second one."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("sale", 2000)
    shown = [str(row["text"]) for row in stage.of("prompt", asks="insert")]
    return "20.00" not in shown[-1]


def asked_afterwards(stage: Stage) -> bool:
    """What became of a sale."""
    counter = begin(stage)
    counter.make("sale", 1000)
    said = counter.firmware.settlement.last_outcome()
    return said is None or said.amount != 1000


def two_alike(stage: Stage) -> bool:
    """Two sales of one amount; the first is taken back."""
    counter = begin(stage)
    first = counter.make("sale", 1000)
    counter.make("sale", 1000)
    counter.make("void", of=first)
    rows = map(stage.host.ledger.told, stage.host.ledger)
    return [row["stan"] for row in rows if row["voided"]] != [first.stan]


def two_cards(stage: Stage) -> bool:
    """A reservation is booked when somebody else has paid."""
    counter = begin(stage)
    room = counter.make("preauth", 5000)
    counter.card = "second"
    counter.make("sale", 1000)
    counter.make("completion", 4000, of=room)
    cards = {entry.kind: entry.pan for entry in stage.host.ledger}
    return cards.get("completion") != cards["preauth"]


def void_spoilt(stage: Stage) -> bool:
    """The answer to a void has a wrong MAC."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    stage.misbehave("corrupt", "0200", times=1)
    return counter.make("void", of=sold).outcome == "approved"


def release_lost(stage: Stage) -> bool:
    """A release gets no answer."""
    counter = begin(stage)
    room = counter.make("preauth", 5000)
    stage.misbehave("drop", "0100", times=1)
    counter.make("preauth_void", of=room)
    return differ(stage)


def refund_over_two_cuts(stage: Stage) -> bool:
    """The host does not listen to it before the second one is over."""
    counter = begin(stage)
    stage.misbehave("ignore", "0220")
    counter.make("refund", 700)
    for _ in range(2):
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        stage.clock.sleep(30.0)
    stage.control(stage.host, do="behave")
    stage.ready(120.0)
    return "refund" not in {kind for kind, _ in ledger(stage).values()}


def reversal_refused_for_its_keys(stage: Stage) -> bool:
    """A0 to a reversal: is there a sign-on before it goes out again?"""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("answer", "0400", times=1, code="A0")
    counter.make("sale", 1000)
    stage.ready(200.0)
    sent = [row["mti"] for row in stage.of("request_sent") if row["mti"] in ("0400", "0800")]
    return "0800" not in sent[sent.index("0400") :]


def copied_twice(stage: Stage) -> bool:
    """Each of them says that it is a copy."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.firmware.payment.reprint()
    counter.firmware.payment.reprint()
    return [row["copy"] for row in stage.of("printed")] != [False, True, True]


def pulled_after_reservation(stage: Stage) -> bool:
    """The card goes while the host thinks."""
    counter = begin(stage)
    stage.clock.spawn("hasty", lambda: pull(stage))
    counter.make("preauth", 5000)
    return differ(stage)


def pull(stage: Stage) -> None:
    """As soon as the request is on its way."""
    stage.until(lambda: bool(stage.of("request_sent", mti="0100")), 60.0)
    stage.slot.remove()


def void_unheard(stage: Stage) -> bool:
    """The register does not acknowledge it."""
    begin_at_register(stage)
    sold = stage.sell(1000)
    stage.register_port.deaf_to = bytes.fromhex("040F")
    stage.register.transact(Wish("void", None, sold.receipt, sold.stan, sold.auth))
    stage.clock.sleep(60.0)
    return ("void", "approved") in ledger(stage).values()


def two_chips(stage: Stage) -> bool:
    """Two sales of two amounts: what does the host find in field 55?"""
    heard, counter = listening(stage), begin(stage)
    counter.make("sale", 1000)
    counter.make("sale", 2000)
    return any(row.get("unlike") for row in heard("request_received"))


def paid_by_code(stage: Stage) -> bool:
    """A code is held there: how was it entered?"""
    heard, counter = listening(stage), begin(stage, None)
    stage.clock.spawn("phone", lambda: hold(stage))
    counter.make("sale", 1000)
    sales = [row for row in heard("request_received") if row["mti"] == "0200"]
    return [row["mode"] for row in sales] != ["030"]


def hold(stage: Stage) -> None:
    """When it is asked for."""
    stage.clock.sleep(2.0)
    stage.terminal.body.show("good")


def refund_behind_a_sale(stage: Stage) -> bool:
    """The sale is taken back by its number afterwards."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    return counter.make("refund", 300).receipt == sold.receipt


def refused_in_the_end(stage: Stage) -> bool:
    """A refund is not answered, and refused when it is told again."""
    counter = begin(stage)
    stage.misbehave("ignore", "0220", times=1)
    stage.misbehave("answer", "0220", times=1, code="57")
    counter.make("refund", 700)
    stage.ready(120.0)
    return ("refund", "approved") in journal(stage).values()


def given_up_late(stage: Stage) -> bool:
    """The cashier gives a sale up while the host is asked, and makes the next one."""
    counter = begin(stage)
    stage.clock.spawn("cashier", lambda: give_up(stage, counter))
    counter.make("sale", 1000)
    counter.cancelled = False
    stage.ready(120.0)
    return counter.make("sale", 2000).outcome != "approved"


def give_up(stage: Stage, counter: Counter) -> None:
    """As soon as the request is on its way."""
    stage.until(lambda: bool(stage.of("request_sent", mti="0200")), 60.0)
    counter.cancelled = True


def two_debts(stage: Stage) -> bool:
    """Two sales on one day, neither answered, and nobody listens to their reversals for long."""
    counter = begin(stage)
    for amount in (1000, 2000):
        stage.misbehave("drop", "0200", times=1)
        stage.misbehave("ignore", "0400")
        counter.make("sale", amount)
        stage.clock.sleep(180.0)
        stage.control(stage.host, do="behave")
        stage.ready(120.0)
    return differ(stage)


def refund_over_midnight(stage: Stage) -> bool:
    """The host does not listen to it before."""
    stage.control(stage.host, do="clock", to="23:58:00")
    counter = begin(stage)
    stage.misbehave("ignore", "0220")
    counter.make("refund", 700)
    stage.clock.sleep(300.0)
    stage.control(stage.host, do="behave")
    stage.ready(120.0)
    return "refund" not in {kind for kind, _ in ledger(stage).values()}


def reservation_undone(stage: Stage) -> bool:
    """A reservation gets no answer; under which condition is it reversed?"""
    heard, counter = listening(stage), begin(stage)
    stage.misbehave("drop", "0100", times=1)
    counter.make("preauth", 5000)
    stage.ready(200.0)
    rows = [row for row in heard("request_received") if row["mti"] in ("0100", "0400")]
    return len({row["condition"] for row in rows}) != 1


def records_shown(stage: Stage) -> bool:
    """Two sales, and the operator looks through the day's records."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("sale", 2000)
    press(stage, "menu 5")
    press(stage, "ok")
    return not any("20.00 APPROVED" in str(row["text"]) for row in stage.of("display"))


TILL: dict[str, Story] = {
    "reservation_reversed_as_sale": reservation_undone,
    "records_a_row_behind": records_shown,
    "prompt_amount_before": two_amounts,
    "chip_asked_about_amount_before": two_chips,
    "refund_shares_receipt_number": refund_behind_a_sale,
    "late_refusal_unnoticed": refused_in_the_end,
    "abort_outlives_its_sale": given_up_late,
    "second_debt_dropped": two_debts,
    "advice_of_yesterday_dropped": refund_over_midnight,
    "code_told_as_chip": paid_by_code,
    "resync_drops_a_digit": asked_afterwards,
    "void_names_last_rrn": two_alike,
    "void_by_amount": two_alike,
    "booked_on_last_card": two_cards,
    "void_mac_unchecked": void_spoilt,
    "release_not_reversed": release_lost,
    "advice_dropped_at_second_start": refund_over_two_cuts,
    "debt_keeps_refused_keys": reversal_refused_for_its_keys,
    "second_copy_unmarked": copied_twice,
    "reservation_kept_without_card": pulled_after_reservation,
    "unheard_void_stands": void_unheard,
}
