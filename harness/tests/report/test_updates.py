"""Updates in the dossier: which version is left, by a lane of its own, and what it took."""

import re
from pathlib import Path
from typing import Any

import pytest

from harness.model.played import Played
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome
from harness.report import dossier, updates
from harness.tests.judge.story import Story


class Tale(Story):
    """An update from 2.0.0 that a cut meets."""

    def update(self, phase: str, **more: Any) -> None:
        self.terminal("update", phase=phase, version="2.1.0", **more)

    def offered(self) -> None:
        self.begin()
        self.say("updates", "offered", image="newer", version="2.1.0")
        self.update("offered")

    def cut(self) -> None:
        self.engine("fault_injected", fault="power_cut", label="power_cut")
        self.say("supply", "output", on=False)
        self.engine("fault_took_effect", fault="power_cut", label="power_cut",
                    evidence=len(self.rows))  # fmt: skip
        self.clear("power_cut")


SPEC = {"then": {"updated": {"to": "either", "out_of_service": "5 s"}},
        "when": [{"inject": {"power_cut": None}}]}  # fmt: skip


def met(end: str, phase: str = "downloading") -> Story:
    """A cut while it was in a phase, and how it came out of it."""
    tale = Tale(SPEC)
    tale.offered()
    if end == "not reached":
        tale.engine("fault_injected", fault="power_cut", label="power_cut")
        tale.engine("trigger_missed", wanted="a page", waited=9.0)
        return tale.end()
    tale.update(phase)
    tale.cut()
    if end == "dead":
        return tale.end(rest=False)
    tale.boot({"old": "2.0.0", "new": "2.1.0", "stranger": "6.6.6"}.get(end, ""))
    return tale.end()


def item(story: Story, **varied: str) -> Played:
    """The story as a run of one point."""
    said = ",".join(f"{name}={value}" for name, value in varied.items())
    about = Scenario(
        id="U-1", name=f"cut[{said}]", family="firmware", story="A cut.", covers=("E4",),
        tags=(), path="sweeps/cut.yaml", plain=dict(SPEC), varied=varied,
    )  # fmt: skip
    return Played(about, story.verdict(), story.trace(), Path("run") / f"cut_{said}")


def rows(*items: Played) -> list[updates.Row]:
    """The table of these items."""
    return updates.rows([("firmware/cut", items)])


@pytest.mark.parametrize(
    ("end", "lane"),
    [
        ("old", "old"), ("new", "new"), ("dead", "neither"), ("stranger", "neither"),
        ("not reached", "not reached"), ("unseen", "not known"),
    ],
)  # fmt: skip
def test_each_end_has_a_lane(end: str, lane: str) -> None:
    """Old, new, neither (dead, or what nobody offered), or a point that was never met."""
    assert rows(item(met(end)))[0].points[0].end == lane


def test_a_row_counts_ends_and_measures_times() -> None:
    """How many ended how, the middle and the worst, and the budget; a broken one is marked."""
    good, slow = met("old"), Tale(SPEC)
    slow.offered()
    slow.cut()
    slow.after(60).boot("2.0.0").end()
    row = rows(item(good, write="1"), item(slow, write="2"))[0]

    said, budget, broken = row.time("out_of_service")

    assert row.ends == "2 old"
    assert "worst 60" in said
    assert (budget, broken) == ("of 5 s", True)
    assert row.time("install") == ("", "", False)


def test_a_run_without_updates_has_no_row() -> None:
    """Nothing was offered."""
    assert rows(item(Story(SPEC).begin().end())) == []


def sweep(ends: list[str]) -> updates.Sweep:
    """Points 1, 2 ... that ended so."""
    items = [item(met(end), write=str(place)) for place, end in enumerate(ends, 1)]
    return rows(*items)[0].sweeps[0]


def test_a_strip_is_read_without_colour() -> None:
    """Marks of one end lie in one lane; what did not pass is crossed out; lanes have names."""
    ends = ["old", "old", "new", "dead", "not reached"]
    drawn = updates.draw(sweep(ends), [f"p{place}" for place in range(5)])

    tops = re.findall(r'y="([\d.]+)" width="[\d.]+" height="17.0" class="\w+ block"', drawn)
    assert tops[0] == tops[1]
    assert len(set(tops)) == 4
    assert all(f">{end}</text>" in drawn for end in ("new", "old", "neither", "not reached"))
    assert updates.UNSEEN not in drawn
    assert drawn.count('class="cross"') == 2 * 2  # dead, and not reached
    assert 'href="#p3"' in drawn
    assert ">downloading</text>" in drawn


def test_few_points_or_words_make_no_strip() -> None:
    """Five numbers are a sweep; phases and four numbers are none."""
    few = [item(met("old"), write=str(place)) for place in range(4)]
    words = [item(met("old"), phase=word) for word in "abcdef"]

    assert rows(*few)[0].sweeps == []
    assert rows(*words)[0].sweeps == []


def test_what_else_was_varied_makes_strips_of_their_own() -> None:
    """A percent at two levels: two strips, each along the percent; units are kept."""
    items = [
        item(met("old"), percent=f"{percent} %", level=level)
        for level in ("low", "high") for percent in (10, 20, 30, 40, 50)
    ]  # fmt: skip
    sweeps = rows(*items)[0].sweeps

    assert [one.of for one in sweeps] == ["level low", "level high"]
    assert {one.unit for one in sweeps} == {"%"}
    assert [point.x for point in sweeps[0].points] == [10, 20, 30, 40, 50]


def test_hostile_words_are_escaped() -> None:
    """A phase is the terminal's text."""
    tale = met("old", phase="<script>")
    items = [item(tale, write=str(place)) for place in range(6)]
    drawn = updates.draw(rows(*items)[0].sweeps[0], ["a"] * 6)

    assert "<script>" not in drawn


def test_every_mark_of_a_strip_leads_somewhere(tmp_path: Path) -> None:
    """To the item's section where it has one, else to its row of the table."""
    ends = ["old", "new", "dead", "old", "not reached", "old"]
    items = [item(met(end), write=str(place)) for place, end in enumerate(ends, 1)]
    page = dossier.render(items, rig="virtual", out=tmp_path, requirements={})

    targets = set(re.findall(r'<a href="#([^"]+)">', page))
    assert len(targets) >= len(ends)
    assert targets <= set(re.findall(r'id="([^"]+)"', page))
    assert 'class="tl strip"' in page
    assert "1 new, 3 old, 1 neither, 1 not reached" in page
    assert items[2].verdict.outcome is not Outcome.PASS


def test_of_a_sweep_that_fails_a_few_are_told_in_full(tmp_path: Path) -> None:
    """The rest in one line, each with its link: what went wrong is read on one screen."""
    items = [item(met("dead"), write=str(place)) for place in range(1, 13)]
    page = dossier.render(items, rig="virtual", out=tmp_path, requirements={})

    loud = page[page.index("What went wrong") : page.index("<h2>Updates</h2>")]
    assert loud.count('<span class="name">') == dossier.IN_FULL
    assert f"{12 - dossier.IN_FULL} more of cut" in loud
    assert all(f">write={place}</a>" in loud for place in range(dossier.IN_FULL + 1, 13))
