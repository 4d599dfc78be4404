"""``data_used``: bytes on the path while a fault stands, against a cap."""

import pytest

from harness.judge.data_used import DataUsed
from harness.model.units import Bytes, Seconds
from harness.model.words import fill
from harness.tests.judge.story import Story, fails, passes, then, unsure

CLAUSE = {"most": "200 kB", "per": "1 h"}


def story(*counts: tuple[float, int], stood: float = 3600) -> Story:
    """The fault begins at 100 s; (t, bytes) are counted."""
    tale = then(data_used=CLAUSE)
    rows = sorted([*counts])
    for t, total in [row for row in rows if row[0] < 100]:
        tale.at(t).say("network", "counted", bytes=total, packets=1, dropped=0)
    tale.at(100).inject()
    for t, total in [row for row in rows if 100 <= row[0] <= 100 + stood]:
        tale.at(t).say("network", "counted", bytes=total, packets=1, dropped=0)
    tale.at(100 + stood).clear()
    for t, total in [row for row in rows if row[0] > 100 + stood]:
        tale.at(t).say("network", "counted", bytes=total, packets=1, dropped=0)
    return tale.end()


def test_it_is_read_as_it_is_written() -> None:
    """Units and all."""
    assert fill(DataUsed, CLAUSE) == DataUsed(Bytes(200_000), Seconds(3600))


def test_what_a_fault_costs_is_counted_from_before_it_to_its_end() -> None:
    """What was used before, and for the recovery after it, is not the fault's."""
    clause = story((90, 500_000), (2000, 600_000), (3690, 690_000), (3800, 900_000)).clause(
        "data_used"
    )

    assert passes(clause)
    assert "190" in clause.reason


def test_a_storm_within_any_hour_is_the_terminals_fault() -> None:
    """Told at once, with the two counts."""
    clause = story((90, 0), (130, 60_000), (700, 261_000)).clause("data_used")

    assert fails(clause)
    assert len(clause.evidence) == 2


def test_more_than_the_cap_in_more_than_the_time_is_no_storm() -> None:
    """The hour slides."""
    tale = story(*((90 + 900 * step, 45_000 * step) for step in range(9)), stood=7200)

    assert passes(tale.clause("data_used"))


@pytest.mark.parametrize(
    "counts", [[], [(90, 0)], [(90, 0), (130, 10), (600, 20)]], ids=["none", "one", "a short time"]
)
def test_what_was_not_counted_long_enough_shows_nothing(counts: list[tuple[float, int]]) -> None:
    """A pass needs evidence for nearly all of the time."""
    assert unsure(story(*counts, stood=600).clause("data_used"))


def test_what_may_have_come_before_the_fault_is_not_held_against_it() -> None:
    """Between the last count before it and the first in it nobody knows whose bytes they are."""
    clause = story((90, 0), (130, 150_000), (3690, 210_000)).clause("data_used")

    assert unsure(clause)
    assert "beside it" in clause.reason


@pytest.mark.parametrize("count", [None, "many", {}])
def test_a_count_that_is_none_is_not_nothing(count: object) -> None:
    """The next one is no gain over it."""
    tale = then(data_used=CLAUSE)
    tale.at(90).say("network", "counted", bytes=900_000)
    tale.at(100).inject()
    tale.at(130).say("network", "counted", bytes=count)
    for step in range(13):
        tale.at(160 + 290 * step).say("network", "counted", bytes=900_000 + step)
    tale.at(3700).clear()

    assert passes(tale.end().clause("data_used"))


def test_a_counter_that_lost_some_shows_no_thrift() -> None:
    """What it had counted last before it began anew is not known."""
    rows = [(90.0, 900_000), (2000.0, 1_000_000), *((2100.0 + 400 * n, n) for n in range(13))]

    assert unsure(story(*rows, stood=7200).clause("data_used"))


def test_a_little_more_in_a_little_longer_is_no_breach() -> None:
    """150 kB in 35 minutes, then 60 kB in half an hour: in no hour more than the cap is shown."""
    tale = story((100, 0), (101, 1), (2200, 150_000), (3800, 210_000), stood=3700)

    assert not fails(tale.clause("data_used"))


def test_a_counter_that_began_anew_is_no_gain() -> None:
    """A restarted path counts from nothing; what came before is not subtracted."""
    assert fails(story((90, 900_000), (200, 10), (900, 250_000)).clause("data_used"))
