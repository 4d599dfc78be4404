"""Invariants over what a terminal says of itself: each holds, and each breaks on a lie."""

import pytest

from harness.tests.judge.story import Fits, Story, always, fails, passes, then, unsure


def said_on_display(story: Story, cause: str, text: str) -> None:
    """A report as the display gives it: the text, and what it means."""
    row = story.terminal("display", text=text)
    story.at(row.t)
    story.terminal("report", on="display", cause=cause, text=text)


def status(story: Story, code: str, cause: str = "") -> None:
    """The answer to a status enquiry."""
    row = story.terminal("terminal_status", code=code)
    if cause:
        story.at(row.t)
        story.terminal("report", on="ecr", cause=cause, code=code)


@pytest.mark.parametrize("channel", ["display", "ecr"])
def test_a_report_that_outlives_its_fault_is_caught(channel: str) -> None:
    """At rest the display and the status say nothing of what is over; taken back, it is fine."""

    def told() -> Story:
        story = always("reports_end")
        if channel == "display":
            said_on_display(story, "no_signal", "NO SIGNAL")
        else:
            status(story, "A3", "no_signal")
        return story

    stale, taken_back = told(), told()
    taken_back.terminal("display", text="READY")
    status(taken_back, "00")

    assert fails(stale.end().clause())
    assert f"no_signal on the {channel}" in stale.clause().reason
    assert passes(taken_back.end().clause())


def test_a_status_from_before_the_end_of_a_condition_says_nothing_of_now() -> None:
    """The line went dead after it: whether the terminal still says so, nobody has heard."""
    story = always("reports_end")
    status(story, "A3", "no_signal")
    story.terminal("cleared", cause="no_signal")
    told_anew = always("reports_end")
    told_anew.terminal("cleared", cause="no_signal")
    status(told_anew, "A3", "no_signal")

    assert unsure(story.end().clause())
    assert fails(told_anew.end().clause())


def test_a_register_that_asks_late_is_told_once_of_what_lasted_a_moment() -> None:
    """A dip of the supply may be over before it asks; asked again, the terminal is well."""
    late, twice = always("reports_end"), always("reports_end")
    for story in (late, twice):
        story.terminal("detected", cause="supply_low")
        story.terminal("cleared", cause="supply_low")
        status(story.after(30), "F1", "supply_low")
    status(twice.after(30), "F1", "supply_low")

    assert unsure(late.end().clause())
    assert fails(twice.end().clause())


def test_what_has_happened_may_stay_on_show() -> None:
    """A restart is no condition, and what a sale was refused for is no status."""
    story = always("reports_end")
    said_on_display(story, "power_lost", "RESTARTED")
    story.terminal("report", on="ecr", cause="host_silent", code="A1")

    assert passes(story.end().clause())


def test_reports_are_judged_at_rest_only() -> None:
    """Before, the fault may still hold."""
    story = always("reports_end")
    said_on_display(story, "no_signal", "NO SIGNAL")

    assert unsure(story.end(rest=False).clause())


@pytest.mark.parametrize(
    ("pending", "reversed_", "fits"), [(0, False, fails), (1, False, passes), (0, True, passes)]
)
def test_ready_with_nothing_pending_must_be_true(pending: int, reversed_: bool, fits: Fits) -> None:
    """Ready is a lie while a reversal is owed, unless it says that one pends."""
    story = always("ready_owes_nothing").unanswered("first", 1)
    if reversed_:
        story.reverse(1)
    story.terminal("state", state="ready", pending=pending)

    assert fits(story.end().clause())


def test_a_refused_sale_owes_nothing_even_where_the_console_is_terse() -> None:
    """The host's own answer says that no money moved."""
    story = always("ready_owes_nothing")
    story.start("first")
    story.request("first", 1, status="declined")
    story.answer(1, "A0", arrives=False)
    story.terminal("not_done", stan=1)
    story.terminal("state", state="ready", pending=0)

    assert passes(story.end().clause())


@pytest.mark.parametrize(
    ("reason", "before", "fits"),
    [
        ("power", ("supply", "output"), passes), ("power", None, fails),
        ("update", ("updates", "offered"), passes), ("update", ("supply", "set"), fails),
        ("watchdog", ("supply", "output"), fails),
    ],
)  # fmt: skip
def test_a_restart_has_a_reason_outside(
    reason: str, before: tuple[str, str] | None, fits: Fits
) -> None:
    """A supply that moved, an update that was offered; a watchdog is never one."""
    story = always("no_unasked_restart")
    story.say("supply", "measured", volts=5.0)
    story.say("updates", "withdrawn")
    if before is not None:
        story.say(*before)
    story.boot(reason=reason)

    assert fits(story.end().clause())


