"""Invariants about power: clocks after a cut, receipts a cut broke off, alarms without a cause."""

import pytest

from harness.tests.judge.story import Fits, Story, always, fails, passes, unsure


def asks(story: Story, skew: float | None, **more: object) -> None:
    """A request as the host sees it."""
    row = {"mti": "0200", "stan": 1, "batch": 1, "tid": "HIL00001", "skew": skew, **more}
    story.host("request_received", **row)


# --- clock_agrees -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("skew", "fits"), [(0, passes), (-120, passes), (121, fails), (-820_000_000, fails)]
)
def test_the_clock_must_agree_with_the_hosts(skew: int, fits: Fits) -> None:
    """Up to two minutes apart is a matter of lines and quartz; a year is another day's batch."""
    story = always("clock_agrees")
    asks(story, skew)

    assert fits(story.end().clause())


def test_how_far_the_clock_may_be_off_is_the_scenarios() -> None:
    """A budget of its own, and the verdict names the distance."""
    story = Story({"always": [{"clock_agrees": {"by": "5 s"}}]}).begin()
    asks(story, -9)
    clause = story.end().clause()

    assert fails(clause)
    assert "9 s behind" in clause.reason


def test_only_what_moves_money_is_stamped() -> None:
    """A sign-on is how a terminal learns the time; it may be wrong before."""
    story = always("clock_agrees")
    asks(story, -820_000_000, mti="0800")
    asks(story, 0)

    assert passes(story.end().clause())


def test_a_clock_nobody_was_told_shows_nothing() -> None:
    """No request, none with a time, or no host: open."""
    silent, untimed = always("clock_agrees"), always("clock_agrees")
    asks(untimed, None)
    blind = Story({"always": ["clock_agrees"]}, observes=("console",)).begin()
    blind.engine("run_ended", reason="rest")

    assert unsure(silent.end().clause())
    assert "no request told" in untimed.end().clause().reason
    assert unsure(blind.clause())


# --- receipt_for_each_sale ----------------------------------------------------------------------


def approved_without_paper() -> Story:
    """A sale that is approved and booked, its receipt begun."""
    story = always("receipt_for_each_sale")
    story.start("first")
    story.request("first", 1)
    story.answer(1)
    story.book(1)
    story.terminal("printing", stan=1, outcome="approved", copy=False, **story.facts(1234))
    return story


def test_a_sale_with_its_receipt_holds() -> None:
    """One sale, one receipt."""
    clause = always("receipt_for_each_sale").sale("first", 1).end().clause()

    assert passes(clause)
    assert "1 approved sale" in clause.reason


def test_a_receipt_that_was_never_finished_fails() -> None:
    """Half a receipt is none, and the reason says that it was begun."""
    story = approved_without_paper()
    story.ended("first", "approved", stan=1)
    clause = story.end().clause()

    assert fails(clause)
    assert "begun and never finished" in clause.reason


def test_a_marked_copy_makes_up_for_it() -> None:
    """After the restart the terminal prints it again and says that it is a copy."""
    story = approved_without_paper()
    story.ended("first", "unknown")
    story.boot()
    story.receipt(1, copy=True)

    assert passes(story.end().clause())


def test_a_record_in_the_journal_counts_when_the_console_was_cut_short() -> None:
    """The approval's own line was lost with the supply; the journal has it."""
    story = approved_without_paper().drop(lambda row: row.kind == "approved")
    story.boot()

    assert fails(story.end().clause())


@pytest.mark.parametrize(("amount", "sound"), [(1234, passes), (1235, fails)])
def test_a_receipt_told_without_its_number_is_known_by_its_amount(amount: int, sound: Fits) -> None:
    """Not every log says which trace number is on the paper; another sale's is not this one's."""
    story = approved_without_paper()
    story.ended("first", "approved", stan=1)
    story.terminal("printed", outcome="approved", copy=False, **story.facts(amount))

    assert sound(story.end().clause())


