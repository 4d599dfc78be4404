"""``reports``: every channel tells the true cause, and none tells a forbidden one."""

import pytest

from harness.judge.reports import Reports
from harness.model.words import WordError, fill
from harness.tests.judge.story import Fits, Story, fails, passes, then, unsure

PLAIN = {"cause": "data_exhausted", "on": ["display", "ecr"], "within": "5 s"}


def story(**more: object) -> Story:
    """A fault, noticed at 40 s."""
    tale = then(reports={**PLAIN, **more})
    tale.at(10).inject()
    tale.at(40).terminal("detected", cause="data_exhausted")
    return tale


def test_every_channel_in_time_passes_with_the_slowest_as_measure() -> None:
    """The budget runs from the detection; the last channel counts."""
    tale = story()
    tale.at(41).terminal("report", on="display", cause="data_exhausted")
    tale.at(44.1).terminal("report", on="ecr", cause="data_exhausted")
    tale.clear()

    clause = tale.end().clause("reports")
    assert passes(clause)
    assert clause.measured == pytest.approx(4.1)
    assert "on display and ecr after 4.1 s (budget 5 s)" in clause.reason


def asked(tale: Story, t: float) -> None:
    """The register has asked, and was told that all is well."""
    tale.at(t).terminal("terminal_status", code="00", text="ready")


def test_a_register_that_asked_nothing_was_told_nothing() -> None:
    """It hears a state when it asks for it, or when a sale fails."""
    tale = story()
    tale.at(41).terminal("report", on="display", cause="data_exhausted")
    tale.at(60).clear()

    clause = tale.end().clause("reports")
    assert unsure(clause)
    assert "the register asked nothing" in clause.reason


def test_a_channel_that_stays_silent_fails_and_is_named() -> None:
    """The display told, the register did not."""
    tale = story()
    tale.at(41).terminal("report", on="display", cause="data_exhausted")
    asked(tale, 42)
    tale.at(60).clear()

    clause = tale.end().clause("reports")
    assert fails(clause)
    assert "not reported on ecr within 5 s of 40 s; display did" in clause.reason


def test_a_report_behind_the_budget_is_none() -> None:
    """6 s is too late, also when nobody told the time in between."""
    tale = story()
    tale.at(41).terminal("report", on="display", cause="data_exhausted")
    asked(tale, 42)
    tale.at(46).terminal("report", on="ecr", cause="data_exhausted")

    assert fails(tale.clause("reports"))


@pytest.mark.parametrize("how", ["report", "sale_ended"])
def test_a_forbidden_cause_fails_for_good(how: str) -> None:
    """The issuer was blamed: on a channel, or to the register as a sale's end."""
    tale = story(never=["card_declined"])
    tale.at(63.2)
    if how == "report":
        tale.terminal("report", on="ecr", cause="card_declined")
    else:
        tale.engine("sale_ended", sale="first", outcome="declined", cause="card_declined")

    clause = tale.live("reports")
    assert fails(clause)
    assert clause.final


def test_the_reason_says_whom_it_blamed() -> None:
    """One sentence with channel and time."""
    tale = story(never=["card_declined"])
    tale.at(41).terminal("report", on="ecr", cause="card_declined")

    assert tale.clause("reports").reason == "the issuer was blamed: card_declined on ecr at 41 s"


def test_a_forbidden_cause_before_the_fault_is_another_story() -> None:
    """Only from the injection on."""
    tale = then(reports={**PLAIN, "never": ["card_declined"]})
    tale.at(5).terminal("report", on="ecr", cause="card_declined")
    tale.at(10).inject()
    for channel in ("display", "ecr"):
        tale.terminal("report", on=channel, cause="data_exhausted")
    tale.at(60).clear()

    assert passes(tale.end().clause("reports"))


def test_forbidden_causes_are_watched_to_the_end() -> None:
    """With ``never`` nothing is decided before the run is over."""
    tale = story(never=["card_declined"])
    for channel in ("display", "ecr"):
        tale.terminal("report", on=channel, cause="data_exhausted")

    assert unsure(tale.live("reports"))
    assert not tale.live("reports").final


