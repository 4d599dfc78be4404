"""Remedies from the mildest up, with rests that grow."""

from harness.clock import CooperativeClock
from harness.sim.terminal.ladder import REMEDIES, REST_FIRST, REST_MOST, Ladder


def test_a_climb_is_made_once_and_again_after_a_rest_that_doubles() -> None:
    """Bearer, radio, modem; nothing for five minutes, for ten, and at most for an hour."""
    clock = CooperativeClock()
    ladder = Ladder(clock)

    def story() -> None:
        rest = REST_FIRST
        for _ in range(6):
            assert [ladder.next() for _ in REMEDIES] == list(REMEDIES)
            clock.sleep(rest - 1.0)
            assert ladder.next() is None
            clock.sleep(1.0)
            rest = min(2 * rest, REST_MOST)

    clock.run(story)


def test_a_climb_may_begin_higher_up_and_begins_anew_when_all_is_well() -> None:
    """What a milder remedy has been tried for by other means is left out."""
    clock = CooperativeClock()
    ladder = Ladder(clock)

    def story() -> None:
        assert [ladder.next(least="radio"), ladder.next(least="radio")] == ["radio", "modem"]
        assert ladder.next() is None
        ladder.start_over()
        assert ladder.next() == "bearer"

    clock.run(story)
