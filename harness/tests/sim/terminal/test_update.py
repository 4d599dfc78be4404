"""The updater: from an old image to a new one, whatever breaks on the way."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock, Task
from harness.errors import PortLost
from harness.files import fixture, read_plain
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.sim.terminal.boot import (
    COPIES,
    SLOT_FILES,
    Bootloader,
    BootRecord,
    BootSlot,
    install_factory,
    load_record,
)
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.update import Updater
from harness.sim.update_images import make_image, trusted_key
from harness.sim.update_store import UpdateStore
from harness.wire.extent import Held
from harness.wire.image import Fault

CARRIED = read_plain(fixture("updates", "test_store.yaml"))
SMALL = {name: {**own, "size": "24 KiB"} for name, own in CARRIED["images"].items()}
PLAIN = {**CARRIED, "images": SMALL}
OLD, NEW = "1.4.2", "1.10.0"
KEYS = {"model": PLAIN["model"], "trusted_key": trusted_key(PLAIN)}


def nothing(number: int) -> None:
    """No cut here."""


class CountedFlash(Flash):
    """A flash that calls ``at_wait`` half-way through every operation it is asked for."""

    waits = 0
    at_wait: Callable[[int], None] = staticmethod(nothing)

    def _wait(self, seconds: float) -> None:
        self.waits += 1
        number = self.waits
        self._clock.call_at(self._clock.now() + seconds / 2, lambda: self.at_wait(number))
        super()._wait(seconds)


class Bench:
    """A terminal's flash with its factory image, and a store that offers one."""

    def __init__(
        self, image: str = "newer", seed: int = 1, updater: type[Updater] = Updater
    ) -> None:
        self.clock = CooperativeClock()
        self.flash = CountedFlash(
            self.clock, rng=random.Random(seed), write_time=0.004, sync_time=0.01
        )
        self.store = UpdateStore(self.clock, PLAIN, rng=random.Random(1))
        self.store._offer(image)
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.loader = Bootloader(**KEYS)
        self.updater_class = updater
        self.ports: list[MemoryPort] = []
        self.refuse = False
        self.updater = self.fresh_updater()

    def fresh_updater(self) -> Updater:
        return self.updater_class(self.clock, self.flash, self.connect, self.tell, **KEYS)

    def tell(self, phase: str, said: dict[str, Any]) -> None:
        self.told.append((phase, said))

    def connect(self) -> Port:
        if self.refuse:
            raise PortLost("no way to the store")
        ours, theirs = pair(self.clock, "store")
        self.store.outlets["http"](theirs)
        self.ports.append(ours)
        return ours

    def run(self, story: Callable[[], Any]) -> Any:
        def main() -> Any:
            install_factory(self.flash, make_image(PLAIN, "factory"))
            self.flash.waits = 0
            return story()

        return self.clock.run(main)

    def boot(self) -> BootSlot:
        slot = self.loader.choose(self.flash)
        assert slot is not None
        return slot

    def update(self) -> bool:
        offer = self.updater.look(OLD)
        return offer is not None and self.updater.install(offer, OLD)

    def whole_life(self) -> None:
        """Boot, update, boot again, confirm: as the firmware does."""
        slot = self.boot()
        self.updater.after_boot(slot)
        if slot.trial:
            self.updater.confirm(slot)
        elif slot.version == OLD and self.update():
            slot = self.boot()
            self.updater.after_boot(slot)
            self.updater.confirm(slot)

    def phases(self) -> list[str]:
        seen: list[str] = []
        for phase, _ in self.told:
            if not seen or seen[-1] != phase:
                seen.append(phase)
        return seen

    def last(self) -> tuple[str, dict[str, Any]]:
        return self.told[-1]


def test_a_newer_image_is_installed_booted_and_confirmed() -> None:
    """Every phase is told in order, the new version runs, and the old may not any more."""
    bench = Bench()

    bench.run(bench.whole_life)

    assert bench.phases() == [
        "offered", "downloading", "verifying", "installing", "committing", "first_boot", "done",
    ]  # fmt: skip
    percents = [said["percent"] for phase, said in bench.told if phase == "installing"]
    assert percents == sorted(percents)
    assert percents[-1] == 100
    record = max(
        (BootRecord.unseal(bench.flash.peek(name)) for name in COPIES),
        key=lambda copy: copy.counter if copy else -1,
    )
    assert record is not None
    assert (record.active, record.confirmed, record.floor) == ("B", True, NEW)
    assert "download.part" not in bench.flash.names()


