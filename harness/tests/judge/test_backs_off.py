"""``backs_off``: tries at a host that is away, further and further apart."""

from collections.abc import Iterable
from itertools import accumulate

from harness.tests.judge.story import Story, fails, passes, then, unsure


def story(tries: Iterable[float], *, effect: bool = True, clear: bool = True) -> Story:
    """The fault stands from 100 s to 700 s; connections at these times."""
    tale = then(backs_off={})
    tale.at(100).inject(effect=effect)
    for t in tries:
        tale.at(100 + t).host("connected")
    tale.at(700)
    if clear:
        tale.clear()
    return tale.end()


def test_growing_pauses_hold() -> None:
    """Doubling up to a limit."""
    clause = story(accumulate([1, 2, 4, 8, 16, *[25] * 20])).clause("backs_off")

    assert passes(clause)
    assert "4.667 s between the first" in clause.reason


def test_a_steady_beat_is_no_back_off() -> None:
    """However slow it is."""
    assert fails(story(range(0, 600, 10)).clause("backs_off"))


def test_a_storm_fails() -> None:
    """Pauses that shrink."""
    assert fails(story([0, 20, 40, *range(300, 600)]).clause("backs_off"))


def test_hardly_any_try_is_no_storm() -> None:
    """Three in ten minutes."""
    assert passes(story([1, 2, 3]).clause("backs_off"))


def test_two_sockets_at_once_are_no_short_pause() -> None:
    """A steady beat of pairs is a steady beat."""
    tries = [t + more for t in range(0, 600, 10) for more in (0, 0.1)]

    assert fails(story(tries).clause("backs_off"))


def test_what_never_came_as_far_as_the_host_was_not_counted() -> None:
    """A line that is dead hides a storm as well as a pause."""
    assert unsure(story([]).clause("backs_off"))


def test_who_is_turned_away_has_tried() -> None:
    """A host that has moved sees the tries at its old door."""
    tale = then(backs_off={})
    tale.at(100).inject()
    for t in range(0, 600, 10):
        tale.at(100 + t).host("turned_away", door="closed")
    tale.at(700).clear()

    assert fails(tale.end().clause("backs_off"))


def test_no_effect_no_end_no_answer() -> None:
    """Nothing to back off from, or not to its end."""
    assert unsure(story(range(0, 600, 10), effect=False).clause("backs_off"))
    assert unsure(story(range(0, 600, 10), clear=False).clause("backs_off"))


def test_refusals_count_as_tries() -> None:
    """A host that answers with RST saw the try."""
    tale = then(backs_off={"times": 3})
    tale.at(100).inject()
    for t in range(0, 600, 10):
        tale.at(100 + t).host("misbehaved", act="refuse")
    tale.at(700).clear()

    assert fails(tale.end().clause("backs_off"))
