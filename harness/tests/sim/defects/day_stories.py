"""What the planted bugs of days do to their totals, and to what outlives them."""

from harness.sim.terminal.outcome import Outcome
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.debt_stories import present
from harness.tests.sim.defects.money_stories import cut
from harness.tests.sim.defects.secret_stories import listening
from harness.tests.sim.terminal.counter import Counter, begin
from harness.tests.sim.terminal.stage import Stage


def booked_next_day(stage: Stage) -> bool:
    """A reservation is booked when its day is closed."""
    counter = begin(stage)
    room = counter.make("preauth", 5000)
    settle(counter)
    return counter.make("completion", 4000, of=room).outcome != "approved"


def settle(counter: Counter) -> Outcome:
    """The end of day, and ready for the next."""
    closed = counter.firmware.settlement.settle(counter)
    counter.stage.ready(120.0)
    return closed


def nine_swipes(stage: Stage) -> bool:
    """Nine cards are swiped, and the host finds other totals."""
    counter = begin(stage, None)
    for _ in range(9):
        stage.clock.spawn("cardholder", lambda: present(stage, "plain_stripe"))
        counter.make("sale", 1000)
    stage.misbehave("other_totals", "0500", times=1)
    settle(counter)
    return not all(entry.uploaded for entry in stage.host.ledger)


def two_days(stage: Stage) -> bool:
    """Money is given back on the first one."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("refund", 300)
    settle(counter)
    counter.make("sale", 2000)
    return settle(counter).cause == "unbalanced"


def day_with_a_cut(stage: Stage) -> bool:
    """A sale is taken back before it."""
    counter = begin(stage)
    counter.make("void", of=counter.make("sale", 1000))
    cut(stage)
    return settle(counter).cause == "unbalanced"


def closed_in_yuan(stage: Stage) -> bool:
    """What the host hears of the currency at the end of day."""
    heard, counter = listening(stage), begin(stage)
    counter.make("sale", 1000)
    settle(counter)
    return any(row["currency"] != "156" for row in heard("request_received") if row["currency"])


def day_unheard(stage: Stage) -> bool:
    """The host does not answer the end of day; what is the register told?"""
    counter = begin(stage)
    counter.make("sale", 1000)
    stage.misbehave("ignore", "0500", times=1)
    told = counter.firmware.settlement.settle(counter).outcome
    return told == "approved" and not stage.host.ledger.settled


def void_next_day(stage: Stage) -> bool:
    """Midnight comes between a sale and its void."""
    stage.control(stage.host, do="clock", to="23:59:00")
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    stage.clock.sleep(120.0)
    return counter.make("void", of=sold).outcome != "approved"


DAYS: dict[str, Story] = {
    "day_closed_in_dollars": closed_in_yuan,
    "open_day_told_as_closed": day_unheard,
    "reservation_lost_by_settlement": booked_next_day,
    "ninth_swipe_not_uploaded": nine_swipes,
    "credits_carried_over": two_days,
    "voids_are_sales_after_start": day_with_a_cut,
    "void_refused_after_midnight": void_next_day,
}