@pytest.mark.parametrize(
    ("image", "why"),
    [("older", Fault.OLDER), ("corrupt", Fault.CORRUPT), ("truncated", Fault.TRUNCATED),
     ("wrong_key", Fault.WRONG_KEY), ("wrong_model", Fault.WRONG_MODEL)],
)  # fmt: skip
def test_a_bad_image_is_refused_for_its_reason_and_not_fetched_again(
    image: str, why: Fault
) -> None:
    """The old version stays, the reason is told once, and asking makes it look once more."""
    bench = Bench(image)

    def story() -> tuple[BootSlot, Any, Any]:
        assert not bench.update()
        again = bench.updater.look(OLD)
        return bench.boot(), again, bench.updater.look(OLD, asked=True)

    slot, again, asked = bench.run(story)

    assert (slot.version, slot.trial) == (OLD, False)
    refused = [said for phase, said in bench.told if phase == "refused"]
    assert refused == [{"version": NEW, "cause": "update_rejected", "why": why.value}]
    assert again is None
    assert asked is not None


def test_an_honest_older_offer_is_refused_without_a_download() -> None:
    """What announces itself as older is not worth a byte."""
    bench = Bench("factory")

    assert bench.run(lambda: bench.updater.look("2.0")) is None

    assert bench.phases() == ["offered", "refused"]


def test_the_same_version_and_nothing_offered_are_no_news() -> None:
    """Nothing is told when there is nothing to do."""
    bench = Bench("same")

    def story() -> list[Any]:
        first = bench.updater.look(OLD)
        bench.store._withdraw()
        return [first, bench.updater.look(OLD)]

    assert bench.run(story) == [None, None]
    assert bench.told == []


def test_a_link_that_breaks_is_taken_up_where_it_broke() -> None:
    """Two breaks, two pauses, one image; no byte is fetched twice."""
    bench = Bench()

    def story() -> bool:
        for when in (0.08, 2.12):
            bench.clock.call_at(bench.clock.now() + when, lambda: bench.ports[-1].put_lost("cut"))
        return bench.update()

    assert bench.run(story)

    pauses = [said for phase, said in bench.told if phase == "paused"]
    assert len(pauses) == 2
    assert all(said["cause"] == "update_link_lost" for said in pauses)
    assert 0 < pauses[0]["percent"] < pauses[1]["percent"] < 100
    assert bench.flash.peek(SLOT_FILES["B"]) == make_image(PLAIN, "newer")


def test_an_image_that_changes_while_the_link_is_down_is_fetched_from_its_start() -> None:
    """If-Range does not fit any more: the new image is taken whole, not spliced."""
    bench = Bench()

    def story() -> bool:
        def part() -> None:
            bench.ports[-1].put_lost("cut")
            other = Held(make_image(PLAIN, "newest"))
            shelf = bench.store._shelf
            shelf._things["newer"] = shelf._thing(other, "newer", "1.11.0", "code")

        bench.clock.call_at(bench.clock.now() + 0.08, part)
        return bench.update()

    assert bench.run(story)

    assert bench.flash.peek(SLOT_FILES["B"]) == make_image(PLAIN, "newest")


def test_a_link_that_stays_away_ends_the_update_after_bounded_tries() -> None:
    """Five tries without a byte, with growing pauses; then failed, and the old version boots."""
    bench = Bench()

    def story() -> BootSlot:
        def part() -> None:
            bench.refuse = True
            bench.ports[-1].put_lost("cut")

        bench.clock.call_at(bench.clock.now() + 0.08, part)
        assert not bench.update()
        return bench.boot()

    slot = bench.run(story)

    assert slot.version == OLD
    assert bench.last() == ("failed", {"version": NEW, "cause": "update_link_lost"})
    assert len(bench.ports) == 2  # the manifest's and the image's: refused ones made none
    assert 30 < bench.clock.now() < 120


def test_a_withdrawn_image_fails_the_update() -> None:
    """404 in the middle is an end, not a reason to try for ever."""
    bench = Bench()

    def story() -> bool:
        offer = bench.updater.look(OLD)
        assert offer is not None
        bench.store._withdraw()
        return bench.updater.install(offer, OLD)

    assert not bench.run(story)
    assert bench.last() == ("failed", {"version": NEW, "cause": "update_failed"})


def test_a_new_version_that_never_confirms_is_rolled_back_and_not_fetched_again() -> None:
    """Three boots on trial, then the old one; the bad version is not offered a second chance."""
    bench = Bench()

    def story() -> tuple[list[BootSlot], Any]:
        assert bench.update()
        boots = [bench.boot() for _ in range(5)]
        bench.updater.after_boot(boots[3])
        return boots, bench.updater.look(OLD)

    boots, again = bench.run(story)

    assert [(slot.version, slot.trial) for slot in boots] == [(NEW, True)] * 3 + [(OLD, False)] * 2
    assert boots[3].rolled_back == NEW
    assert bench.told[-1][0] == "rolled_back"
    assert again is None