def test_the_register_is_told_once() -> None:
    """Two results in one sale are two sales to a register; one asked for later is not."""
    twice, asked = always("told_once"), always("told_once")
    for story in (twice, asked):
        story.start("first")
        story.terminal("ecr_result", code="00", stan=1)
    twice.terminal("ecr_result", code="00", stan=1)
    asked.ended("first", "unknown")
    asked.terminal("ecr_result", code="00", stan=1)

    assert fails(twice.end().clause())
    assert passes(asked.end().clause())


@pytest.mark.parametrize(("gap", "fits"), [(5.0, passes), (0.5, fails)])
def test_retries_keep_their_distance(gap: float, fits: Fits) -> None:
    """Reversals of one sale and connections are counted, each by itself."""
    reversals, connections = always("retries_bounded"), always("retries_bounded")
    for _ in range(12):
        reversals.after(gap).host("request_received", mti="0400", stan=1)
        connections.after(gap).host("connected")

    assert fits(reversals.end().clause())
    assert fits(connections.end().clause())


@pytest.mark.parametrize("code", ["99", "A0"])
@pytest.mark.parametrize(("signs_on", "fits"), [(True, passes), (False, fails)])
def test_refused_keys_are_not_used_again(code: str, signs_on: bool, fits: Fits) -> None:
    """After 99 or A0 a sign-on comes before anything that moves money."""
    story = always("signs_on_again")
    story.request("first", 1, status="declined")
    story.answer(1, code)
    if signs_on:
        story.host("signed_on", batch=1)
    story.request("second", 2)

    assert fits(story.end().clause())


def test_after_an_update_is_done_there_is_no_way_back() -> None:
    """The old version may run until then, and not after; what it claims to run must run."""
    story, lie = always("boots_old_or_new"), always("boots_old_or_new")
    for one in (story, lie):
        one.say("updates", "offered", image="newer", version="2.1.0")
    story.boot("2.1.0", "update")
    for one in (story, lie):
        one.terminal("update", phase="done", version="2.1.0")
    assert passes(always("boots_old_or_new").end().clause())
    assert "2.0.0 runs" in lie.end().clause().reason

    story.boot("2.0.0")
    assert fails(story.end().clause())


def test_the_display_may_not_call_a_failed_sale_approved() -> None:
    """The cardholder goes by what is shown."""
    story = always("outcomes_agree")
    story.start("first")
    story.terminal("shown", outcome="approved", of="first")
    story.ended("first", "failed", cause="host_silent")

    assert fails(story.end().clause())
    assert "approved by the display" in story.clause().reason


def test_an_end_before_the_fault_is_nobodys_fault() -> None:
    """A sale that ended otherwise because its fault never came shows nothing; after it, it does."""
    never = then(survives={"sale": "first", "outcome": "failed"})
    late = then(survives={"sale": "first", "outcome": "failed"})
    for story in (never, late):
        story.start("first")
        story.ended("first", "approved")
    late.inject()
    late.clear()

    assert unsure(never.end().clause("survives"))
    assert fails(late.end().clause("survives"))


def test_a_second_print_is_a_copy_even_when_the_first_was_torn() -> None:
    """What a cut left is on paper."""
    story = always("receipt_needs_journal").sale("first", 1)
    for _ in range(2):
        story.terminal("printing", stan=1, outcome="approved", copy=False, **story.facts(1234))

    assert fails(story.end().clause())


@pytest.mark.parametrize(
    ("word", "version", "booted", "fits"),
    [
        ("done", "2.1.0", "2.1.0", passes), ("done", "2.1.0", "2.0.0", fails),
        ("first_boot", "2.0.0", "2.1.0", fails), ("first_boot", "2.1.0", "2.1.0", passes),
    ],
)  # fmt: skip
def test_the_version_that_is_told_is_the_one_that_runs(
    word: str, version: str, booted: str, fits: Fits
) -> None:
    """Whatever it says after its start; what it says before it may come true with the start."""
    story = always("boots_old_or_new")
    story.say("updates", "offered", image="newer", version="2.1.0")
    if word == "done":
        story.terminal("update", phase=word, version=version)
    story.boot(booted, "update")
    story.terminal("update", phase=word, version=version)

    assert fits(story.end().clause())


