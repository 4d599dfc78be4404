"""The flash keeps what was synced and may tear the rest."""

import random

import pytest

from harness.clock import CooperativeClock
from harness.sim.terminal.flash import Flash, FlashFull


def flash_of(clock: CooperativeClock, seed: int = 1, capacity: int | None = None) -> Flash:
    """A flash with slow, round times."""
    return Flash(clock, rng=random.Random(seed), write_time=0.01, sync_time=0.1, capacity=capacity)


def test_what_was_synced_outlives_any_power_cut() -> None:
    """A synced file reads the same after power cuts, whatever the seed."""
    for seed in range(30):
        clock = CooperativeClock()
        flash = flash_of(clock, seed)

        def work(flash: Flash = flash) -> None:
            flash.write("journal", b"one")
            flash.append("journal", b"two")
            flash.sync()
            flash.power_lost()
            flash.power_lost()

        clock.run(work)

        assert flash.peek("journal") == b"onetwo"


def test_each_operation_costs_its_time() -> None:
    """Writing costs per page and a sync its own time, so a cut can land inside."""
    clock = CooperativeClock()
    flash = flash_of(clock)

    def work() -> float:
        flash.write("slot", bytes(4096 * 2 + 1))
        flash.sync()
        return clock.now()

    assert clock.run(work) == pytest.approx(0.13)
    assert (flash.writes, flash.syncs) == (3, 1)


def outcomes_of(seed: int) -> bytes | None:
    """What a cut after an unsynced overwrite leaves."""
    clock = CooperativeClock()
    flash = flash_of(clock, seed)

    def work() -> None:
        flash.write("record", b"old-old-old-old")
        flash.sync()
        flash.write("record", b"new-new-new-new")
        flash.power_lost()

    clock.run(work)
    return flash.peek("record")


def test_an_unsynced_write_is_kept_torn_or_lost() -> None:
    """Over many seeds all three fates of an unsynced write are seen."""
    seen = {outcomes_of(seed) for seed in range(60)}

    assert b"old-old-old-old" in seen
    assert b"new-new-new-new" in seen
    assert len(seen - {b"old-old-old-old", b"new-new-new-new"}) > 3


def test_a_rename_may_outlive_the_contents_it_carries() -> None:
    """Renaming without a sync before can leave an empty or torn file, as real stores do."""
    seen = set()
    for seed in range(60):
        clock = CooperativeClock()
        flash = flash_of(clock, seed)

        def work(flash: Flash = flash) -> None:
            flash.write("flag", b"old")
            flash.sync()
            flash.write("flag.new", b"new")
            flash.rename("flag.new", "flag")
            flash.power_lost()

        clock.run(work)
        seen.add(flash.peek("flag"))

    assert {b"old", b"new", b""} <= seen


def test_a_rename_after_a_sync_is_old_or_new() -> None:
    """Write, sync, rename: no cut leaves anything between."""
    for seed in range(60):
        clock = CooperativeClock()
        flash = flash_of(clock, seed)

        def work(flash: Flash = flash) -> None:
            flash.write("flag", b"old")
            flash.write("flag.new", b"new")
            flash.sync()
            flash.rename("flag.new", "flag")
            flash.power_lost()

        clock.run(work)

        assert flash.peek("flag") in (b"old", b"new")


def test_a_cut_inside_a_sync_keeps_nothing_for_certain() -> None:
    """A sync that was cut before its end has not happened."""
    seen = set()
    for seed in range(40):
        clock = CooperativeClock()
        flash = flash_of(clock, seed)

        def saving(flash: Flash = flash) -> None:
            flash.write("reversal", b"due")
            flash.sync()

        def work(flash: Flash = flash, clock: CooperativeClock = clock) -> None:
            task = clock.spawn("saving", saving)
            clock.sleep(0.05)
            flash.power_lost()
            task.kill()
            task.join()

        clock.run(work)
        seen.add(flash.peek("reversal"))

    assert {None, b"due"} <= seen


