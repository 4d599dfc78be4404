"""A case: clauses together, what must have been on stage, and when nothing can change any more."""

from typing import Any

import pytest

from harness.judge.case import Case, clauses_of, judge_trace
from harness.model.trace import Observation, Trace
from harness.model.verdict import Outcome
from harness.model.words import WordError
from harness.tests.judge.story import Story, always, fails, passes, then, unsure

DETECTS = {"cause": "data_exhausted", "within": "60 s"}


def staged_story(*, effect: bool = True, inject: bool = True) -> Story:
    """A fault, noticed."""
    tale = then(detects=DETECTS)
    if inject:
        tale.at(10).inject(effect=effect)
        tale.terminal("detected", cause="data_exhausted")
        tale.clear()
    return tale


def test_a_run_as_written_passes() -> None:
    """Everything took place, every clause held."""
    verdict = staged_story().end().verdict()

    assert verdict.outcome is Outcome.PASS
    assert verdict.final


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        ("given", "never reached its starting state: the supply is off"),
        ("trigger", "the awaited 'host: answered' never came within 180 s"),
        ("late", "step 2 (await) was 0.4 s late, 0.25 s would still do"),
        ("effect", "fault data_exhausted was injected at 10 s but never took effect"),
        ("inject", "fault data_exhausted was never injected"),
        ("cut", "the trace breaks off"),
        ("interrupted", "the run was ended early: interrupted"),
    ],
)
def test_what_was_not_on_stage_makes_the_run_inconclusive(spoil: str, said: str) -> None:
    """A vacuous pass is no pass; the reason names the gap."""
    tale = staged_story(effect=spoil != "effect", inject=spoil != "inject")
    if spoil == "trigger":
        tale.engine("trigger_missed", index=1, wanted="host: answered", waited=180.0)
    elif spoil == "late":
        tale.engine("step_done", index=1, word="await", late=0.4, tolerance=0.25)
    if spoil != "cut":
        tale.end(reason="interrupted" if spoil == "interrupted" else "rest")
    if spoil == "given":
        row = next(row for row in tale.rows if row.kind == "given_ready")
        row.kind, row.fields = "given_failed", {"why": "the supply is off"}

    verdict = tale.verdict()
    staged = next(row for row in verdict.clauses if row.clause == "staged")
    assert verdict.outcome is Outcome.INCONCLUSIVE
    assert said in staged.reason


def test_a_step_on_time_is_no_gap() -> None:
    """Late within its tolerance still means something."""
    tale = staged_story()
    tale.engine("step_done", index=1, word="await", late=0.25, tolerance=0.25)

    assert tale.end().verdict().outcome is Outcome.PASS


def test_labels_tell_two_faults_of_one_word_apart() -> None:
    """Each injection the scenario asks for must be found."""
    when = [{"inject": {"power_cut": None, "as": label}} for label in ("one", "two")]
    tale = Story({"always": ["no_clear_card_number"], "when": when}).begin()
    tale.engine("fault_injected", fault="power_cut", label="one")
    tale.engine("fault_took_effect", fault="power_cut", label="one")
    tale.engine("fault_cleared", fault="power_cut", label="one")

    assert "fault two was never injected" in tale.end().verdict().reason


def test_rest_that_never_came_is_named_with_who_needs_it() -> None:
    """Money clauses need rest; others do not."""
    money = always("exactly_once", "no_clear_card_number").end(rest=False).verdict()
    safety = always("no_clear_card_number").end(rest=False).verdict()

    staged = next(row for row in money.clauses if row.clause == "staged")
    assert "never came to rest (the terminal is busy)" in staged.reason
    assert staged.reason.endswith("exactly_once")
    assert safety.outcome is Outcome.PASS


def test_rest_ends_when_another_fault_is_injected() -> None:
    """Rest from before a fault is no rest."""
    tale = always("exactly_once")
    tale.engine("at_rest", confirmed="console")
    tale.inject()
    tale.engine("run_ended", reason="rest")

    assert unsure(tale.clause("exactly_once"))


# --- a broken bench -----------------------------------------------------------------------------


def test_a_broken_bench_is_an_error() -> None:
    """Whatever comes afterwards, the terminal is not to blame."""
    tale = then(detects=DETECTS)
    tale.at(10).inject()
    tale.engine("bench_error", role="supply", message="no answer")
    tale.at(90).end(reason="error")

    verdict = tale.verdict()
    assert verdict.outcome is Outcome.ERROR
    assert "supply: no answer" in verdict.reason


