"""What is said of a part is over when hands have put the part right, and only then."""

import pytest

from harness.tests.judge.story import Fits, Story, always, fails, passes, unsure


def part(story: Story, name: str, state: str) -> None:
    """Hands bring a part into a state."""
    story.say("hands", "part", part=name, state=state)


def still_shown(cause: str) -> Story:
    """A display that names a cause, and goes on to."""
    story = always("reports_end")
    row = story.terminal("display", text="FAULT")
    story.at(row.t)
    story.terminal("report", on="display", cause=cause, text="FAULT")
    return story


@pytest.mark.parametrize(
    ("name", "bad", "good", "cause"),
    [
        ("companion", "away", "near", "companion_lost"),
        ("reader_cable", "unplugged", "plugged", "reader_fault"),
        ("paper", "out", "in", "printer_fault"),
    ],
)
def test_a_part_that_was_put_right_is_not_called_bad_any_more(
    name: str, bad: str, good: str, cause: str
) -> None:
    """Mended and still named fails; bad still, it is named with reason."""
    mended, bad_still = still_shown(cause), still_shown(cause)
    for story in (mended, bad_still):
        part(story, name, bad)
    part(mended, name, good)

    assert fails(mended.end().clause())
    assert passes(bad_still.end().clause())


def test_a_part_that_no_hand_was_seen_at_may_be_bad() -> None:
    """A bench's own paper may run out; and of two parts one may be bad still."""
    unseen, one_of_two = still_shown("paper_out"), still_shown("printer_fault")
    part(one_of_two, "paper", "out")
    part(one_of_two, "cover", "open")
    part(one_of_two, "paper", "in")

    assert passes(unseen.end().clause())
    assert passes(one_of_two.end().clause())


@pytest.mark.parametrize(("after", "fits"), [(2.0, unsure), (6.0, fails)])
def test_a_slow_display_is_given_some_seconds(after: float, fits: Fits) -> None:
    """What its terminal knew to be over just before rest may still be shown then."""
    story = still_shown("no_signal")
    story.terminal("cleared", cause="no_signal")
    story.at(story.now + after)

    assert fits(story.end().clause())
