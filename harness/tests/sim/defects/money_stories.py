"""What the planted bugs of transactions, batches and operators do to money."""

import json

from harness.ports.memory import pair
from harness.sim.terminal.outcome import Outcome
from harness.tests.sim.defects.acts import Story
from harness.tests.sim.terminal.counter import begin, forget_everything, journal, ledger
from harness.tests.sim.terminal.stage import Stage


def sent(stage: Stage, *mti: str) -> list[int]:
    """Trace numbers of what the terminal has sent of these types."""
    return [row["stan"] for row in stage.of("request_sent") if row["mti"] in mti]


def cut(stage: Stage) -> None:
    """The supply goes for two seconds."""
    stage.power(0.0)
    stage.clock.sleep(2.0)
    stage.power()
    stage.ready(120.0)


def voided_twice(stage: Stage) -> bool:
    """A sale is taken back, and again."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    counter.make("void", of=sold)
    counter.make("void", of=sold)
    return len(sent(stage, "0200")) != 2


def refund_unanswered(stage: Stage) -> bool:
    """The host answers a refund at the third asking."""
    counter = begin(stage)
    stage.misbehave("drop", "0220", times=2)
    counter.make("refund", 700)
    stage.ready(180.0)
    return ledger(stage) != journal(stage) or len(set(sent(stage, "0220"))) != 1


def refund_waits_over_a_cut(stage: Stage) -> bool:
    """Nobody listens to a refund until after a power cut."""
    counter = begin(stage)
    stage.misbehave("ignore", "0220")
    counter.make("refund", 700)
    stage.power(0.0)
    stage.control(stage.host, do="behave")
    cut(stage)
    return ledger(stage) != journal(stage)


def unbalanced(stage: Stage) -> bool:
    """The host finds other totals: the items come, and the end says why."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("refund", 300)
    told = violations(stage)
    stage.misbehave("other_totals", "0500", times=1)
    counter.firmware.settlement.settle(counter)
    stage.clock.sleep(1.0)
    return bool(told) or not all(entry.uploaded for entry in stage.host.ledger)


def violations(stage: Stage) -> list[str]:
    """The rules that the host sees broken from now on, by its own control connection."""
    told: list[str] = []
    ours, theirs = pair(stage.clock, "control")
    stage.host.outlets["control"](theirs)

    def listen() -> None:
        while (chunk := ours.read()) is not None:
            rows = [json.loads(line) for line in chunk.data.splitlines()]
            told.extend(row["rule"] for row in rows if row.get("event") == "violation")

    stage.clock.spawn("violations", listen)
    return told


def upload_cut(stage: Stage) -> bool:
    """The supply goes in the upload; the batch is closed all the same, with its items."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.make("sale", 2000)
    stage.misbehave("other_totals", "0500", times=1)
    stage.terminal.spawn("register", lambda: counter.firmware.settlement.settle(counter))
    stage.until(lambda: bool(sent(stage, "0320")), 60.0)
    cut(stage)
    stage.until(lambda: bool(stage.host.ledger.settled), 60.0)
    return not all(entry.uploaded for entry in stage.host.ledger)


def settlement_lost(stage: Stage) -> bool:
    """The host has closed the batch and its answer is lost: it is settled before the next sale."""
    counter = begin(stage)
    counter.make("sale", 1000)
    stage.misbehave("drop", "0500", times=1)
    counter.firmware.settlement.settle(counter)
    return counter.make("sale", 2000).outcome != "approved"


def sells_in_two_batches(stage: Stage) -> bool:
    """No trace number comes twice on one day."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.firmware.settlement.settle(counter)
    stage.ready(60.0)
    counter.make("sale", 1000)
    stans = [entry.key.stan for entry in stage.host.ledger]
    return len(stans) != len(set(stans))


def spare_in_the_second_batch(stage: Stage) -> bool:
    """A unit with an empty memory goes on with numbers that nobody has used, and says so."""
    counter = begin(stage)
    counter.make("sale", 1000)
    counter.firmware.settlement.settle(counter)
    stage.ready(60.0)
    counter.make("sale", 1000)
    forget_everything(stage)
    stage.ready(120.0)
    counter.make("sale", 2000)
    stans = [entry.key.stan for entry in stage.host.ledger]
    return stans != sorted(set(stans)) or not stage.of("detected", cause="batch_conflict")