def test_nothing_is_installed_while_an_image_is_on_trial() -> None:
    """The other slot is what it falls back to."""
    bench = Bench()

    def story() -> bool:
        assert bench.update()
        bench.boot()
        bench.store._offer("newest")
        offer = bench.updater.look(NEW)
        assert offer is not None
        return bench.updater.install(offer, NEW)

    assert not bench.run(story)
    assert bench.flash.peek(SLOT_FILES["A"]) == make_image(PLAIN, "factory")


@pytest.mark.parametrize("image", ["wrong_key", "wrong_model", "corrupt", "older"])
def test_the_loader_never_runs_what_it_may_not(image: str) -> None:
    """Even when a careless updater has committed it, the loader goes back to the old one."""

    class Careless(Updater):
        def may_install(self, image: bytes, installed: str) -> Fault | None:
            return None

    bench = Bench(image, updater=Careless)

    def story() -> BootSlot:
        assert bench.update()
        return bench.boot()

    slot = bench.run(story)

    assert slot.version == OLD


def test_a_flash_without_any_good_image_boots_nothing() -> None:
    """None, and no exception."""
    bench = Bench()

    def story() -> Any:
        bench.flash.write(SLOT_FILES["A"], b"junk")
        bench.flash.sync()
        return bench.loader.choose(bench.flash)

    assert bench.run(story) is None


def count_of_waits() -> int:
    """Flash operations of one undisturbed update, boots and confirmation included."""
    bench = Bench()
    bench.run(bench.whole_life)
    return bench.flash.waits


def cut_at(number: int, seed: int, updater: type[Updater] = Updater) -> tuple[Bench, str]:
    """Cut the supply in the ``number``-th flash operation; what the terminal runs afterwards."""
    bench = Bench(seed=seed, updater=updater)
    life: list[Task] = []

    def cut(now: int) -> None:
        if now == number:
            bench.flash.power_lost()
            life[0].kill()

    def story() -> str:
        bench.flash.at_wait = cut
        life.append(bench.clock.spawn("terminal", bench.whole_life))
        life[0].join()
        bench.flash.at_wait = nothing
        bench.updater = bench.fresh_updater()  # what it had in memory is gone
        slot = bench.loader.choose(bench.flash)
        if slot is None:
            return "nothing"
        seen = slot.version
        bench.updater.after_boot(slot)
        bench.updater.confirm(slot)
        bench.whole_life()  # and the update can still be brought to its end
        return f"{seen} then {bench.boot().version}"

    return bench, bench.run(story)


@pytest.mark.parametrize("seed", range(4))
def test_a_cut_in_any_flash_operation_boots_old_or_new(seed: int) -> None:
    """Every operation of a full update is cut once; old or new boots, and the update still ends."""
    total = count_of_waits()
    assert total > 30

    ends = {cut_at(number, seed)[1] for number in range(1, total + 1)}

    assert ends <= {f"{OLD} then {NEW}", f"{NEW} then {NEW}"}
    assert len(ends) == 2


def test_a_cut_update_is_told_at_the_next_boot() -> None:
    """In mid-install: put off, because it was interrupted, and brought to its end afterwards."""
    bench, end = cut_at(count_of_waits() // 2, 1)

    assert end == f"{OLD} then {NEW}"
    paused = [said for phase, said in bench.told if phase == "paused"]
    assert {said["cause"] for said in paused} == {"update_interrupted"}
    assert bench.phases()[-1] == "done"


def test_the_sweep_catches_a_commit_without_a_sync() -> None:
    """Overwriting the only record, unsynced, bricks the terminal somewhere: the sweep can fail."""

    class InPlace(Updater):
        def write_slot(self, slot: str, image: bytes, version: str) -> None:
            super().write_slot("A", image, version)  # the slot that runs
            super().write_slot(slot, image, version)

    total = count_of_waits()
    ends = {cut_at(number, 1, InPlace)[1] for number in range(1, total + 1)}

    assert "nothing" in ends


def test_torn_copies_of_the_record_are_passed_over() -> None:
    """A copy with a wrong check is no copy; with none at all the fresh record counts."""
    bench = Bench()

    def story() -> list[BootRecord]:
        whole = load_record(bench.flash)
        bench.flash.write(COPIES[(whole.counter + 1) % 2], whole.sealed()[:-3])
        one = load_record(bench.flash)
        for name in COPIES:
            bench.flash.write(name, b"\xff" * 20)
        return [whole, one, load_record(bench.flash)]

    whole, one, none = bench.run(story)

    assert one == whole
    assert none == BootRecord()