@pytest.mark.parametrize(("started", "fits"), [("2.0.0", passes), ("2.1.0", fails)])
def test_what_has_not_arrived_does_not_run(started: str, fits: Fits) -> None:
    """After an update that a cut broke off the start names what it runs, not what is to come."""
    story = always("boots_old_or_new")
    story.say("updates", "offered", image="newer", version="2.1.0")
    story.terminal("update", phase="downloading", version="2.1.0", percent=40)
    story.boot(started)
    story.terminal("update", phase="paused", version="2.1.0", percent=40)

    assert fits(story.end().clause())


@pytest.mark.parametrize("image", ["configuration", "keys"])
def test_what_is_no_code_has_a_version_of_its_own(image: str) -> None:
    """A configuration is done, and the same version runs; and no configuration starts as code."""
    story, wrong = always("boots_old_or_new"), always("boots_old_or_new")
    for one in (story, wrong):
        one.say("updates", "offered", image=image, version="7.0")
        one.terminal("update", phase="done", version="7.0")
    wrong.boot("7.0")

    assert passes(story.end().clause())
    assert fails(wrong.end().clause())


@pytest.mark.parametrize(("image", "version"), [("replayed", "2.1.0"), ("bit_flipped", "2.1.0")])
def test_a_replayed_or_flipped_image_never_runs(image: str, version: str) -> None:
    """However new its manifest calls it."""
    story = always("boots_old_or_new")
    story.say("updates", "offered", image=image, version=version)

    assert fails(story.boot(version, "update").end().clause())


def updated_in_between() -> Story:
    """A sale, a start by an update, and the next sale."""
    story = always("keys_survive").sale("first", 1)
    story.terminal("update", phase="committing", version="2.1.0")
    story.boot("2.1.0", "update")
    return story


def test_behind_an_update_a_terminal_is_who_it_was() -> None:
    """Same number and good signatures hold; another number or a bad MAC do not."""
    good, other, unsigned = (updated_in_between().sale("second", 2) for _ in range(3))
    for one, fields in ((other, {"tid": "HIL00002"}), (unsigned, {"mac_ok": False})):
        [row for row in one.rows if row.kind == "request_received"][-1].fields.update(fields)

    assert passes(good.end().clause())
    assert "it is HIL00002" in other.end().clause().reason
    assert fails(unsigned.end().clause())


def test_nothing_asked_behind_an_update_shows_nothing_of_keys() -> None:
    """Without a request behind it nobody knows; without an update there is nothing to lose."""
    assert unsure(updated_in_between().end().clause())
    assert passes(always("keys_survive").sale("first", 1).boot().end().clause())


def test_a_host_that_spoils_keys_is_no_update_that_lost_them() -> None:
    """A bad MAC behind it is nothing new where it was there before, or where the host meddled."""
    meddled, before = updated_in_between(), always("keys_survive").sale("first", 1)
    meddled.host("misbehaved", act="bad_keys")
    [row for row in before.rows if row.kind == "request_received"][-1].fields["mac_ok"] = False
    before.boot("2.1.0", "update")
    for one in (meddled, before):
        one.sale("second", 2)
        [row for row in one.rows if row.kind == "request_received"][-1].fields["mac_ok"] = False
        assert passes(one.end().clause())


@pytest.mark.parametrize(
    ("shown", "after", "fits"),
    [(False, 3.0, passes), (False, 11.0, fails), (True, 3.0, fails)],
)
def test_a_display_may_be_behind_by_some_seconds(shown: bool, after: float, fits: Fits) -> None:
    """What it has not shown of the sale before it may still show in the next one."""
    story = always("outcomes_agree").sale("first", 1)
    if shown:
        story.terminal("shown", outcome="approved")
    begun = story.now
    story.start("second")
    story.at(begun + after).terminal("shown", outcome="approved", of="second")
    story.ended("second", "failed")

    assert fits(story.end().clause())


@pytest.mark.parametrize(("times", "fits"), [(1, passes), (2, fails)])
def test_a_display_may_be_behind_by_more_than_one_sale(times: int, fits: Fits) -> None:
    """An approval shown in the sale after the next is the first one's; a second one is not."""
    story = always("outcomes_agree").sale("first", 1)
    begun = story.now
    story.start("second")
    story.at(begun + 1.0).ended("second", "declined")
    story.start("third")
    for _ in range(times):
        story.at(story.now + 1.0).terminal("shown", outcome="approved", of="third")
    story.ended("third", "failed")

    assert fits(story.end().clause())
