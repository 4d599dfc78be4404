"""What befalls a flash from outside the firmware."""

import random

from harness.clock import CooperativeClock
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.flash_cells import ERASED


def flash_of(clock: CooperativeClock, capacity: int | None = None) -> Flash:
    """A flash that costs some time."""
    return Flash(clock, rng=random.Random(1), write_time=0.01, sync_time=0.1, capacity=capacity)


def test_a_processor_run_wild_spoils_a_record_that_was_good() -> None:
    """Durable contents suffer, and only those of records."""
    clock = CooperativeClock()
    flash = flash_of(clock)

    def story() -> None:
        flash.write("journal.000001", b"j" * 64)
        flash.write("slot.a", b"s" * 64)
        flash.sync()
        flash.run_wild()
        flash.power_lost()
        assert flash.read("journal.000001") != b"j" * 64
        assert flash.read("slot.a") == b"s" * 64

    clock.run(story)


def test_rot_flips_the_newest_of_its_kind_until_it_is_mended() -> None:
    """At its head only; what was appended meanwhile stays behind the mended part."""
    clock = CooperativeClock()
    flash = flash_of(clock)

    def story() -> None:
        assert not flash.rot("journal.")
        flash.write("journal.000001", b"old" * 32)
        flash.write("journal.000002", b"new" * 32)

        assert flash.rot("journal.")
        assert flash.rotten
        assert flash.read("journal.000001") == b"old" * 32
        assert flash.read("journal.000002") != b"new" * 32
        flash.append("journal.000002", b"more")
        flash.mend()

        assert not flash.rotten
        assert flash.read("journal.000002") == b"new" * 32 + b"more"

    clock.run(story)


def test_filled_from_outside_it_has_no_room_and_emptied_it_has() -> None:
    """Up to a share; at once, durably, and without a wait."""
    clock = CooperativeClock()
    flash = flash_of(clock, capacity=1000)

    def story() -> None:
        flash.fill("log", 0.9)
        flash.power_lost()
        assert flash.free == 100
        flash.fill("log", 0.0)
        assert flash.free == 1000
        assert clock.now() == 0.0

    clock.run(story)


def test_erased_from_outside_a_file_keeps_its_length() -> None:
    """Every cell reads as erased, also after a cut."""
    clock = CooperativeClock()
    flash = flash_of(clock)

    def story() -> None:
        flash.write("slot.a", b"image")
        flash.sync()
        flash.erase("slot.a")
        flash.erase("slot.b")
        flash.power_lost()
        assert flash.read("slot.a") == ERASED * 5
        assert flash.read("slot.b") is None

    clock.run(story)
