"""The rail: who waits for a level is told when it is there."""

from hypothesis import given
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.sim.rail import Rail

VOLTS = st.floats(0.0, 6.0)


@given(VOLTS, VOLTS, VOLTS, st.floats(1e-3, 60.0), st.floats(0.0, 100.0))
def test_a_crossing_is_told_on_its_far_side(
    start: float, end: float, level: float, within: float, wait: float
) -> None:
    """Whoever looks when told sees the level crossed, however the numbers round."""
    clock = CooperativeClock()
    rail = Rail(clock, start)
    told: list[bool] = []

    def main() -> None:
        clock.sleep(wait)
        rail.watch(
            level,
            above=lambda: told.append(rail.volts() >= level),
            below=lambda: told.append(rail.volts() < level),
        )
        rail.go_to(end, within)
        clock.sleep(within + 1.0)

    clock.run(main)

    assert all(told)
    assert len(told) == ((start >= level) != (end >= level))
