"""``steady``: a drift is told from what a terminal always does."""

import pytest

from harness.tests.judge.story import Story, fails, passes, then, unsure


def used(*values: float, of: str = "memory", most: str = "20 %") -> Story:
    """A run in which the terminal tells these."""
    story = then(steady={"of": of, "most": most})
    for value in values:
        story.after(60).terminal("health", **{of: value})
    story.inject()
    return story.end()


def test_what_stays_as_it_is_is_steady() -> None:
    """Noise of a tenth is no drift."""
    assert passes(used(*[1000, 1090, 950, 1020] * 5).clause("steady"))


@pytest.mark.parametrize("values", [range(1000, 3000, 100), range(3000, 1000, -100)])
def test_a_leak_is_a_drift(values: range) -> None:
    """Up or down, by more than a fifth."""
    clause = used(*values).clause("steady")

    assert fails(clause)
    assert "memory went from" in clause.reason


def test_one_peak_is_no_drift() -> None:
    """What is over again has not drifted."""
    assert passes(used(*[1000.0] * 10, 9000.0, *[1000.0] * 10).clause("steady"))


def test_a_few_samples_show_nothing() -> None:
    """INCONCLUSIVE, with how many would do."""
    clause = used(1000, 2000, 3000).clause("steady")

    assert unsure(clause)
    assert "3 samples of memory, wanted 15" in clause.reason


@pytest.mark.parametrize(("slower", "held"), [(0.0, True), (0.5, False)])
def test_sales_that_take_longer_and_longer_are_a_drift(slower: float, held: bool) -> None:
    """From the start of a sale to the register's answer, approved ones only."""
    story = then(steady={"of": "latency"})
    for n in range(20):
        story.start(f"s{n}")
        story.after(3 + n * slower).ended(f"s{n}", "approved")
    story.inject()

    assert passes(story.end().clause("steady")) is held


def test_a_leak_shows_although_a_restart_gives_all_back() -> None:
    """Two days that end as they begin, and each grows by half."""
    day = range(1000, 1500, 25)
    story = then(steady={"of": "memory", "most": "20 %"})
    for _ in range(2):
        story.terminal("boot", version="2.0.0", slot="A", reason="daily")
        for value in day:
            story.after(60).terminal("health", memory=value)
    story.inject()

    assert fails(story.end().clause("steady"))


def test_restarts_at_short_intervals_are_looked_over_together() -> None:
    """Where none of the days has samples enough, all of them have."""
    story = then(steady={"of": "memory", "most": "20 %"})
    for value in [1000, 1050, 990, 1020] * 5:
        story.terminal("boot", version="2.0.0", slot="A", reason="power")
        story.after(60).terminal("health", memory=value)
    story.inject()

    assert passes(story.end().clause("steady"))
