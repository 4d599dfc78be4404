"""Every transaction of the terminal against the host: voids, refunds, reservations, inquiries."""

import pytest

from harness.sim.terminal.outcome import Asked, Outcome
from harness.tests.sim.terminal.counter import Counter, begin, journal, ledger
from harness.tests.sim.terminal.stage import Stage


def requests(stage: Stage, *mti: str) -> list[str]:
    """Message types that the host has seen, of these, in order."""
    return [row["mti"] for row in stage.of("request_sent") if row["mti"] in mti]


def test_a_void_takes_a_sale_back_once() -> None:
    """The void names its sale; a second one finds nothing to take back."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        sold = counter.make("sale", 1234)
        taken = counter.make("void", of=sold)
        assert (taken.outcome, taken.amount, taken.deal) == ("approved", 1234, "void")
        again = counter.make("void", of=sold)
        assert (again.outcome, again.cause) == ("failed", "original_unknown")
        assert requests(stage, "0200") == ["0200", "0200"]
        assert ledger(stage) == journal(stage)
        assert ledger(stage)[taken.stan] == ("void", "approved")
        totals = counter.firmware.settlement.totals()
        assert (totals.debit, totals.credit, totals.debits, totals.credits) == (1234, 1234, 1, 1)

    stage.play(story)


@pytest.mark.parametrize("asked", [
    Asked("void", receipt=77), Asked("void"), Asked("completion", 100, stan=999),
    Asked("preauth_void", receipt=5),
])  # fmt: skip
def test_what_refers_to_nothing_is_refused_at_once(asked: Asked) -> None:
    """No such original: said as that, and nothing is sent."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        counter.make("sale", 1000)
        outcome = counter.firmware.payment.transact(asked, counter)
        assert (outcome.outcome, outcome.cause) == ("failed", "original_unknown")
        assert requests(stage, "0200", "0100") == ["0200"]

    stage.play(story)


def test_a_void_that_nobody_answers_is_reversed_and_the_sale_stands() -> None:
    """The reversal of a void leaves the sale charged, and the void can be made again."""
    stage = Stage(response=10.0)

    def story() -> None:
        counter = begin(stage)
        sold = counter.make("sale", 1000)
        stage.misbehave("drop", "0200", times=1)
        lost = counter.make("void", of=sold)
        assert (lost.outcome, lost.cause) == ("failed", "host_silent")
        assert stage.ready(60.0)
        assert ledger(stage) == {sold.stan: ("sale", "approved"), lost.stan: ("void", "reversed")}
        assert journal(stage) == ledger(stage)
        assert counter.make("void", of=sold).outcome == "approved"

    stage.play(story)


def test_a_settled_sale_cannot_be_voided() -> None:
    """Same batch only: after the settlement the original is not known any more."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        sold = counter.make("sale", 1000)
        assert counter.firmware.settlement.settle(counter).outcome == "approved"
        assert stage.ready(60.0)
        assert counter.make("void", of=sold).cause == "original_unknown"

    stage.play(story)


def test_a_refund_gives_money_back_and_counts_as_credit() -> None:
    """An advice: 0220, no reversal; the settlement balances with it."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        counter.make("sale", 5000)
        given = counter.make("refund", 700)
        assert (given.outcome, given.deal) == ("approved", "refund")
        assert requests(stage, "0220", "0400") == ["0220"]
        assert ledger(stage) == journal(stage)
        assert not counter.firmware.storage.pending
        settled = counter.firmware.settlement.settle(counter)
        assert (settled.outcome, settled.amount, settled.cause) == ("approved", 4300, "")

    stage.play(story)


def test_a_refund_that_nobody_answers_is_repeated_under_its_number() -> None:
    """Invariant 11: it stands, and reaches the ledger exactly once."""
    stage = Stage(response=10.0, reversal_response=5.0)

    def story() -> None:
        counter = begin(stage)
        stage.misbehave("drop", "0220", times=2)
        given = counter.make("refund", 700)
        assert given.outcome == "approved"
        assert stage.ready(120.0)
        assert requests(stage, "0220", "0400") == ["0220"] * 3
        assert ledger(stage) == journal(stage) == {given.stan: ("refund", "approved")}

    stage.play(story)