def test_one_receipt_without_a_number_is_that_of_one_sale() -> None:
    """Two sales of one amount have two."""
    story = always("receipt_for_each_sale")
    for stan in (1, 2):
        story.start(str(stan))
        story.request(str(stan), stan)
        story.answer(stan)
        story.book(stan)
        story.ended(str(stan), "approved", stan=stan)
    story.terminal("printed", outcome="approved", copy=False, **story.facts(1234))

    assert fails(story.end().clause())


def test_what_was_undone_needs_no_receipt() -> None:
    """A reversed sale is none."""
    story = approved_without_paper()
    story.ended("first", "failed", stan=1)
    story.reverse(1)

    assert passes(story.end().clause())


def test_without_sight_of_receipts_their_lack_is_no_evidence() -> None:
    """A rig that sees no printer cannot tell."""
    story = Story({"always": ["receipt_for_each_sale"]}, observes=("ecr", "host")).begin()
    story.start("first")
    story.ended("first", "approved", stan=1)

    assert unsure(story.end().clause())
    assert unsure(approved_without_paper().end(rest=False).clause())


@pytest.mark.parametrize(
    ("tells", "sound"), [(None, fails), (["state", "printed"], fails), (["state"], unsure)]
)
def test_a_log_that_never_tells_of_receipts_is_no_evidence(
    tells: list[str] | None, sound: Fits
) -> None:
    """Many logs do not; one that would have told and did not speaks against the terminal."""
    story = Story({"always": ["receipt_for_each_sale"]}, tells=tells).begin()
    story.start("first")
    story.request("first", 1)
    story.answer(1)
    story.book(1)
    story.ended("first", "approved", stan=1)

    assert sound(story.end().clause())


# --- no_false_alarm -----------------------------------------------------------------------------


@pytest.mark.parametrize("cause", ["supply_low", "supply_high", "battery_low"])
def test_a_bad_supply_needs_a_reason(cause: str) -> None:
    """Nobody moved it: a false alarm. A set-point, an output or a fault of power: a reason."""
    story = always("no_false_alarm")
    story.terminal("detected", cause=cause, text="E401")
    assert fails(story.end().clause())

    for source, kind in (("supply", "set"), ("supply", "output"), ("switch", "output")):
        story = always("no_false_alarm")
        story.say(source, kind)
        story.terminal("detected", cause=cause, text="E401")
        assert passes(story.end().clause())


@pytest.mark.parametrize(("word", "fits"), [("power_dip", passes), ("signal_lost", fails)])
def test_a_fault_of_power_is_a_reason_another_is_none(word: str, fits: Fits) -> None:
    """A list plays a dip without a set-point; a lost signal moves no supply."""
    story = always("no_false_alarm")
    story.inject(word)
    story.terminal("report", on="display", cause="supply_low", text="LOW")

    assert fits(story.end().clause())


def test_what_the_register_hears_late_is_no_alarm() -> None:
    """A register is told once of what was before; other causes are not looked at."""
    story = always("no_false_alarm")
    story.terminal("report", on="ecr", cause="supply_low", code="BF")
    story.terminal("detected", cause="no_signal", text="E106")

    assert passes(story.end().clause())


def test_where_no_alarm_can_be_heard_its_absence_shows_nothing() -> None:
    """Neither console nor display."""
    story = Story({"always": ["no_false_alarm"]}, observes=("ecr", "host"))
    story.engine("run_started", spec=dict(story.spec), observes=["ecr", "host"], seed=1)
    story.engine("given_ready")

    assert unsure(story.end().clause())


# --- no_unasked_restart -------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "fits"), [("power_preset", passes), ("signal_lost", fails)])
def test_a_fault_of_power_explains_the_starts_while_it_stands(word: str, fits: Fits) -> None:
    """A list dips the supply three times and says no set-point."""
    story = always("no_unasked_restart")
    story.say("supply", "measured", volts=5.0)
    story.inject(word)
    for _ in range(3):
        story.boot()
    story.clear(word)

    assert fits(story.end().clause())


