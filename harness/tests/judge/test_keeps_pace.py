"""How often a terminal looks after its line, before a fault and behind it."""

from collections.abc import Iterable

import pytest

from harness.tests.judge.story import Fits, Story, fails, passes, then, unsure


def echoes(story: Story, pauses: Iterable[float]) -> None:
    """Network messages with these pauses before them."""
    for pause in pauses:
        story.after(pause - 0.1).host("request_received", mti="0820", stan=1)


def told(
    before: Iterable[float], behind: Iterable[float], *, waited: float = 1.0, sells: bool = False
) -> Story:
    """A configuration, the pace that it brings, a cut, and the pace behind it."""
    story = then(keeps_pace={"since": {"update": "done"}})
    echoes(story, [10, 10, 10, 10])
    story.terminal("update", phase="done", version="2.0", of="configuration")
    echoes(story, [1.0, *before])
    story.inject("power_cut")
    echoes(story, [0.5])  # still under way
    story.clear("power_cut")
    story.boot()
    if sells:
        story.start("one")
    echoes(story, [5.0, *behind])
    story.after(waited)
    return story.end()


@pytest.mark.parametrize(
    ("before", "behind", "fits"),
    [
        ([120] * 5, [121, 119, 120, 120], passes),
        ([120] * 5, [10] * 30, fails),
        ([10] * 30, [120] * 5, fails),
        ([60, 120, 240, 480], [60, 120, 240], passes),  # the longer nothing happens, the longer
        ([120] * 5, [10, 10], unsure),
        ([], [10] * 30, unsure),
    ],
)
def test_the_pace_is_the_same_behind_the_fault(
    before: list[float], behind: list[float], fits: Fits
) -> None:
    """Whatever it is; and of too few nothing is said."""
    assert fits(told(before, behind).clause("keeps_pace"))


def test_one_that_does_not_come_any_more_counts() -> None:
    """Two came, and then none for half an hour."""
    assert fails(told([20] * 9, [40, 40], waited=1800).clause("keeps_pace"))


def test_none_at_all_is_a_pace_as_well() -> None:
    """It signs on behind the cut, and is never heard again; one that hardly waited says nothing."""
    for waited, fits in ((1800, fails), (40, unsure)):
        assert fits(told([20] * 9, [], waited=waited).clause("keeps_pace"))


def test_what_a_sale_comes_between_is_no_pause() -> None:
    """A sale is proof that the line is there."""
    story = told([20] * 9, [20, 20, 20], sells=True)
    assert passes(story.clause("keeps_pace"))


def test_without_a_fault_nothing_is_behind_it() -> None:
    """And without a host nobody is asked."""
    story = then(keeps_pace={})
    echoes(story, [10] * 9)

    assert unsure(story.end().clause("keeps_pace"))
