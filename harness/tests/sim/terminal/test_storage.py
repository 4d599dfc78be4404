"""The terminal's memory, cut at every step."""

import random
from collections.abc import Callable
from datetime import datetime

import pytest

from harness.clock import CooperativeClock
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.log import Log
from harness.sim.terminal.records import Entry, Pending
from harness.sim.terminal.storage import Storage
from harness.wire.subfields import Totals

SALE = Pending(7, 1, 1000, "9999990000000014", "999999***0014")
ENTRY = Entry(7, 1, 1000, "999999***0014", "approved", receipt=3)


def open_storage(flash: Flash) -> Storage:
    """A storage as it is after a start."""
    log = Log(lambda _: None, lambda: datetime(2026, 3, 2))  # noqa: DTZ001 - has no zone
    storage = Storage(flash, log)
    storage.load()
    return storage


def cut_after(
    seconds: float, seed: int, act: Callable[[Storage], object], before: Callable[[Storage], object]
) -> Storage:
    """Do ``before`` whole, then ``act`` until the supply goes; the storage after the restart."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(seed), write_time=0.01, sync_time=0.01)

    def main() -> Storage:
        storage = open_storage(flash)
        before(storage)
        task = clock.spawn("firmware", lambda: act(storage))
        clock.sleep(seconds)
        task.kill()
        flash.power_lost()
        task.join()
        return open_storage(flash)

    return clock.run(main)


CUTS = [n * 0.005 for n in range(16)]


@pytest.mark.parametrize("seconds", CUTS)
def test_a_trace_number_is_never_given_twice(seconds: float) -> None:
    """Whatever number was seen before a cut, a later one is higher."""
    for seed in range(8):
        seen: list[int] = []

        def count(storage: Storage, seen: list[int] = seen) -> None:
            while True:
                seen.append(storage.next_stan())

        after = cut_after(seconds, seed, count, lambda _: None)

        assert not seen or after.stan >= seen[-1]


@pytest.mark.parametrize("seconds", CUTS)
def test_a_saved_reversal_outlives_every_later_cut(seconds: float) -> None:
    """Amending it, e.g. its tries, never loses it."""
    for seed in range(8):
        after = cut_after(
            seconds, seed,
            lambda storage: storage.amend_pending(7, tries=1),
            lambda storage: storage.save_pending(SALE),
        )  # fmt: skip

        assert after.pending[7].amount == SALE.amount
        assert not after.faults


@pytest.mark.parametrize("seconds", CUTS)
def test_a_sale_is_pending_or_in_the_journal(seconds: float) -> None:
    """A cut while it is booked leaves the one or the other, never neither and never both."""
    for seed in range(8):
        after = cut_after(
            seconds, seed, lambda storage: storage.record(ENTRY),
            lambda storage: storage.save_pending(SALE),
        )  # fmt: skip

        assert (7 in after.pending) != (after.outcome_of(7) is not None)
        assert after.damaged == 0


def test_a_batch_that_was_settled_is_left_alone() -> None:
    """A new batch begins empty; the old one's entries stay in the flash."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(1))

    def story() -> None:
        storage = open_storage(flash)
        storage.record(ENTRY)
        storage.open_batch(2)
        assert storage.journal == []
        assert flash.peek("journal.000001")
        storage.open_batch(1)
        assert storage.journal == [ENTRY]

    clock.run(story)


def test_an_unreadable_reversal_is_a_fault_and_stays() -> None:
    """Bit rot in a pending record is said, and the record is not thrown away (defect d)."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(1))

    def story() -> None:
        storage = open_storage(flash)
        storage.save_pending(SALE)
        flash.write("pending.000007", b"rotten")
        flash.sync()
        storage = open_storage(flash)
        assert storage.faults == ["pending.000007: unreadable"]
        assert flash.peek("pending.000007") == b"rotten"

    clock.run(story)


def test_receipt_numbers_go_on_after_a_restart() -> None:
    """The journal's highest receipt number counts."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(1))

    def story() -> int:
        open_storage(flash).record(ENTRY)
        return open_storage(flash).next_receipt()

    assert clock.run(story) == 4


def test_totals_count_what_stands() -> None:
    """A reversed or declined sale adds nothing; what gives money back counts apart."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(1))

    def story() -> Totals:
        storage = open_storage(flash)
        for stan, outcome in ((1, "approved"), (2, "declined"), (3, "approved"), (3, "reversed")):
            storage.record(Entry(stan, 1, 500, "", outcome))
        storage.record(Entry(4, 1, 200, "", "approved", deal="refund"))
        storage.record(Entry(5, 1, 900, "", "approved", deal="preauth"))
        return storage.totals()

    assert clock.run(story) == Totals(debit=500, debits=1, credit=200, credits=1)


def test_numbers_begin_anew_at_1_and_know_their_age() -> None:
    """After 999999 and 9999; what was given before the end is older than what came behind it."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(1))

    def main() -> tuple[list[int], list[int], list[int]]:
        storage = open_storage(flash)
        storage.stan, storage.receipt = 999_997, 9998
        stans = [storage.next_stan() for _ in range(4)]
        receipts = [storage.next_receipt() for _ in range(3)]
        return stans, receipts, sorted(stans, key=storage.age_of)

    stans, receipts, youngest_first = clock.run(main)

    assert stans == [999_998, 999_999, 1, 2]
    assert receipts == [9999, 1, 2]
    assert youngest_first == stans[::-1]
