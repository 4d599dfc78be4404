"""A lost link breaks a download off where there is one."""

import pytest

from harness.tests.judge.story import Story, fails, then, unsure

LOST = {"detects": {"cause": "update_link_lost", "within": "60 s"}}


def lost_at(story: Story, *, effect_after: float = 5.0) -> Story:
    """The link is lost, somebody runs into that, and nothing is told."""
    word = "update_link_lost"
    story.engine("fault_injected", fault=word, label=word)
    row = story.after(effect_after).say("network", "dropped", why="outage", size=60)
    story.engine("fault_took_effect", fault=word, label=word, evidence=story.rows.index(row) + 1)
    story.after(120).clear(word)
    return story.end()


@pytest.mark.parametrize(
    ("phase", "fits"),
    [("downloading", fails), ("verifying", unsure), ("installing", unsure), ("done", unsure)],
)  # fmt: skip
def test_a_download_that_is_over_cannot_break_off(phase: str, fits: object) -> None:
    """Injected seconds too late there is nothing to notice; in time it has to be told."""
    story = then(**LOST)
    story.terminal("update", phase="downloading", version="2.0", percent=30)
    story.say("updates", "served", bytes=100, of=100, percent=100, done=True)
    story.terminal("update", phase=phase, version="2.0")

    assert callable(fits)
    assert fits(lost_at(story).clause("detects update_link_lost"))


@pytest.mark.parametrize(("done", "fits"), [(False, fails), (True, unsure)])
def test_of_a_terminal_that_tells_no_phases_the_store_knows(*, done: bool, fits: object) -> None:
    """What it has sent to the last byte is as good as there."""
    story = then(**LOST)
    story.say("updates", "requested", path="/image", **{"from": 0, "to": None, "status": 200})
    story.say("updates", "served", bytes=50, of=100, percent=50, done=done)

    assert callable(fits)
    assert fits(lost_at(story).clause("detects update_link_lost"))
