"""What the planted bugs of debts (reversals, advices, batches not closed yet) do to the books."""

from harness.tests.sim.defects.acts import Story, cut_at
from harness.tests.sim.defects.money_stories import cut, sent
from harness.tests.sim.terminal.counter import Counter, begin, journal, ledger
from harness.tests.sim.terminal.stage import Stage


def differ(stage: Stage) -> bool:
    """Whether host and terminal have other books in the end, of what stands."""
    stage.ready(300.0)
    sides = (ledger(stage), journal(stage))
    standing = [
        {stan for stan, (_, status) in rows.items() if status in ("approved", "voided")}
        for rows in sides
    ]
    return standing[0] != standing[1]


def spoilt(act: str, on: str) -> Story:
    """An answer of this type that nobody may believe: what it answers is sent again."""

    def story(stage: Stage) -> bool:
        counter = begin(stage)
        stage.misbehave(act, on, times=1)
        if on == "0400":
            stage.misbehave("drop", "0200", times=1)
        counter.make("refund" if on == "0220" else "sale", 1000)
        return not stage.until(lambda: len(sent(stage, on)) > 1, 120.0)

    return story


def approved_without_mac(stage: Stage) -> bool:
    """An approval that carries no MAC."""
    counter = begin(stage)
    stage.misbehave("no_mac", "0200", times=1)
    return counter.make("sale", 1000).outcome == "approved"


def late_while_owing(stage: Stage) -> bool:
    """The approval comes while its reversal is refused."""
    counter = begin(stage)
    stage.misbehave("late_after_reversal", "0200", times=1)
    stage.misbehave("answer", "0400", code="96")
    counter.make("sale", 1000)
    stage.clock.sleep(40.0)
    stage.control(stage.host, do="behave")
    stage.ready(300.0)
    return "approved" in {status for _, status in ledger(stage).values()}


def unanswered(card: str) -> Story:
    """A sale with this card is approved, and nobody hears of it."""

    def story(stage: Stage) -> bool:
        counter = begin(stage, None)
        stage.misbehave("drop", "0200", times=1)
        stage.clock.spawn("cardholder", lambda: present(stage, card))
        counter.make("sale", 1000)
        return differ(stage)

    return story


def present(stage: Stage, card: str) -> None:
    """Two seconds later, when it has been asked for."""
    stage.clock.sleep(2.0)
    if card == "tap":
        stage.slot.antenna.bring(stage.deck[card], 1.0)
        stage.clock.sleep(3.0)
        stage.slot.antenna.take(card)
    else:
        stage.slot.swipe(stage.deck[card])


def owing(stage: Stage) -> Counter:
    """A sale that was not answered, and a host that does not listen to its reversal."""
    counter = begin(stage)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400")
    counter.make("sale", 1000)
    return counter


def refund_while_owing(stage: Stage) -> bool:
    """Somebody wants his money back before the reversal is through."""
    owing(stage).make("refund", 700)
    return bool(sent(stage, "0220"))


def sign_on_while_owing(stage: Stage) -> bool:
    """The operator signs on before it is."""
    counter = owing(stage)
    counter.firmware.settlement.sign_on(counter)
    stage.control(stage.host, do="behave")
    return differ(stage)


def deaf_for_long(stage: Stage) -> bool:
    """Nobody listens to it for ten minutes."""
    owing(stage)
    stage.clock.sleep(600.0)
    stage.control(stage.host, do="behave")
    return differ(stage)


def void_owed_over_a_cut(stage: Stage) -> bool:
    """A void is not answered, and the supply goes before it is undone."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    stage.misbehave("drop", "0200", times=1)
    stage.misbehave("ignore", "0400")
    counter.make("void", of=sold)
    cut(stage)
    stage.control(stage.host, do="behave")
    return differ(stage)


def void_cut(stage: Stage) -> bool:
    """The supply goes while the host works on a void."""
    counter = begin(stage)
    sold = counter.make("sale", 1000)
    stan = sold.stan + 1
    cut_at(stage, "request_sent", 0.07, mti="0200", stan=stan)
    stage.terminal.spawn("register", lambda: counter.make("void", of=sold))
    stage.until(lambda: len(stage.of("boot")) > 1, 60.0)
    return differ(stage)


def settlement_cut(stage: Stage) -> bool:
    """The host has not heard of the end of the day, and the supply goes."""
    counter = begin(stage)
    counter.make("sale", 1000)
    stage.misbehave("ignore", "0500")
    counter.firmware.settlement.settle(counter)
    cut(stage)
    stage.control(stage.host, do="behave")
    return not stage.until(lambda: bool(stage.host.ledger.settled), 180.0)


def upload_broken_off(act: str) -> Story:
    """The second of two items has no answer, for this reason: which ones came, how often."""

    def story(stage: Stage) -> bool:
        counter = begin(stage)
        stans = [counter.make("sale", minor).stan for minor in (1000, 2000)]
        stage.misbehave("other_totals", "0500", times=1)
        stage.misbehave(act, "0320", times=1, after=1)
        counter.firmware.settlement.settle(counter)
        stage.until(lambda: bool(stage.host.ledger.settled), 180.0)
        asked = sent(stage, "0320")
        come = all(entry.uploaded for entry in stage.host.ledger)
        return not come or [asked.count(stan) for stan in stans] != [1, 2]

    return story


def refund_refused(stage: Stage) -> bool:
    """The switch behind the host cannot take a refund yet."""
    counter = begin(stage)
    stage.misbehave("answer", "0220", times=2, code="96")
    counter.make("refund", 700)
    return differ(stage)


def odd_amount(stage: Stage) -> bool:
    """0.29 is no binary fraction."""
    return begin(stage).make("sale", 29).amount != 29


DEBTS: dict[str, Story] = {
    "no_mac_needed": approved_without_mac,
    "reversal_mac_unchecked": spoilt("corrupt", "0400"),
    "advice_mac_unchecked": spoilt("corrupt", "0220"),
    "late_answer_believed": late_while_owing,
    "tap_not_reversed": unanswered("tap"),
    "swipe_not_reversed": unanswered("plain_stripe"),
    "refund_before_reversal": refund_while_owing,
    "debt_lost_by_sign_on": sign_on_while_owing,
    "debt_dropped_after_eight": deaf_for_long,
    "debt_without_card_unplayed": void_owed_over_a_cut,
    "void_saved_after_sending": void_cut,
    "closed_by_cut": settlement_cut,
    "upload_from_the_start": upload_broken_off("drop"),
    "upload_skips_the_broken_item": upload_broken_off("ignore"),
    "advice_refused_is_heard": refund_refused,
    "float_amount": odd_amount,
}