def test_a_refund_that_the_host_refuses_is_not_repeated() -> None:
    """The issuer's no ends it; nothing is owed."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        stage.misbehave("answer", "0220", times=1, code="57")
        refused = counter.make("refund", 700)
        assert (refused.outcome, refused.cause) == ("declined", "card_declined")
        assert not counter.firmware.storage.pending
        assert requests(stage, "0220") == ["0220"]
        assert journal(stage)[refused.stan] == ("refund", "declined")

    stage.play(story)


@pytest.mark.parametrize("at", ["request_sent", "answer_received"])
@pytest.mark.parametrize("after", [0.0, 0.02, 0.06, 0.12])
def test_a_cut_in_a_refund_gives_back_once(at: str, after: float) -> None:
    """Whatever the register was told, ledger and journal hold the refund once."""
    stage = Stage(seed=int(after * 1000) + 1)

    def cut() -> None:
        wanted = {"mti": "0220" if at == "request_sent" else "0230"}
        assert stage.until(lambda: bool(stage.of(at, **wanted)), 60.0)
        stage.clock.sleep(after)
        stage.power(0.0)
        stage.clock.sleep(1.0)
        stage.power()

    def refund(counter: Counter) -> None:
        counter.firmware.payment.transact(Asked("refund", 700), counter)

    def story() -> None:
        counter = begin(stage)
        stage.terminal.spawn("register", lambda: refund(counter))
        cut()
        stage.slot.remove()
        assert stage.ready(200.0)
        assert list(ledger(stage).values()) == [("refund", "approved")]
        assert journal(stage) == ledger(stage)
        assert stage.until(lambda: bool(stage.of("printed", outcome="approved")), 10.0)
        assert counter.make("sale", 100).outcome == "approved"

    stage.play(story)


def test_a_reservation_is_completed_for_less_and_only_once() -> None:
    """A completion may be of another amount; then the reservation is used up."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        held = counter.make("preauth", 10_000)
        assert (held.outcome, held.deal) == ("approved", "preauth")
        booked = counter.make("completion", 8_000, of=held)
        assert (booked.outcome, booked.amount) == ("approved", 8_000)
        assert counter.make("completion", 100, of=held).cause == "original_unknown"
        assert counter.make("preauth_void", of=held).cause == "original_unknown"
        totals = counter.firmware.settlement.totals()
        assert (totals.debits, totals.debit) == (1, 8_000)
        assert journal(stage) == ledger(stage)
        assert counter.firmware.settlement.settle(counter).cause == ""

    stage.play(story)


def test_a_reservation_outlives_its_batch() -> None:
    """Completed after the settlement: the original is in a batch that is closed."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        held = counter.make("preauth", 10_000)
        assert counter.firmware.settlement.settle(counter).outcome == "approved"
        assert stage.ready(60.0)
        assert counter.make("completion", of=held).outcome == "approved"

    stage.play(story)


def test_a_released_reservation_charges_nothing() -> None:
    """0100 with 25=06 and 60.1=11; nothing is left to complete."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        held = counter.make("preauth", 10_000)
        assert counter.make("preauth_void", of=held).outcome == "approved"
        assert requests(stage, "0100") == ["0100", "0100"]
        assert counter.make("completion", of=held).cause == "original_unknown"
        totals = counter.firmware.settlement.totals()
        assert (totals.debits, totals.credits) == (0, 0)
        assert journal(stage) == ledger(stage)

    stage.play(story)


