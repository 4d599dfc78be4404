"""The journal in two formats: migrated whatever is cut, and readable for who comes back."""

import random
from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.clock import CooperativeClock, Task
from harness.sim.terminal.flash import Flash
from harness.sim.terminal.journal import migrated, seal_new, unseal_new
from harness.sim.terminal.log import Log
from harness.sim.terminal.records import Entry, seal_record, unseal_entry
from harness.sim.terminal.storage import Storage

BORN = datetime(2026, 3, 2)  # noqa: DTZ001 - has no zone


def entry(stan: int, batch: int = 1) -> Entry:
    """One sale."""
    return Entry(stan, batch, 100 * stan, "621234******1234", "approved", receipt=stan)


class Bench:
    """A flash, and a terminal's storage on it after each start."""

    def __init__(self, seed: int = 1) -> None:
        self.clock = CooperativeClock()
        self.flash = Flash(self.clock, rng=random.Random(seed))
        self.storage = self.fresh()

    def fresh(self) -> Storage:
        return Storage(self.flash, Log(lambda _: None, lambda: BORN))

    def start(self, *, two: bool = False, trial: bool = False) -> list[int]:
        """A start of a version; the trace numbers that it reads."""
        self.storage = self.fresh()
        self.storage.files.written_by(two=two, trial=trial)
        self.storage.load()
        return [one.stan for one in self.storage.every_entry()]

    def run(self, story: Callable[[], None]) -> None:
        self.clock.run(story)


@given(
    st.builds(
        Entry, st.integers(0, 999999), st.integers(0, 999999), st.integers(), st.text(),
        st.text(), rrn=st.text(), deal=st.text(), icc=st.text(),
    )
)  # fmt: skip
def test_an_entry_is_read_as_it_was_written(one: Entry) -> None:
    """In the newer format, also after its migration from the older."""
    assert unseal_new(seal_new(one)) == one
    assert unseal_new(migrated(seal_record(one))) == one


def test_neither_version_takes_the_others_lines_for_its_own() -> None:
    """A format that was changed in place is damage, not nonsense; a torn line is torn."""
    assert unseal_entry(seal_new(entry(1))) is None
    assert unseal_new(seal_record(entry(1))) is None
    for cut in range(len(seal_new(entry(1)))):
        assert unseal_new(seal_new(entry(1))[:cut]) is None


def test_a_new_version_reads_what_the_old_one_wrote_and_the_old_one_what_it_adds() -> None:
    """On trial both files are kept; the version that comes back misses nothing."""
    bench = Bench()

    def story() -> None:
        bench.start()
        for stan in (1, 2):
            bench.storage.record(entry(stan))
        assert bench.start(two=True, trial=True) == [1, 2]
        bench.storage.record(entry(3))
        bench.storage.open_batch(2)
        bench.storage.record(entry(4, batch=2))

        assert bench.start() == [1, 2, 3, 4]
        assert not [name for name in bench.flash.names() if name.startswith("journal2")]
        bench.storage.record(entry(5, batch=2))
        assert bench.start(two=True, trial=True) == [1, 2, 3, 4, 5]

    bench.run(story)


def test_there_is_no_older_file_once_there_is_no_way_back() -> None:
    """After its confirmation, at once or at the next start; later versions read what is there."""
    bench = Bench()

    def story() -> None:
        bench.start()
        bench.storage.record(entry(1))
        bench.start(two=True, trial=True)
        bench.storage.files.confirm()
        bench.storage.record(entry(2))
        assert [name for name in bench.flash.names() if "journal" in name] == ["journal2.000001"]
        assert bench.start(two=True) == [1, 2]
        assert bench.start() == [1, 2]

    bench.run(story)


def test_a_cut_between_confirmation_and_deletion_loses_nothing() -> None:
    """Both files are there, and the version is no longer on trial."""
    bench = Bench()

    def story() -> None:
        bench.start()
        bench.storage.record(entry(1))
        bench.start(two=True, trial=True)
        bench.storage.record(entry(2))
        assert bench.start(two=True, trial=False) == [1, 2]
        assert "journal.000001" not in bench.flash.names()

    bench.run(story)


def test_damage_is_not_mended_by_a_migration() -> None:
    """A line that was lost is still told of."""
    bench = Bench()

    def story() -> None:
        bench.start()
        for stan in (1, 2, 3):
            bench.storage.record(entry(stan))
        held = bench.flash.peek("journal.000001") or b""
        bench.flash.write("journal.000001", held.replace(b'"amount":200', b'"amount":900'))
        bench.flash.sync()
        assert bench.start(two=True, trial=True) == [1, 3]
        assert bench.storage.damaged == 1

    bench.run(story)


def migrate_with_a_cut(after: float, seed: int, *, trial: bool) -> tuple[list[int], list[int]]:
    """Cut a migration so late; what is read by it then, and by who comes after it."""
    bench = Bench(seed)
    seen: list[list[int]] = []

    def story() -> None:
        bench.start()
        for batch in (1, 2):
            bench.storage.open_batch(batch)
            for stan in (1, 2, 3):
                bench.storage.record(entry(10 * batch + stan, batch))
        task: Task = bench.clock.spawn("start", lambda: bench.start(two=True, trial=trial))
        bench.clock.sleep(after)
        task.kill()
        bench.flash.power_lost()
        seen.append(bench.start(two=True, trial=trial))
        seen.append(bench.start(two=not trial))  # once confirmed, the older one never comes back

    bench.run(story)
    return seen[0], seen[1]


@pytest.mark.parametrize("trial", [True, False])
@pytest.mark.parametrize("seed", range(6))
def test_a_migration_may_be_cut_at_any_moment(seed: int, trial: bool) -> None:
    """Every write of it is cut once; all entries are there for the new version and the old."""
    every = [11, 12, 13, 21, 22, 23]
    for step in range(40):
        new, old = migrate_with_a_cut(0.0013 + step * 0.002, seed, trial=trial)
        assert new == every
        assert old == every