def test_after_the_fault_one_more_start_may_come_and_no_second() -> None:
    """The supply is back at the clearing; what starts after that again does so by itself."""
    once, twice = always("no_unasked_restart"), always("no_unasked_restart")
    for story, starts in ((once, 1), (twice, 2)):
        story.say("supply", "measured", volts=5.0)
        story.inject("power_preset")
        story.clear("power_preset")
        for _ in range(starts):
            story.boot()

    assert passes(once.end().clause())
    assert fails(twice.end().clause())


def test_a_switch_in_the_line_moves_the_supply() -> None:
    """A relay that opened explains a start as an output that went off does."""
    story = always("no_unasked_restart")
    story.say("supply", "measured", volts=5.0)
    story.say("switch", "opened", shorted=False)
    story.boot()

    assert passes(story.end().clause())


def test_a_daily_restart_is_one_that_was_announced() -> None:
    """Announced once, made once; a second one, or one nobody spoke of, is its own doing."""
    announced, again, silent = (always("no_unasked_restart") for _ in range(3))
    for story in (announced, again):
        story.terminal("restart_due", within=180)
        story.after(180)
    announced.boot(reason="daily")
    silent.boot(reason="daily")
    again.boot(reason="daily")
    again.boot(reason="daily")

    assert passes(announced.end().clause())
    assert fails(again.end().clause())
    assert fails(silent.end().clause())


def test_a_restart_is_told_in_time() -> None:
    """Seconds before it is no warning, and nor is a time that is not kept."""
    for within, took, fits in (
        (180, 180, passes), (180, 260, passes), (15, 14, passes), (180, 176, passes),
        (5, 6, fails), (180, 4, fails), (780, 180, fails),
    ):  # fmt: skip
        story = always("no_unasked_restart")
        story.terminal("restart_due", within=within)
        story.after(took).boot(reason="daily")

        assert fits(story.end().clause()), (within, took)


def test_a_terminal_asks_for_one_restart_a_day() -> None:
    """Two within an hour, both announced: what it has met is no reason, but memory is."""
    for apart, mends, fits in (
        (3600, "", fails), (24 * 3600, "", passes), (3600, "memory_low", passes),
        (3600, "no_signal", fails), (3600, "clock", passes),
    ):  # fmt: skip
        story = always("no_unasked_restart")
        story.terminal("restart_due", within=60)
        story.after(60).boot(reason="daily")
        story.after(apart)
        if mends == "clock":
            story.inject("clock_wrong")
        elif mends:
            story.terminal("detected", cause=mends)
        story.terminal("restart_due", within=60)
        story.after(60).boot(reason="daily")

        assert fits(story.end().clause()), (apart, mends)


# --- logs that do not tell how a sale ends ------------------------------------------------------


@pytest.mark.parametrize(
    ("tells", "outcome", "fits"),
    [
        (None, "approved", fails), (["approved"], "approved", fails),
        (["state"], "approved", passes), (["state"], "unknown", fails),
    ],
)  # fmt: skip
@pytest.mark.parametrize("word", ["persist_before_send", "reversal_before_next_sale"])
def test_what_the_register_was_told_counts_where_the_log_is_quiet(
    word: str, tells: list[str] | None, outcome: str, fits: Fits
) -> None:
    """Another unit stands in: it has no record of what the old one had long told the register."""
    story = Story({"always": [word]}, tells=tells).begin()
    story.start("first")
    story.request("first", 1)
    story.answer(1)
    story.drop(lambda row: row.kind == "answer_received")
    story.ended("first", outcome, stan=1)
    story.boot()
    story.start("second")
    story.request("second", 2)

    assert fits(story.end().clause(word))


@pytest.mark.parametrize(("tells", "fits"), [(None, fails), (["state"], unsure)])
def test_another_units_journal_is_none_where_its_story_stopped(
    tells: list[str] | None, fits: Fits
) -> None:
    """The batch would have been settled, had anybody been able to see the next cue."""
    steps = [{"put": {"part": "unit"}}, {"await": {"terminal": "detected"}}]
    story = Story({"always": ["journal_intact"], "when": steps}, tells=tells).begin()
    story.sale("first", 1)
    story.say("hands", "part", part="unit", state="spare")
    story.engine("step_started", index=1, word="await")
    del story.journal[1]

    assert fits(story.end().clause("journal_intact"))
