"""The end of a batch: balanced, not balanced, broken off at every point, and the batch after it."""

import pytest

from harness.sim.terminal.end_of_day import parcels_of
from harness.sim.terminal.records import Closing, Entry
from harness.tests.sim.terminal.counter import Counter, begin, forget_everything, journal, ledger
from harness.tests.sim.terminal.stage import Stage


def settle(counter: Counter) -> tuple[str, str]:
    """Outcome and cause of an end of day."""
    outcome = counter.firmware.settlement.settle(counter)
    return outcome.outcome, outcome.cause


def host_counts_another(stage: Stage) -> None:
    """The host's books hold a charge that the terminal does not know of."""
    first = next(iter(stage.host.ledger))
    first.amount += 1


def uploads(stage: Stage) -> list[int]:
    """Trace numbers of the upload messages the terminal has sent."""
    return [row["stan"] for row in stage.of("request_sent", mti="0320")]


def test_a_batch_that_does_not_balance_is_uploaded_and_closed() -> None:
    """N-6: said, every item sent, ended as unbalanced; then a new batch sells."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        chip = counter.make("sale", 1000)
        counter.card = "long"
        other = counter.make("sale", 2000)
        host_counts_another(stage)
        assert settle(counter) == ("approved", "unbalanced")
        assert stage.of("detected", cause="unbalanced")
        assert stage.until(lambda: bool(stage.of("cleared", cause="unbalanced")), 1.0)
        assert uploads(stage)[:2] == [chip.stan, other.stan]
        assert all(entry.uploaded for entry in stage.host.ledger)
        assert stage.ready(60.0)
        assert counter.make("sale", 500).outcome == "approved"
        assert {entry.key.batch for entry in stage.host.ledger} == {1, 2}

    stage.play(story)


def test_a_settled_batch_stays_readable() -> None:
    """The journal still tells what was settled, and no totals change."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        sold = counter.make("sale", 1000)
        assert settle(counter) == ("approved", "")
        assert stage.ready(60.0)
        assert journal(stage) == ledger(stage) == {sold.stan: ("sale", "approved")}
        assert counter.firmware.settlement.totals().debits == 0

    stage.play(story)


@pytest.mark.parametrize("act", ["drop", "ignore"])
def test_a_settlement_that_nobody_answers_is_made_again_before_anything_else(act: str) -> None:
    """P10: the batch is still open here, and one settlement for its number is in the books."""
    stage = Stage(response=10.0)

    def story() -> None:
        counter = begin(stage)
        counter.make("sale", 1000)
        stage.misbehave(act, "0500", times=1)
        assert settle(counter) == ("failed", "host_silent")
        assert counter.firmware.storage.batch == 1
        assert counter.make("sale", 2000).outcome == "approved"
        assert {entry.key.batch: entry.amount for entry in stage.host.ledger} == {1: 1000, 2: 2000}
        assert len(stage.host.ledger.settled) == 1

    stage.play(story)


@pytest.mark.parametrize("item", [1, 2, 3, 4])
@pytest.mark.parametrize("after", [0.0, 0.03, 0.07, 0.11])
def test_a_cut_in_the_upload_is_gone_on_with(item: int, after: float) -> None:
    """P11: wherever it is cut, the batch is closed by itself after the restart."""
    stage = Stage(seed=item)

    def cut() -> None:
        assert stage.until(lambda: len(uploads(stage)) >= item, 60.0)
        stage.clock.sleep(after)
        stage.power(0.0)
        stage.clock.sleep(1.0)
        stage.power()

    def story() -> None:
        counter = begin(stage)
        for amount in (1000, 2000, 3000):
            counter.make("sale", amount)
        host_counts_another(stage)
        stage.terminal.spawn("register", lambda: settle(counter))
        cut()
        assert stage.ready(200.0)
        assert stage.until(lambda: len(stage.host.ledger.settled) == 1, 30.0)
        assert all(entry.uploaded for entry in stage.host.ledger)
        sent = uploads(stage)[:-1]
        repeated = len(sent) - len(set(sent))
        assert repeated <= 1  # the one whose answer was not heard
        assert stage.ready(60.0)
        assert counter.make("sale", 500).outcome == "approved"

    stage.play(story)


def test_a_lost_upload_answer_repeats_that_item_only() -> None:
    """The line breaks in the upload; what the host has is not sent again."""
    stage = Stage(response=10.0)

    def story() -> None:
        counter = begin(stage)
        first, second = counter.make("sale", 1000), counter.make("sale", 2000)
        host_counts_another(stage)
        stage.misbehave("drop", "0320", times=1)
        assert settle(counter)[0] == "failed"
        assert stage.until(lambda: len(stage.host.ledger.settled) == 1, 90.0)
        assert uploads(stage)[:3] == [first.stan, first.stan, second.stan]

    stage.play(story)


