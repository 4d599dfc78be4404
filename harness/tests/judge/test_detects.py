"""``detects``: when the true cause counts as noticed."""

import pytest

from harness.judge.detects import Detects
from harness.model.units import Seconds
from harness.model.words import WordError, fill
from harness.tests.judge.story import Fits, Story, fails, passes, then, unsure

CAUSE = {"cause": "data_exhausted", "within": "60 s"}


def story(**more: object) -> Story:
    """A clause that wants data_exhausted named."""
    return then(detects={**CAUSE, **more})


def test_the_first_naming_after_the_fault_is_measured_from_it() -> None:
    """4.1 s after the injection, with both lines as evidence."""
    tale = story()
    fault = tale.at(10).inject()
    tale.at(fault.t + 4.1).terminal("detected", cause="data_exhausted", text="no data")
    tale.clear()
    tale.end()

    clause = tale.clause("detects")
    assert passes(clause)
    assert clause.measured == pytest.approx(4.1)
    assert clause.budget == 60
    assert clause.evidence == (5, 7)
    assert clause.reason == "data_exhausted was named after 4.1 s (budget 60 s)"


@pytest.mark.parametrize(("took", "fits"), [(60.0, passes), (60.01, fails)])
def test_the_deadline_is_inclusive(took: float, fits: Fits) -> None:
    """Named at the deadline counts; named behind it is too late."""
    tale = story()
    fault = tale.at(10).inject()
    tale.at(fault.t + took).terminal("report", on="ecr", cause="data_exhausted")
    tale.clear()

    assert fits(tale.end().clause("detects"))


def test_silence_fails_as_soon_as_the_budget_is_over_and_for_good() -> None:
    """The failure needs no end of the run."""
    tale = story()
    tale.at(10).inject()
    tale.at(75).terminal("line", text="still here")

    clause = tale.live("detects")
    assert fails(clause)
    assert clause.final
    assert "never named within 60 s" in clause.reason


def test_a_wrong_cause_alone_fails_and_is_quoted() -> None:
    """What was blamed instead stands in the reason."""
    tale = story()
    tale.at(10).inject()
    tale.at(63.2).terminal("report", on="ecr", cause="card_declined")
    tale.at(90).clear()

    clause = tale.end().clause("detects")
    assert fails(clause)
    assert "it said card_declined on ecr at 63.2 s instead" in clause.reason


def test_a_cause_named_before_the_fault_does_not_count() -> None:
    """An old alarm is no detection."""
    tale = story()
    tale.at(9).terminal("detected", cause="data_exhausted")
    tale.at(10).inject()
    tale.at(90).clear()

    assert fails(tale.end().clause("detects"))


def test_another_role_cannot_notice_for_the_terminal() -> None:
    """Only the terminal's own words count."""
    tale = story()
    tale.at(10).inject()
    tale.say("network", "report", cause="data_exhausted")
    tale.at(90).clear()

    assert fails(tale.end().clause("detects"))


def test_a_run_that_ends_within_the_budget_shows_nothing() -> None:
    """Silence of 20 s says nothing about a budget of 60 s."""
    tale = story()
    tale.at(10).inject()
    tale.at(30).clear()

    clause = tale.end().clause("detects")
    assert unsure(clause)
    assert "within the budget of 60 s" in clause.reason


@pytest.mark.parametrize(
    ("observes", "effect"), [(("host",), True), (("display", "ecr", "console"), False)]
)
def test_a_deaf_rig_or_a_fault_without_effect_blames_nobody(
    observes: tuple[str, ...],
    effect: bool,
) -> None:
    """No channel of the terminal, or nothing to notice: INCONCLUSIVE with the reason."""
    tale = Story({"then": {"detects": CAUSE}}, observes=observes).begin()
    tale.at(10).inject(effect=effect)
    tale.at(90).clear()

    clause = tale.end().clause("detects")
    assert unsure(clause)
    assert "observed" in clause.reason or "no effect" in clause.reason


