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
    clause = story((90, 0), (130, 60_000), (700, 201_000)).clause("data_used")

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


def test_a_counter_that_began_anew_is_no_gain() -> None:
    """A restarted path counts from nothing; what came before is not subtracted."""
    assert fails(story((90, 900_000), (200, 10), (900, 250_000)).clause("data_used"))