def test_stripe_items_go_eight_at_a_time_and_chip_items_alone() -> None:
    """Field 48 has room for eight; a chip's item carries its own data."""

    def entry(stan: int, **more: str) -> Entry:
        return Entry(stan, 1, 100, "", "approved", number="9999990000000014", **more)  # type: ignore[arg-type]

    journal = [entry(stan) for stan in range(1, 11)] + [entry(11, icc="9F2701")]
    journal += [entry(12, deal="preauth"), entry(13)]
    journal.append(Entry(13, 1, 100, "", "reversed"))
    found = [[item.stan for item in parcel] for parcel in parcels_of(journal)]
    assert found == [[1, 2, 3, 4, 5, 6, 7, 8], [9, 10], [11]]


def test_a_full_batch_takes_nothing_until_it_is_settled() -> None:
    """X-2: refused with batch_full, nothing overwritten; settled, it goes on."""
    stage = Stage()
    object.__setattr__(stage.terminal.personality.limits, "batch_size", 2)

    def story() -> None:
        counter = begin(stage)
        sold = counter.make("sale", 1000)
        counter.make("refund", 100)
        for deal in ("sale", "refund", "preauth"):
            assert counter.make(deal, 100).cause == "batch_full"
        assert counter.make("void", of=sold).cause == "batch_full"
        assert counter.make("balance").outcome == "approved"
        assert settle(counter) == ("approved", "")
        assert stage.ready(60.0)
        assert counter.make("sale", 100).outcome == "approved"
        assert len(journal(stage)) == 3

    stage.play(story)


def test_the_totals_are_told_on_the_console() -> None:
    """Counts and amounts of the open batch, by debit and credit."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        counter.make("sale", 1000)
        counter.make("refund", 300)
        counter.firmware.console_input(b"totals\r\n")
        assert stage.until(lambda: bool(stage.of("totals")), 5.0)
        assert stage.of("totals") == [
            {"batch": 1, "debits": 1, "debit": 1000, "credits": 1, "credit": 300}
        ]

    stage.play(story)


# --- another unit with the same terminal number ---------------------------------------------


def in_second_batch(stage: Stage) -> Counter:
    """A terminal that has settled once and sold once since."""
    counter = begin(stage)
    counter.make("sale", 1000)
    assert settle(counter)[0] == "approved"
    assert stage.ready(60.0)
    assert counter.make("sale", 2000).outcome == "approved"
    return counter


def test_a_spare_unit_goes_on_above_in_the_open_batch() -> None:
    """X-7: said as batch_conflict at its sign-on; it uses no number that was used before."""
    stage = Stage()

    def story() -> None:
        in_second_batch(stage)
        forget_everything(stage)
        assert stage.until(lambda: bool(stage.of("detected", cause="batch_conflict")), 90.0)
        assert stage.ready(60.0)
        counter = Counter(stage)
        assert counter.make("sale", 3000).outcome == "approved"
        assert [entry.key.batch for entry in stage.host.ledger] == [1, 2, 2]
        stans = [entry.key.stan for entry in stage.host.ledger]
        assert stans == sorted(stans)
        assert settle(counter) == ("approved", "unbalanced")
        assert stage.ready(60.0)
        assert counter.make("sale", 4000).outcome == "approved"
        assert [entry.key.batch for entry in stage.host.ledger] == [1, 2, 2, 3]

    stage.play(story)


def test_a_spare_unit_in_the_first_batch_uses_no_number_twice() -> None:
    """The host has answered before, so another unit may have used its first numbers."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        for _ in range(3):
            counter.make("sale", 1000)
        forget_everything(stage)
        assert stage.ready(60.0)
        assert counter.make("sale", 2000).outcome == "approved"
        stans = [entry.key.stan for entry in stage.host.ledger]
        assert stans == sorted(set(stans))

    stage.play(story)


def test_a_duplicate_that_the_host_sees_is_no_decline() -> None:
    """94: not the card; the next number is well above, and nothing is reversed."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        stage.misbehave("answer", "0200", times=1, code="94")
        refused = counter.make("sale", 1000)
        assert (refused.outcome, refused.cause) == ("failed", "batch_conflict")
        assert not stage.of("reversal_sent")
        sold = counter.make("sale", 1000)
        assert sold.outcome == "approved"
        assert sold.stan > refused.stan + 900

    stage.play(story)


def test_a_closing_of_another_batch_is_not_taken_up() -> None:
    """A cut between the new batch and the end of the old one's record leaves nothing to do."""
    stage = Stage()

    def story() -> None:
        counter = begin(stage)
        counter.firmware.storage.remember("closing", {"batch": 9, "uploaded": 1})
        stage.power(0.0)
        stage.clock.sleep(2.0)
        stage.power()
        assert stage.ready()
        assert not counter.firmware.end_of_day.under_way
        counter.firmware.storage.save_closing(Closing(1))
        assert counter.firmware.end_of_day.under_way

    stage.play(story)
