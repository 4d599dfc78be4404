"""``bars_follow``: bars are compared with themselves, never with a scale of ours."""

import pytest

from harness.tests.judge.story import Story, fails, passes, then, unsure


def faded(*bars: int | None, rsrp: tuple[int | None, ...] = (-85, -122, -85)) -> Story:
    """A signal as the modem tells it, and what the terminal shows 5 s later; None: the same."""
    story = then(bars_follow={"within": "15 s"})
    for level, shown in zip(rsrp, bars, strict=True):
        story.say("modem", "signal", rsrp=level)
        story.after(5)
        if shown is not None:
            story.terminal("bars", bars=shown, rsrp=level)
        story.after(25)
    return story.end()


@pytest.mark.parametrize("bars", [(4, 0, 4), (5, 2, 3), (1, 0, 1)])
def test_bars_that_fall_and_rise_follow(bars: tuple[int, ...]) -> None:
    """Whatever a maker's scale is."""
    assert passes(faded(*bars).clause("bars_follow"))


@pytest.mark.parametrize("bars", [(4, None, None), (4, 4, 4), (0, 2, 4), (4, 0, None)])
def test_bars_that_stay_or_rise_as_the_signal_falls_do_not(bars: tuple[int | None, ...]) -> None:
    """Stuck where they were, at the top or at the bottom, or upside down."""
    assert fails(faded(*bars).clause("bars_follow"))


def test_no_cell_at_all_is_a_poor_signal() -> None:
    """The modem tells no level then."""
    assert fails(faded(4, None, None, rsrp=(-85, None, -85)).clause("bars_follow"))
    assert passes(faded(4, 0, 4, rsrp=(-85, None, -85)).clause("bars_follow"))


def test_without_a_cell_there_is_no_bar() -> None:
    """Fewer than before is not enough then; an older network's cell is a cell."""
    assert fails(faded(4, 1, 4, rsrp=(-85, None, -85)).clause("bars_follow"))

    story = then(bars_follow={"within": "15 s"})
    story.say("modem", "signal", rsrp=-85)
    story.terminal("bars", bars=4, rsrp=-85)
    story.after(30).say("modem", "signal", rsrp=None, rssi=-105)
    story.terminal("bars", bars=1, rsrp=None)
    assert passes(story.after(30).end().clause("bars_follow"))


def test_a_dip_that_is_over_before_its_budget_demands_nothing() -> None:
    """15 s, for whoever looks now and then."""
    story = then(bars_follow={"within": "15 s"})
    story.say("modem", "signal", rsrp=-85)
    story.terminal("bars", bars=4, rsrp=-85)
    story.after(30).say("modem", "signal", rsrp=-122)
    story.after(10).say("modem", "signal", rsrp=-85)

    assert unsure(story.after(30).end().clause("bars_follow"))


def test_a_terminal_that_is_quicker_than_the_modems_word_is_not_blamed() -> None:
    """Its bars are gone before the modem was asked again."""
    story = then(bars_follow={"within": "15 s"})
    story.say("modem", "signal", rsrp=-85)
    story.terminal("bars", bars=4, rsrp=-85)
    story.after(30).terminal("bars", bars=0, rsrp=-122)
    story.after(5).say("modem", "signal", rsrp=-122)

    assert passes(story.after(30).end().clause("bars_follow"))


def test_without_bars_nobody_can_say() -> None:
    """A log that tells none."""
    assert unsure(faded(None, None, None).clause("bars_follow"))
