"""Invariants over card numbers in clear, and over versions that may start."""

import pytest

from harness.tests.judge.story import Fits, Row, Story, always, fails, is_kind, passes, unsure


def test_one_clear_card_number_fails_for_good() -> None:
    """One sight is enough, and it is final before the run ends."""
    story = always("no_clear_card_number")
    story.terminal("card_number_in_clear", channel="console", masked="999999******0014")

    clause = story.live()
    assert fails(clause)
    assert clause.final


def test_without_eyes_no_card_number_shows_nothing() -> None:
    """A rig that observes no channel of the terminal cannot say that none was shown."""
    story = Story({"always": ["no_clear_card_number"]}, observes=("host",)).begin()
    story.drop(lambda row: row.source == "terminal").end()

    assert unsure(story.clause())


@pytest.mark.parametrize(
    ("image", "version", "booted", "fits"),
    [
        ("newer", "2.1.0", "2.1.0", passes), ("newer", "2.1.0", "2.0.0", passes),
        ("newer", "2.10.0", "2.10.0", passes), ("older", "1.9.0", "1.9.0", fails),
        ("corrupt", "2.1.0", "2.1.0", fails), ("wrong_key", "2.1.0", "2.1.0", fails),
        ("newer", "1.9.9", "1.9.9", fails), ("newer", "2.1.0", "3.0.0", fails),
        ("newer", "2.1.0", "", unsure),
    ],
)  # fmt: skip
def test_only_the_old_or_a_sound_newer_version_may_start(
    image: str, version: str, booted: str, fits: Fits
) -> None:
    """Older, damaged, foreign or unheard-of versions never run."""
    story = always("boots_old_or_new")
    story.say("updates", "offered", image=image, version=version)
    story.boot(booted, reason="update").end()

    assert fits(story.clause())


def test_a_version_is_not_judged_when_the_old_one_is_unknown() -> None:
    """Without a start before the offer nobody knows what was old."""
    story = always("boots_old_or_new").drop(is_kind("boot"))
    story.say("updates", "offered", image="newer", version="2.1.0")
    story.boot("2.1.0").end()

    assert unsure(story.clause())


@pytest.mark.parametrize(("ready_between", "fits"), [(True, passes), (False, fails)])
def test_a_terminal_that_starts_in_circles_is_caught(ready_between: bool, fits: Fits) -> None:
    """Four starts in a row without being ready are a loop; ready in between, they are not."""
    story = always("no_boot_loop")
    for _ in range(4):
        story.boot()
    if not ready_between:
        story.drop(lambda row: row.kind == "state")

    assert fits(story.end().clause())


@pytest.mark.parametrize(("each", "fits"), [(1, passes), (2, fails)])
def test_each_fall_of_the_supply_may_start_it_once(each: int, fits: Fits) -> None:
    """Three rounds without time to get ready: a start in each is none in circles, two are.

    It may be told of a start only when the next round has begun, or all are over.
    """
    story = always({"no_boot_loop": {"most": 1}})
    for number in range(3):
        story.say("engine", "power_uploaded", fault="power_ramp", round=number + 1)
        for _ in range(each if number else 0):
            story.boot()
        story.say("engine", "power_achieved", fault="power_ramp", round=number + 1)
    for _ in range(each):
        story.boot()
    story.drop(lambda row: row.kind == "state")

    assert fits(story.end().clause())


def test_an_image_that_may_not_run_is_named_once() -> None:
    """The reason says what it was, in one word, however often it was offered."""
    story = always("boots_old_or_new")
    for _ in range(2):
        story.say("updates", "offered", image="corrupt", version="2.1.0")
    story.boot("2.1.0")
    older = always("boots_old_or_new").boot("1.9.0")

    assert "the image corrupt; before, 2.0.0 ran" in story.end().clause().reason
    assert "an older version" in older.end().clause().reason


def test_rows_are_what_they_say() -> None:
    """The builder's lines come out as observations in order."""
    story = Story().begin()

    assert story.rows[0] == Row(0.0, "engine", "run_started", story.rows[0].fields)
    assert [row.n for row in story.trace()] == [1, 2, 3, 4]
