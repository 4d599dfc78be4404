"""``updated``: which version is left, what it took, and what it cost to fetch."""

from collections.abc import Callable
from typing import Any

import pytest

from harness.judge._course import Course
from harness.judge.updated import Updated
from harness.model.trace import Observation
from harness.model.verdict import ClauseVerdict
from harness.model.words import WordError, fill
from harness.tests.judge.story import Story, fails, passes, unsure

SIZE = 200_000
Fits = Callable[[ClauseVerdict], bool]


class Tale(Story):
    """A story of an update from 2.0.0 to 2.1.0."""

    def offered(self, image: str = "newer", version: str = "2.1.0") -> "Tale":
        self.say("updates", "offered", image=image, version=version)
        return self

    def phase(self, phase: str, **more: Any) -> "Tale":
        self.terminal("update", phase=phase, **{"version": "2.1.0", **more})
        return self

    def fetched(self, begin: int = 0, to: int = SIZE, told: int | None = None) -> "Tale":
        """A request for the image, sent up to ``to``; the terminal tells ``told`` percent."""
        self.say("updates", "requested", path="/images/newer", status=206 if begin else 200,
                 **{"from": begin, "to": SIZE - 1})  # fmt: skip
        self.phase("downloading", percent=begin * 100 // SIZE)
        self.say("updates", "served", path="/images/newer", image="newer", bytes=to, of=SIZE,
                 percent=to * 100 // SIZE, done=to == SIZE)  # fmt: skip
        self.phase("downloading", percent=to * 100 // SIZE if told is None else told)
        return self

    def state(self, state: str) -> "Tale":
        self.terminal("state", state=state, pending=0, online=True)
        return self

    def installed(self) -> "Tale":
        """Checked, written in ten seconds, started, and confirmed."""
        self.phase("verifying").phase("installing", percent=0)
        self.after(9.9)
        self.phase("committing")
        self.terminal("boot", version="2.1.0", slot="B", reason="update")
        self.state("booting").phase("first_boot")
        self.state("connecting").state("ready")
        self.phase("done")
        return self

    def good(self) -> "Tale":
        self.offered().phase("offered").state("updating").fetched().installed()
        return self


def tale(**own: Any) -> Tale:
    """Begun, with this ``updated``."""
    story = Tale({"then": {"updated": own or None}, "when": [{"update": "newer"}]})
    story.begin()
    return story


@pytest.mark.parametrize(("to", "fits"), [("new", passes), ("either", passes), ("old", fails)])
def test_after_a_good_update_the_new_version_runs(to: str, fits: Fits) -> None:
    """What runs at the end is compared with what had to."""
    clause = tale(to=to).good().sale("first", 1).end()

    assert isinstance(clause, Tale)
    assert fits(clause.clause("updated"))
    assert "2.1.0 runs (new)" in clause.clause("updated").reason


@pytest.mark.parametrize(("to", "fits"), [("new", fails), ("either", passes), ("old", passes)])
@pytest.mark.parametrize("ending", ["refused", "failed", "rolled_back"])
def test_an_update_that_was_given_up_leaves_the_old_version(
    to: str, fits: Fits, ending: str
) -> None:
    """A refusal, a failure and a way back all end on the old one."""
    story = tale(to=to).offered().phase("offered").phase(ending, cause="update_failed")
    story.end()

    assert fits(story.clause("updated"))


@pytest.mark.parametrize("answers_late", [False, True])
@pytest.mark.parametrize(
    ("handed", "met", "again", "fits"),
    [
        (True, True, False, unsure),
        (False, True, False, fails),  # it fetches for itself: it has to come back to it
        (True, False, False, fails),  # nothing stood in its way
        (True, True, True, fails),  # it was given once more, and failed without a fault
    ],
)
def test_what_was_handed_over_and_broken_off_is_for_others_to_hand_over_again(
    *, handed: bool, met: bool, again: bool, fits: Fits, answers_late: bool
) -> None:
    """A terminal whose updates are pushed looks for none.

    What came of handing it over is known when it is over here, or, by a register's protocol, when
    the update is.
    """
    story = tale(to="new")
    if met:
        story.inject("power_cut")
    for _ in range(2 if again else 1):
        story.offered().phase("offered")
        if handed and not answers_late:
            story.engine("handed_over", image="newer", outcome="approved")
        if met and answers_late:
            story.clear("power_cut")
        story.phase("failed", cause="update_interrupted")
        if handed and answers_late:
            story.engine("handed_over", image="newer", outcome="unknown")
        if met and not answers_late:
            story.clear("power_cut")
        met = False
    story.end()

    assert fits(story.clause("updated")), story.clause("updated").reason


def test_a_new_version_is_not_demanded_while_the_update_is_under_way() -> None:
    """It may come yet: nobody has said that it will not."""
    story = tale(to="new").offered().phase("offered").fetched(to=1000)
    story.end()

    assert unsure(story.clause("updated"))
    assert "downloading last" in story.clause("updated").reason


@pytest.mark.parametrize(
    ("kinds", "said"),
    [
        (("offered", "update"), "no update was offered"), (("update",), "never looked"),
        (("boot",), "which version runs nobody said"),
    ],
)  # fmt: skip
def test_what_was_not_seen_decides_nothing(kinds: tuple[str, ...], said: str) -> None:
    """Without an offer, a look at it or a version there is no answer."""
    story = tale(to="new").offered().phase("refused")
    story.end().drop(lambda row: row.kind in kinds)

    assert unsure(story.clause("updated"))
    assert said in story.clause("updated").reason


def test_a_terminal_of_other_habits_passes() -> None:
    """One that tells nothing but its starts is judged by them, and has no times."""
    story = tale(to="new").offered()
    story.say("updates", "requested", path="/images/newer", status=200, **{"from": 0, "to": 9})
    story.boot("2.1.0", "update").end()

    clause = story.clause("updated")
    assert passes(clause)
    assert "install" not in clause.reason


@pytest.mark.parametrize(("phase", "to", "fits"), [
    ("done", "new", passes), ("done", "old", fails), ("refused", "old", passes),
    ("refused", "new", fails),
])  # fmt: skip
def test_what_is_no_code_is_known_by_its_end(phase: str, to: str, fits: Fits) -> None:
    """A configuration changes no version: the terminal's own word counts."""
    story = tale(to=to).offered("configuration", "7").phase("offered", of="configuration")
    story.phase(phase, version="7", of="configuration").end()

    assert fits(story.clause("updated"))


def test_the_times_are_told_without_a_budget() -> None:
    """Download, install, out of service and back to the first sale, in the reason."""
    story = tale().good().sale("first", 1).end()

    assert isinstance(story, Tale)
    reason = story.clause("updated").reason
    for said in ("download 0.3 s", "install 10 s", "out of service 10.6 s", "first sale 11.6 s"):
        assert said in reason
    assert [row.clause for row in story.verdict().clauses if "updated" in row.clause] == ["updated"]


@pytest.mark.parametrize(
    ("what", "enough", "short"),
    [
        ("download", "300 ms", "200 ms"), ("install", "10 s", "9 s"),
        ("out_of_service", "11 s", "5 s"), ("first_sale", "12 s", "11 s"),
    ],
)  # fmt: skip
def test_each_time_has_its_budget(what: str, enough: str, short: str) -> None:
    """Each is a clause of its own, with what was measured; too long is the terminal's fault."""
    good, slow = ({what: budget} for budget in (enough, short))
    clauses = []
    for own in (good, slow):
        story = tale(**own).good().sale("first", 1).end()
        assert isinstance(story, Tale)
        clauses.append(story.clause("updated:"))

    assert passes(clauses[0])
    assert clauses[0].measured is not None
    assert clauses[0].budget is not None
    assert fails(clauses[1])


def test_an_installation_without_an_end_fails_when_its_budget_is_over() -> None:
    """Online, by silence alone."""
    story = tale(install="60 s").offered().phase("offered").phase("installing", percent=0)
    case = story.case()
    assert case.deadline() == pytest.approx(story.rows[-1].t + 60)
    case.at(story.now + 61)

    named = [row for row in case.verdict().clauses if row.clause == "updated: install"]
    assert fails(named[0])


@pytest.mark.parametrize("ending", ["refused", "failed"])
def test_what_was_given_up_needs_no_more_time(ending: str) -> None:
    """A download that was refused has no end to wait for."""
    story = tale(download="10 s").offered().phase("downloading", percent=0).phase(ending)
    story.after(100).end()

    assert passes(story.clause("updated:"))
    assert ending in story.clause("updated:").reason


def test_a_download_that_a_cut_ended_in_silence_is_nobodys_debt() -> None:
    """The old version started and said nothing of it: no FAIL, and no PASS either."""
    story = tale(download="10 s").offered().phase("downloading", percent=0)
    story.boot("2.0.0").after(100)

    assert unsure(story.end().clause("updated:"))


def test_without_supply_it_is_out_of_service() -> None:
    """From the cut on, not from the start that follows; a download alone is not."""
    story = tale(out_of_service="20 s").offered().state("updating").fetched(to=1000)
    story.after(100)
    story.say("supply", "output", on=False)
    story.after(19.8).boot("2.0.0").end()

    clause = story.clause("updated:")
    assert fails(clause)
    assert "20.2 s" in clause.reason or "no end" in clause.reason


@pytest.mark.parametrize("sign", ["status", "sale"])
def test_a_lost_line_does_not_keep_it_out_of_service(sign: str) -> None:
    """It answers that all is well, or sells: so it is back, whatever its log has not said."""
    story = tale(out_of_service="30 s").offered().phase("offered").state("ready")
    story.boot("2.0.0").drop(lambda row: row.t > 1 and row.fields.get("state") == "ready")
    if sign == "status":
        story.terminal("terminal_status", code="00")
    else:
        story.sale("first", 1)
    story.after(100).end()

    assert passes(story.clause("updated:"))


def test_a_terminal_that_tells_no_state_is_not_called_out_of_service() -> None:
    """Its starts are seen, and when it was back is not."""
    story = tale(out_of_service="5 s").offered().phase("offered")
    story.boot("2.0.0").drop(lambda row: row.kind == "state").after(100).end()

    assert unsure(story.clause("updated:"))


def test_no_sale_in_its_time_shows_nothing() -> None:
    """Whether it would have sold nobody tried."""
    story = tale(first_sale="5 s").good().after(100)

    assert unsure(story.end().clause("updated:"))


def test_a_sale_that_was_refused_too_long_fails() -> None:
    """It was tried, and refused until the time was over."""
    story = tale(first_sale="30 s").good()
    story.start("proof-1")
    story.ended("proof-1", "failed", cause="maintenance_due")
    story.after(60).end()

    assert fails(story.clause("updated:"))


@pytest.mark.parametrize(
    ("second", "told", "fits"),
    [
        (80_000, 45, passes),  # taken up where it was: what the store had sent ahead is lost
        (0, 45, fails),  # from zero, and the terminal had told 45 percent
        (0, 0, passes),  # from zero, at the very beginning: more than a step it would have told
        (0, None, unsure),  # from zero; how much of the first had arrived nobody knows
    ],
)
def test_what_is_fetched_twice_is_counted(second: int, told: int | None, fits: Fits) -> None:
    """By ranges and by the terminal's own percent, against the store's count."""
    story = tale(most_downloaded="130 %").offered().phase("offered")
    story.fetched(to=100_000, told=told or 0)
    if told is None:
        story.drop(lambda row: "percent" in row.fields and row.source == "terminal")
    for begin in range(second, SIZE, 20_000):
        story.fetched(begin, to=begin + 20_000)
    story.installed()

    assert fits(story.end().clause("updated: at most"))


def test_without_a_store_nobody_counts() -> None:
    """A store of somebody else's tells nothing of what it sends."""
    story = tale(most_downloaded="130 %").good().end()
    assert isinstance(story, Tale)
    story.drop(lambda row: row.kind in ("requested", "served"))

    assert unsure(story.clause("updated: at most"))


def test_the_live_course_is_the_recorded_one() -> None:
    """A report reads the same figures from the whole trace that the judge read line by line."""
    story = tale().good().sale("first", 1)
    trace = story.end().trace()
    course = Course.of(trace)

    assert (course.old, course.running) == ("2.0.0", "2.1.0")
    assert course.took("install") == pytest.approx(10)
    assert course.downloaded() == (1.0, 1.0)
    assert course.began is not None
    assert isinstance(course.last, Observation)


def test_unknown_ends_are_refused() -> None:
    """``newest`` is an image, and no end."""
    with pytest.raises(WordError):
        fill(Updated, {"to": "newest"})
