"""``reversals_spaced``: tries, gaps and pauses, and what a register asks for in between."""

import pytest

from harness.tests.judge.story import Story, always, fails, passes

WORD = "reversals_spaced"


def owing() -> Story:
    """A sale without an answer."""
    tale = always(WORD)
    tale.unanswered("first", 1)
    return tale


def tries(tale: Story, *pauses: float) -> None:
    """The host takes no notice of a reversal, so long after the one before."""
    for pause in pauses:
        tale.at(tale.rows[-1].t + pause)
        tale.host("misbehaved", act="ignore", mti="0400", stan=1)


def ended(tale: Story) -> Story:
    """The host listens again."""
    tale.after(30.0)
    tale.reverse(1)
    return tale


@pytest.mark.parametrize("pauses", [(1.0, 6.0, 6.0), (1.0, 6.0, 6.0, 20.0, 6.0, 6.0)])
def test_episodes_with_gaps_and_a_pause_hold(pauses: tuple[float, ...]) -> None:
    """Three tries, and three more after a while."""
    tale = owing()
    tries(tale, *pauses)

    assert passes(ended(tale).end().clause())


@pytest.mark.parametrize("pauses", [(1.0, 2.0), (1.0, 6.0, 6.0, 20.0, 6.0, 2.0)])
def test_a_gap_that_is_too_short_fails_in_any_episode(pauses: tuple[float, ...]) -> None:
    """In the first one, and in a later one."""
    tale = owing()
    tries(tale, *pauses)

    assert fails(ended(tale).end().clause())


def test_a_fourth_try_without_a_pause_fails() -> None:
    """After three it has to wait."""
    tale = owing()
    tries(tale, 1.0, 6.0, 6.0, 6.0)

    assert fails(ended(tale).end().clause())


def test_a_sale_in_mid_episode_has_its_own_one_behind_that() -> None:
    """The register asks after the first try: the other two, and then three before the sale."""
    tale = owing()
    tries(tale, 1.0)
    tale.start("second")
    tries(tale, 6.0, 6.0, 6.0, 6.0, 6.0)

    assert passes(ended(tale).end().clause())


@pytest.mark.parametrize("rest", [(6.0, 6.0), (6.0, 6.0, 20.0)])
def test_who_goes_on_after_that_fails(rest: tuple[float, ...]) -> None:
    """Two episodes are behind it, or a pause: nothing more is under way."""
    tale = owing()
    tries(tale, 1.0)
    tale.start("second")
    tries(tale, *rest, 6.0, 6.0, 6.0, 6.0)

    assert fails(ended(tale).end().clause())