def test_a_terminal_that_had_failed_for_good_stays_failed() -> None:
    """The bench broke afterwards: FAIL stands, and the bench is mentioned."""
    tale = then(detects=DETECTS)
    tale.at(10).inject()
    tale.at(80).engine("bench_error", role="supply", message="no answer")
    tale.end(reason="error")

    verdict = tale.verdict()
    assert verdict.outcome is Outcome.FAIL
    assert any("after the terminal had failed" in row.reason for row in verdict.clauses)


def test_a_bench_that_breaks_after_the_end_is_an_error_too() -> None:
    """A supply that cannot be switched off is told after the run has ended."""
    tale = staged_story().end()
    tale.say("supply", "measured", volts=9.0)
    assert tale.verdict().outcome is Outcome.PASS

    tale.engine("bench_error", role="bench", message="the supply is still on")
    assert tale.verdict().outcome is Outcome.ERROR


def test_an_error_without_words_is_one_too() -> None:
    """``run_ended: error`` alone is enough."""
    assert staged_story().end(reason="error").verdict().outcome is Outcome.ERROR


# --- deciding -----------------------------------------------------------------------------------


def test_decided_means_that_no_clause_can_change() -> None:
    """After the detection nothing is open, and no deadline either."""
    tale = then(detects=DETECTS)
    tale.at(10).inject()
    case = tale.case()
    assert not case.decided
    assert case.deadline() == pytest.approx(70)

    tale.terminal("detected", cause="data_exhausted")
    case = tale.case()
    assert case.decided
    assert case.deadline() is None


def test_an_invariant_that_waits_for_rest_keeps_it_undecided() -> None:
    """Detection alone does not end a run that owes a look at the books."""
    tale = Story({"then": {"detects": DETECTS}, "always": ["exactly_once"]}).begin()
    tale.inject()
    tale.terminal("detected", cause="data_exhausted")
    assert not tale.case().decided

    assert tale.end().case().decided


def test_time_alone_decides() -> None:
    """``at`` behind the deadline expires it; exactly at it, it does not."""
    tale = then(detects=DETECTS)
    tale.at(10).inject()
    case = tale.case()

    case.at(70)
    assert not case.decided
    case.at(70.001)
    assert case.decided
    assert fails(case.verdict().clauses[0])


def test_a_case_without_clauses_passes_nothing() -> None:
    """A scenario that asks for nothing is never a PASS, and never decided before its end."""
    tale = Story({}).begin()
    assert not tale.case().decided

    assert tale.end().verdict().outcome is Outcome.INCONCLUSIVE


# --- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ({"then": {"detect": DETECTS}}, ("then", "detect")),
        ({"then": {"detects": {"cause": "data_exhausted"}}}, ("then", "detects")),
        ({"then": {"detects": [DETECTS, {"cause": "x", "within": "1 s"}]}}, ("then", "detects", 1)),
        ({"then": {"case": {}}}, ("then", "case")),
        ({"always": ["exactly_twice"]}, ("always", 0)),
        ({"always": [7]}, ("always", 0)),
        ({"expect": {"see": "boot"}}, ("expect",)),
    ],
)
def test_what_is_no_clause_is_refused_with_its_path(
    spec: dict[str, Any], path: tuple[object, ...]
) -> None:
    """Files turn the path into file, line and column."""
    with pytest.raises(WordError) as seen:
        Case.of(spec)

    assert seen.value.path[: len(path)] == path


def test_clauses_may_be_written_in_several_ways() -> None:
    """A word once, several times, in a list, or with fields of its own."""
    spec = {
        "then": [{"detects": [DETECTS, DETECTS]}, {"recovers": {"within": "5 s"}}],
        "always": ["exactly_once", {"journal_intact": None}],
        "never": {"see": "boot"},
    }

    assert len(list(clauses_of(spec))) == 6


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [Observation(1, 0.0, "terminal", "line", {"text": "x"})],
        [Observation(1, 0.0, "engine", "run_started", {"spec": {"then": {"wat": {}}}})],
        [Observation(1, 0.0, "engine", "run_started", {})],
    ],
)
def test_a_trace_without_its_scenario_is_inconclusive(rows: list[Observation]) -> None:
    """It can be judged by nothing."""
    verdict = judge_trace(Trace(rows))

    assert verdict.outcome is Outcome.INCONCLUSIVE


def test_nothing_before_given_ready_is_judged() -> None:
    """What the bench saw while it got the terminal ready is another story."""
    tale = Story({"always": ["no_clear_card_number"]})
    tale.engine("run_started", spec=dict(tale.spec), observes=["console"])
    tale.terminal("card_number_in_clear", channel="console", masked="x")
    tale.engine("given_ready")

    assert passes(tale.end().clause())