@pytest.mark.parametrize(
    ("fault", "t", "kind", "fields", "fits"),
    [
        ("data_exhausted", 40, "terminal_status", {"code": "00"}, fails),
        ("data_exhausted", 40, "sale_ended", {"sale": "first", "outcome": "failed"}, fails),
        ("data_exhausted", 40, "sale_ended", {"sale": "first", "outcome": "approved"}, unsure),
        ("data_exhausted", 55, "terminal_status", {"code": "00"}, unsure),  # it is over by then
        ("power_cut", 55, "terminal_status", {"code": "00"}, fails),
        ("data_exhausted", 5, "terminal_status", {"code": "00"}, unsure),
    ],
)
def test_who_is_heard_at_its_register_alone_must_be_asked(
    fault: str, t: float, kind: str, fields: dict[str, object], fits: Fits
) -> None:
    """A register hears what it is told in a dialogue: without one silence is no evidence."""
    tale = Story({"then": {"detects": CAUSE}}, observes=("ecr", "host")).begin()
    role = "engine" if kind == "sale_ended" else "terminal"
    if t < 10:
        tale.at(t).say(role, kind, **fields)
    tale.at(10).inject(fault)
    if 10 < t < 50:
        tale.at(t).say(role, kind, **fields)
    tale.at(50).clear(fault)
    if t > 50:
        tale.at(t).say(role, kind, **fields)
    tale.at(90).host("connected")

    assert fits(tale.end().clause("detects"))


def test_the_budget_may_run_from_the_effect_or_the_clearing() -> None:
    """A power cut can only be noticed once the power is back."""
    tale = story(since="cleared")
    tale.at(10).inject()
    tale.at(100).clear()
    tale.at(130).terminal("detected", cause="data_exhausted")

    clause = tale.end().clause("detects")
    assert passes(clause)
    assert clause.measured == pytest.approx(30)


def test_a_named_fault_is_the_one_that_counts() -> None:
    """With two faults the clause says which it means."""
    tale = story(fault="sim_expired")
    tale.at(10).inject()
    tale.terminal("detected", cause="data_exhausted")
    tale.at(50).inject("sim_expired")
    tale.at(52).terminal("detected", cause="data_exhausted")

    assert tale.clause("detects").measured == pytest.approx(2)


def test_one_of_several_causes_will_do() -> None:
    """Where two names are true, either counts."""
    tale = story(cause=["no_data_service", "data_exhausted"])
    tale.at(10).inject()
    tale.terminal("detected", cause="data_exhausted")

    assert passes(tale.clause("detects"))


@pytest.mark.parametrize("wrong", [{"cause": "data_exhaustet"}, {"since": "detected"}, {"x": 1}])
def test_wrong_words_are_refused_at_the_door(wrong: dict[str, object]) -> None:
    """An unknown cause names the nearest one."""
    with pytest.raises(WordError) as seen:
        fill(Detects, {**CAUSE, **wrong})

    assert "cause" not in wrong or "'data_exhausted'" in str(seen.value)


def test_units_are_parsed_at_the_door() -> None:
    """``within: 60 s`` is sixty seconds."""
    assert fill(Detects, CAUSE).within == Seconds(60)


def stood(*, taken_back: float, calm: float = 0.5) -> Story:
    """A fault that comes again soon after the first; the cause is named at the first one only.

    Args:
        taken_back: Seconds after the second one's clearing that it is taken back.
        calm: Seconds between the two.
    """
    tale = then(detects={**CAUSE, "fault": "again"})
    tale.at(10).inject()
    tale.terminal("detected", cause="data_exhausted")
    tale.at(20).clear()
    tale.at(20 + calm).inject("again")
    tale.at(120).clear("again")
    tale.at(120 + taken_back).terminal("cleared", cause="data_exhausted")
    tale.rows.sort(key=lambda row: row.t)
    return tale.at(200).end()


@pytest.mark.parametrize(
    ("story", "fits"),
    [
        (stood(taken_back=5.0), passes),
        (stood(taken_back=-5.0), fails),  # it was so still
        (stood(taken_back=-99.0), fails),  # over while it came again
        (stood(taken_back=5.0, calm=11.0), fails),  # no calm is waited for so long
    ],
)
def test_what_was_said_before_and_not_taken_back_stands(story: Story, fits: Fits) -> None:
    """A terminal may wait for some seconds of calm before it says that it is over."""
    assert fits(story.clause("detects"))


def test_what_stands_for_ever_shows_nothing() -> None:
    """Nor does what a restart has made void."""
    tale = stood(taken_back=5.0)
    tale.rows = [row for row in tale.rows if row.kind != "cleared"]

    assert unsure(tale.clause("detects"))
