"""What the planted bugs of numbers, days and answers do to the host's books."""

from harness.tests.sim.defects.acts import Story
from harness.tests.sim.defects.acts import begin as register
from harness.tests.sim.defects.money_stories import sent
from harness.tests.sim.terminal.counter import begin, journal, ledger
from harness.tests.sim.terminal.stage import Stage


def shortly_before_midnight(stage: Stage) -> None:
    """The host's clock is moved on, and the terminal takes the time from it."""
    stage.control(stage.host, do="clock", to="23:59:00")
    running = stage.terminal.running
    assert running is not None
    running.comms.broken()  # type: ignore[attr-defined]
    assert stage.ready()


def sales_around_midnight(stage: Stage) -> bool:
    """One sale on each day, in one batch: the numbers rise."""
    counter = begin(stage)
    shortly_before_midnight(stage)
    counter.make("sale", 1000)
    stage.clock.sleep(120.0)
    counter.make("sale", 2000)
    return sent(stage, "0200") != sorted(set(sent(stage, "0200")))


def owed_over_midnight(stage: Stage) -> bool:
    """A reversal that nobody answers before the day has changed."""
    counter = begin(stage)
    shortly_before_midnight(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400")
    counter.make("sale", 1000)
    stage.clock.sleep(120.0)
    stage.control(stage.host, do="behave")
    stage.ready(300.0)
    return "approved" in {status for _, status in ledger(stage).values()}


def settled_by_anothers_answer(stage: Stage) -> bool:
    """The answer to the settlement is for another trace number: it is asked for again."""
    counter = begin(stage)
    counter.make("sale", 1000)
    stage.misbehave("wrong_stan", "0500", times=1)
    counter.firmware.settlement.settle(counter)
    return not stage.until(lambda: len(sent(stage, "0500")) == 2, 120.0)


def reversed_by_anothers_answer(stage: Stage) -> bool:
    """So with a reversal."""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("wrong_stan", "0400", times=1)
    counter.make("sale", 1000)
    return not stage.until(lambda: len(sent(stage, "0400")) == 2, 120.0)


def refund_in_the_books(stage: Stage) -> bool:
    """What the terminal calls a refund the host calls one."""
    begin(stage).make("refund", 700)
    return {kind for kind, _ in ledger(stage).values()} != {"refund"} or not journal(stage)


def answer_lost(stage: Stage) -> bool:
    """A sale without an answer is not asked for again."""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    counter.make("sale", 1000)
    stage.ready(60.0)
    return len(sent(stage, "0200")) != 1


def asked_while_owing(stage: Stage) -> bool:
    """What its log says of debts while it has one."""
    register(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400", times=2)
    before = len(stage.of("state"))
    stage.sell(1000)
    said = [row["pending"] for row in stage.of("state")[before:] if row["state"] != "busy"]
    return not any(said)


BOOKS: dict[str, Story] = {
    "stan_from_time": sales_around_midnight,
    "reversal_dropped_at_midnight": owed_over_midnight,
    "settlement_of_another_believed": settled_by_anothers_answer,
    "reversal_of_another_believed": reversed_by_anothers_answer,
    "refund_sent_as_sale": refund_in_the_books,
    "request_repeated_not_reversed": answer_lost,
    "register_told_ready_while_owing": asked_while_owing,
}