def test_an_append_after_a_lost_one_leaves_a_gap() -> None:
    """Operations survive one by one, so a kept append may stand behind erased bytes."""
    seen = set()
    for seed in range(80):
        clock = CooperativeClock()
        flash = flash_of(clock, seed)

        def work(flash: Flash = flash) -> None:
            flash.append("journal", b"AA")
            flash.append("journal", b"BB")
            flash.power_lost()

        clock.run(work)
        seen.add(flash.peek("journal"))

    assert {b"\xff\xffBB", b"AABB", None} <= seen


def test_a_full_store_refuses_and_changes_nothing() -> None:
    """What does not fit is refused before anything is written."""
    clock = CooperativeClock()
    flash = flash_of(clock, capacity=10)

    def work() -> None:
        flash.write("a", b"12345678")
        with pytest.raises(FlashFull, match="8 of 10"):
            flash.append("a", b"123")
        flash.delete("a")
        flash.write("b", b"1234567890")

    clock.run(work)

    assert flash.names() == ["b"]


def test_reading_and_renaming_what_is_not_there() -> None:
    """An absent file reads as None and cannot be renamed."""
    clock = CooperativeClock()
    flash = flash_of(clock)

    def work() -> None:
        assert flash.read("nothing") is None
        flash.delete("nothing")
        with pytest.raises(FileNotFoundError):
            flash.rename("nothing", "something")

    clock.run(work)


def test_a_page_programmed_on_a_bad_supply_comes_out_wrong() -> None:
    """Nobody is told: only a check over the contents can tell."""
    clock = CooperativeClock()
    flash = flash_of(clock)
    flash.powered = lambda: False

    def story() -> None:
        flash.append("log", b"a" * 100)
        flash.sync()
        held = flash.read("log") or b""
        assert len(held) == 100
        assert held != b"a" * 100
        flash.power_lost()
        assert flash.read("log") == held
        flash.powered = lambda: True
        flash.append("log", b"b" * 10)
        assert (flash.read("log") or b"")[100:] == b"b" * 10
        assert flash.spoilt == 1

    clock.run(story)


def test_the_guard_holds_each_page_back() -> None:
    """A page is begun only when the guard lets it; what was begun before stays right."""
    clock = CooperativeClock()
    flash = flash_of(clock)
    flash.powered = lambda: clock.now() >= 5.0

    def wait() -> None:
        if clock.now() < 5.0:
            clock.sleep(5.0 - clock.now())

    flash.guard = wait

    def story() -> None:
        flash.write("log", b"a" * 10000)
        flash.sync()
        assert clock.now() > 5.0
        assert flash.read("log") == b"a" * 10000
        assert flash.spoilt == 0

    clock.run(story)


def test_a_page_that_is_used_up_makes_the_store_smaller() -> None:
    """What was written is right all the same; in the end the store is full, and says so."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(1), page=100, capacity=400, endurance=10)

    def work() -> None:
        for turn in range(10):
            flash.write("counters", b"%03d" % turn)
        assert (flash.worn, flash.free) == (0, 397)
        flash.write("counters", b"abc")
        assert (flash.worn, flash.free) == (1, 297)
        assert flash.peek("counters") == b"abc"
        for _ in range(30):
            flash.write("counters", b"abc")
        assert flash.free == 0
        flash.delete("counters")
        with pytest.raises(FlashFull):
            flash.write("journal", bytes(1))

    clock.run(work)


def test_wear_is_counted_by_page() -> None:
    """An append wears the page that it goes into; what is read wears nothing."""
    clock = CooperativeClock()
    flash = Flash(clock, rng=random.Random(1), page=100)

    def work() -> None:
        flash.write("slot", bytes(250))
        flash.append("slot", bytes(10))
        flash.read("slot")
        assert flash.erases == {("slot", 0): 1, ("slot", 1): 1, ("slot", 2): 2}

    clock.run(work)


def test_a_truncation_is_done_or_not_done() -> None:
    """Never half; what is kept is what was there."""
    left = set()
    for seed in range(30):
        clock = CooperativeClock()
        flash = flash_of(clock, seed)

        def work(flash: Flash = flash) -> None:
            flash.write("part", b"0123456789")
            flash.sync()
            flash.truncate("part", 20)
            flash.truncate("part", 4)
            assert flash.peek("part") == b"0123"
            flash.power_lost()

        clock.run(work)
        left.add(flash.peek("part"))

    assert left == {b"0123", b"0123456789"}