def test_a_completion_can_be_voided_and_made_again() -> None:
    """The void of a completion opens the reservation again."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        held = counter.make("preauth", 10_000)
        booked = counter.make("completion", of=held)
        taken = counter.make("void", of=booked)
        assert (taken.outcome, taken.deal, taken.amount) == ("approved", "void", 10_000)
        assert counter.make("completion", of=held).outcome == "approved"

    stage.play(story)


@pytest.mark.parametrize("deal", ["preauth", "completion", "preauth_void"])
def test_each_of_these_is_reversed_when_its_answer_is_lost(deal: str) -> None:
    """P4 for them: the 0400 goes out under the same number, and the ledger has no effect."""
    stage = Stage(response=10.0)

    def story() -> None:
        counter = begin(stage)
        held: Outcome | None = None
        if deal != "preauth":
            held = counter.make("preauth", 1000)
        stage.misbehave("drop", "0100", times=1)
        stage.misbehave("drop", "0200", times=1)
        lost = counter.make(deal, 0 if held else 1000, of=held)
        assert (lost.outcome, lost.cause) == ("failed", "host_silent")
        assert stage.ready(60.0)
        assert [row["stan"] for row in stage.of("reversal_sent")] == [lost.stan]
        assert ledger(stage)[lost.stan][1] == journal(stage)[lost.stan][1] == "reversed"

    stage.play(story)


def test_a_balance_is_told_and_forgotten() -> None:
    """No journal, no receipt, no reversal, whether it is answered or not."""
    stage = Stage(response=10.0)

    def story() -> None:
        counter = begin(stage)
        found = counter.make("balance")
        assert (found.outcome, found.balance, found.deal) == ("approved", 123456, "balance")
        stage.misbehave("drop", "0200", times=1)
        assert counter.make("balance").cause == "host_silent"
        assert stage.ready(60.0)
        assert not stage.of("reversal_saved")
        assert not requests(stage, "0400")
        assert journal(stage) == {}
        assert not stage.of("printing")

    stage.play(story)


@pytest.mark.parametrize("deal", ["sale", "refund", "preauth"])
@pytest.mark.parametrize("amount", [0, -1, 1_000_000_000, 10**12])
def test_an_amount_that_cannot_be_charged_is_refused_at_once(deal: str, amount: int) -> None:
    """O-4: nothing, too much for this terminal, or more digits than field 4 has."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        t = stage.clock.now()
        outcome = counter.make(deal, amount)
        assert (outcome.outcome, outcome.cause) == ("failed", "amount_invalid")
        assert stage.clock.now() - t < 1.0
        assert not counter.told
        assert not requests(stage, "0200", "0220", "0100")
        assert stage.until(lambda: bool(stage.of("report", cause="amount_invalid")), 1.0)

    stage.play(story)


def test_the_largest_amount_is_sent() -> None:
    """The limit itself is an amount: the host decides."""
    stage = Stage()

    def story() -> None:
        outcome = begin(stage).make("sale", 999_999_999)
        assert (outcome.outcome, outcome.response) == ("declined", "61")

    stage.play(story)


def test_a_void_of_another_amount_is_refused() -> None:
    """A void takes back the whole."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        sold = counter.make("sale", 1000)
        assert counter.make("void", 999, of=sold).cause == "amount_invalid"
        assert requests(stage, "0200") == ["0200"]

    stage.play(story)


def test_receipts_say_what_they_are() -> None:
    """A void's receipt is no sale's."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        sold = counter.make("sale", 1000)
        counter.make("void", of=sold)
        counter.make("refund", 300)
        sale, void, refund = counter.firmware.printer.receipts
        assert "VOID" not in sale
        assert "VOID" in void
        assert "REFUND" in refund

    stage.play(story)


def test_the_last_outcome_is_known_after_a_restart() -> None:
    """A register asks what became of its refund; the flash knows."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        given = counter.make("refund", 300)
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.ready()
        last = counter.firmware.settlement.last_outcome()
        assert last is not None
        assert (last.deal, last.outcome, last.stan) == ("refund", "approved", given.stan)

    stage.play(story)
