"""The proof's order of play."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from harness import prove as proving
from harness.cli.proof import _tell
from harness.errors import Stuck
from harness.model.scenario import Scenario
from harness.model.verdict import Outcome, Verdict
from harness.prove import job
from harness.prove.job import dealt, on_every_class, one_of_each
from harness.prove.planted import parts
from harness.rig import signals
from harness.runner import Session


def story(family: str, name: str) -> Scenario:
    """An item with nothing in it but its name."""
    return Scenario(id="P-1", story="", family=family, name=name, plain={})


def test_every_story_is_played_once_before_one_is_varied() -> None:
    """The first variation of each, then the second of each, in the order of the files."""
    items = [
        story("power", "cut[after=1s]"), story("power", "cut[after=2s]"),
        story("power", "cut[after=3s]"), story("host", "cut"), story("power", "dip[to=40%]"),
        story("power", "dip[to=70%]"),
    ]  # fmt: skip

    assert [f"{one.family}/{one.name}" for one in dealt(items)] == [
        "power/cut[after=1s]", "host/cut", "power/dip[to=40%]", "power/cut[after=2s]",
        "power/dip[to=70%]", "power/cut[after=3s]",
    ]  # fmt: skip


def test_nothing_is_left_out_and_nothing_doubled() -> None:
    """All items of all stories, each once."""
    items = [story("power", f"cut[after={n}s]") for n in range(20)]

    assert dealt(items) == items
    assert dealt([]) == []


def test_what_a_defect_says_that_it_breaks_is_played_first() -> None:
    """By id; the other stories still follow, and an id is no part of another."""
    named = {"a": "Q-1", "b": "Q-10", "c": "S-3", "d": ""}
    items = [replace(story("data", name), id=key) for name, key in named.items()]

    told = dealt(items, "Breaks S-3 and Q-10: whatever it is.")

    assert [item.name for item in told] == ["b", "c", "a", "d"]


def test_with_each_seed_another_item_of_an_id_is_played() -> None:
    """Ids without an item are left out; after the last item comes the first again."""
    items = [replace(story("data", name), id="Q-1") for name in ("a", "b")]
    items.append(replace(story("power", "c"), id="P-1"))

    names = [
        [one.name for one in one_of_each(items, ["Q-1", "S-1", "P-1"], seed)] for seed in range(3)
    ]

    assert names == [["a", "c"], ["b", "c"], ["a", "c"]]


def _playing(name: str, outcome: Outcome, *facts: str) -> Any:
    """A session whose every item ends so."""
    rig = SimpleNamespace(name=name, facts=facts)
    return SimpleNamespace(rig=rig, play=lambda _: SimpleNamespace(verdict=Verdict(outcome, "")))


@pytest.mark.parametrize(
    ("usual", "rigs"),
    [(Outcome.PASS, ["countertop", "smart"]), (Outcome.SKIPPED, ["countertop", "smart", "worn"])],
)
def test_a_special_terminal_plays_only_what_no_class_can(usual: Outcome, rigs: list[str]) -> None:
    """One with a spare bearer, or with numbers that begin anew, is no class of its own."""
    sessions = [
        _playing("countertop", usual), _playing("worn", Outcome.PASS, "numbers_near_end"),
        _playing("smart", usual),
    ]  # fmt: skip
    scenario: Any = SimpleNamespace(family="power", name="cut")

    rows = on_every_class(sessions, scenario)

    assert [title for _, title, _ in rows] == [f"power/cut on {name}" for name in rigs]


def test_the_parts_that_a_defect_may_replace_are_told() -> None:
    """By name, with what their files say."""
    found = parts()

    assert {"Payment", "Storage", "Reversals", "CardReader"} <= set(found)
    assert all(found.values())


def test_a_firmware_that_never_gives_way_is_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even the clock is asked: an alarm of the wall ends the item, and it is an ERROR."""
    monkeypatch.setattr(job, "LONGEST", 1.0)
    monkeypatch.setattr(signals, "RING_AGAIN", 0.2)
    loop = Looping()

    verdict = job._in_time(cast("Session", loop), story("power", "cut"))

    assert (verdict.outcome, loop.rings > 1) == (Outcome.ERROR, True)
    assert "1 s of wall time" in verdict.reason


class Looping:
    """A session whose item ends by being told so twice only."""

    rings = 0

    def play(self, _scenario: Scenario) -> None:
        while True:
            try:
                while True:
                    pass
            except Stuck:
                self.rings += 1
                if self.rings > 1:
                    raise


def test_what_is_misjudged_is_told_as_soon_as_it_is_known(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Not at the end of an hour; and only of the reference: a defect is meant to fail."""
    rows = [("FAIL", "power/cut", ["survives"]), ("PASS", "power/dip", [""])]
    monkeypatch.setattr(proving, "_played", lambda jobs: ((job, rows) for job in jobs))
    monkeypatch.setattr(proving, "loaded", Loaded())

    proof = proving.prove([], [], only=["fsync_missing"], tell=_tell)

    said = capsys.readouterr().err
    assert said.count("MISJUDGED power/cut (seed 0): FAIL: survives") == said.count("seed 0, part")
    assert proof.misjudged
    assert proof.caught["fsync_missing"].by == [("power/cut", "survives")]


class Loaded:
    """No items."""

    def cache_clear(self) -> None:
        """There is nothing."""

    def __call__(self, *_: object) -> None:
        """There are none."""
