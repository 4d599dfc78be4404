"""A signal light agrees with what the terminal says of its signal."""

import pytest

from harness.tests.judge.story import Story, always, fails, passes


def told(cause: str, *, before: str = "on", story: Story | None = None) -> Story:
    """The light is as it is, and a cause is detected."""
    tale = story or always("lights_agree")
    tale.terminal("light", name="signal", state=before)
    tale.terminal("detected", cause=cause)
    return tale


@pytest.mark.parametrize("cause", ["no_signal", "modem_fault"])
def test_a_light_that_shines_without_a_signal_fails(cause: str) -> None:
    """Told for a minute, and on all the time, in a sale or out of it."""
    story = told(cause)
    story.after(60).terminal("light", name="signal", state="off")

    assert fails(story.end().clause())


def test_it_may_take_its_time() -> None:
    """Off within half a minute, or never on."""
    late, dark = told("no_signal"), told("no_signal", before="blinking")
    late.after(20).terminal("light", name="signal", state="blinking")
    for story in (late, dark):
        story.after(300)

        assert passes(story.end().clause())


@pytest.mark.parametrize("cause", ["data_exhausted", "sim_missing"])
def test_what_else_is_wrong_need_not_show_in_it(cause: str) -> None:
    """There is a signal, and no data or no SIM: some makers show the one, some the other."""
    assert passes(told(cause).after(300).end().clause())


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("cleared", {"cause": "no_signal"}),
        ("state", {"state": "ready", "pending": 0, "online": True}),
        ("boot", {"version": "2.0.0", "slot": "A", "reason": "power"}),
    ],
)
def test_what_is_over_counts_no_more(kind: str, fields: dict[str, object]) -> None:
    """Told as over, back on line, or started anew."""
    story = told("no_signal").after(10)
    story.terminal(kind, **fields)
    story.after(300)

    assert passes(story.end().clause())


def test_a_log_that_does_not_tell_ends_shows_nothing() -> None:
    """The signal may have been back for long."""
    story = Story({"always": ["lights_agree"]}, tells=["detected", "light"]).begin()

    assert passes(told("no_signal", story=story).after(300).end().clause())