def sign_off_with_a_batch(stage: Stage) -> bool:
    """The batch is open."""
    counter = begin(stage)
    counter.make("sale", 1000)
    return counter.firmware.settlement.sign_off(counter).outcome == "approved"


def sale_after_sign_off(stage: Stage) -> bool:
    """Nobody has signed on since."""
    counter = begin(stage)
    counter.firmware.settlement.sign_off(counter)
    return counter.make("sale", 1000).outcome == "approved"


def settles(*deals: str) -> Story:
    """These, then the end of day: whether the host finds other totals."""

    def story(stage: Stage) -> bool:
        counter = begin(stage)
        made: list[Outcome] = []
        for deal in deals:
            made.append(counter.make(deal, 0 if deal == "void" else 1000, of=first(made)))
        return counter.firmware.settlement.settle(counter).cause == "unbalanced"

    return story


def first(made: list[Outcome]) -> Outcome | None:
    """What a void refers to."""
    return made[0] if made else None


def sale_of_nothing(stage: Stage) -> bool:
    """An amount of 0."""
    begin(stage).make("sale", 0)
    return bool(sent(stage, "0200"))


def balance_unanswered(stage: Stage) -> bool:
    """Nothing is reversed."""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    counter.make("balance")
    stage.ready(120.0)
    return bool(sent(stage, "0400"))


def answered(code: str, wanted: str) -> Story:
    """A sale is refused with this code: whether anything else than the cause is told."""

    def story(stage: Stage) -> bool:
        counter = begin(stage)
        stage.misbehave("answer", "0200", times=1, code=code)
        refused = counter.make("sale", 1000)
        stage.ready(60.0)
        return refused.cause != wanted or bool(sent(stage, "0400"))

    return story


def one_too_many(stage: Stage) -> bool:
    """Room for two, and three sales."""
    counter = begin(stage)
    counter.firmware.storage.set_parameter("batch_size", 2)
    return [counter.make("sale", 1000).outcome for _ in range(3)][2] == "approved"


def undone_in_the_totals(stage: Stage) -> bool:
    """One sale stands and one is undone; what the day adds up to."""
    counter = begin(stage)
    counter.make("sale", 1000)
    stage.misbehave("drop", "0200", times=1)
    counter.make("sale", 2000)
    stage.until(lambda: bool(stage.of("reversal_done")), 120.0)
    return bool(counter.firmware.settlement.totals().debit != 1000)


def locked_then_cut(stage: Stage) -> bool:
    """O-1: three wrong passwords, a cut, and the right one."""
    counter = begin(stage)
    for wrong in ("1111", "2222", "3333"):
        counter.firmware.cashiers.admit(wrong)
    cut(stage)
    return bool(counter.firmware.cashiers.admit("0000"))


MONEY: dict[str, Story] = {
    "lock_lifted_by_cut": locked_then_cut,
    "totals_count_undone": undone_in_the_totals,
    "void_twice": voided_twice,
    "refund_sent_twice": refund_unanswered,
    "advice_lost_by_cut": refund_waits_over_a_cut,
    "upload_ends_swapped": unbalanced,
    "upload_left_out": unbalanced,
    "upload_begun_anew": upload_cut,
    "sells_while_settling": settlement_lost,
    "stan_reset_by_new_batch": sells_in_two_batches,
    "spare_counts_from_one": spare_in_the_second_batch,
    "signs_off_with_debts": sign_off_with_a_batch,
    "signed_off_sells": sale_after_sign_off,
    "totals_forget_voids": settles("sale", "void"),
    "preauth_counted_as_sale": settles("preauth"),
    "zero_amount_sold": sale_of_nothing,
    "reversal_for_balance": balance_unanswered,
    "disabled_unreported": answered("97", "terminal_disabled"),
    "decline_for_retry_later": answered("91", "host_error"),
    "duplicate_reversed": answered("94", "batch_conflict"),
    "journal_overwritten_when_full": one_too_many,
}