def test_a_channel_the_rig_cannot_observe_leaves_it_open() -> None:
    """Not observable is not a pass; the reason names the channel."""
    tale = story(on=["display", "estate"])
    tale.terminal("report", on="display", cause="data_exhausted")
    tale.at(60).clear()

    clause = tale.end().clause("reports")
    assert unsure(clause)
    assert "estate is not observed on this rig" in clause.reason


def test_an_observed_channel_that_failed_is_not_excused_by_a_deaf_one() -> None:
    """The register could be heard, and nothing came."""
    tale = story(on=["ecr", "estate"])
    asked(tale, 42)
    tale.at(60).clear()

    assert fails(tale.end().clause("reports"))


@pytest.mark.parametrize(("waits", "fits"), [(60.0, fails), (3.0, unsure)])
def test_a_fault_never_noticed_is_measured_from_the_injection(waits: float, fits: Fits) -> None:
    """Without a detection the budget counts from the fault, when the run is over."""
    tale = then(reports=PLAIN)
    fault = tale.at(10).inject()
    tale.at(fault.t + waits - 0.5).clear()

    assert fits(tale.end().clause("reports"))


def test_since_injected_needs_no_detection() -> None:
    """The budget then runs from the fault."""
    tale = then(reports={**PLAIN, "since": "injected"})
    tale.at(10).inject()
    tale.at(20).terminal("line", text="still here")

    assert fails(tale.clause("reports"))


@pytest.mark.parametrize(
    "wrong",
    [{"on": ["dispaly"]}, {"on": []}, {"never": ["data_exhausted"]}, {"never": ["declined"]}],
)
def test_wrong_words_are_refused(wrong: dict[str, object]) -> None:
    """Unknown channels and causes, and a cause wanted and forbidden at once."""
    with pytest.raises(WordError):
        fill(Reports, {**PLAIN, **wrong})


@pytest.mark.parametrize(
    ("names", "fits"),
    [(None, fails), (["data_exhausted"], fails), (["host_unreachable"], unsure)],
)
def test_a_protocol_without_a_code_for_it_is_no_evidence(
    names: list[str] | None, fits: Fits
) -> None:
    """ZVT's byte says that there is no connection, and not that the plan is used up."""
    tale = Story({"then": {"reports": PLAIN}, "when": [{"inject": "data_exhausted"}]}, names=names)
    tale.begin().at(10).inject()
    tale.at(40).terminal("report", on="display", cause="data_exhausted")
    tale.at(41).terminal("report", on="ecr", cause="host_unreachable")
    tale.at(60).clear()

    assert fits(tale.end().clause("reports"))


@pytest.mark.parametrize(
    ("names", "fits"),
    [(["data_exhausted", "host_unreachable"], fails), (["host_unreachable"], unsure)],
)
def test_of_several_causes_a_protocol_has_a_code_for_each(names: list[str], fits: Fits) -> None:
    """Whichever the terminal found: the code of another is no code for it."""
    either = {**PLAIN, "cause": ["data_exhausted", "host_unreachable"], "on": ["ecr"]}
    tale = Story({"then": {"reports": either}, "when": [{"inject": "data_exhausted"}]}, names=names)
    tale.begin().at(10).inject()
    tale.at(40).terminal("report", on="display", cause="data_exhausted")
    asked(tale, 41)
    tale.at(60).clear()

    assert fits(tale.end().clause("reports"))


@pytest.mark.parametrize("on", ["display", "ecr"])
def test_a_log_without_the_display_is_no_evidence_of_it(on: str) -> None:
    """The register is heard all the same."""
    plain = {"then": {"reports": {**PLAIN, "on": [on]}}, "when": [{"inject": "data_exhausted"}]}
    tale = Story(plain, tells=["state", "detected"]).begin().at(10)
    tale.inject()
    tale.at(40).terminal("detected", cause="data_exhausted")
    asked(tale, 42)
    tale.at(60).clear()

    clause = tale.end().clause("reports")
    assert (unsure if on == "display" else fails)(clause)
