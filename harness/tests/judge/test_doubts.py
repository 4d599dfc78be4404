"""What a doubt about a line of the bench's spoils: what rests on that line, and nothing else."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, cast

import pytest

from harness.judge._doubt import CONSOLE, DISPLAY, EVERY_LINE, HANDS, REGISTER
from harness.judge._monitor import Monitor
from harness.judge._run import Run
from harness.judge.case import Case
from harness.judge.case.clauses import ALWAYS
from harness.judge.vocabulary.never import Never
from harness.model.pattern import Pattern
from harness.model.trace import Observation
from harness.model.verdict import Outcome, Verdict
from harness.model.words import find, words_in
from harness.tests.judge.story import PAN, TID, Story

#: Stories of a fault that hands make, told on a display.
OUT = {"paper_out": None}
DETECTED = {"cause": "paper_out", "within": "1 s"}
Tell = Callable[[Story], object]


def _register(tale: Story) -> None:
    """It hears nothing of a sale that the terminal makes."""
    tale.start("unheard", 500)
    tale.request("unheard", 8, 500)
    tale.answer(8)
    tale.book(8, 500)
    tale.receipt(8, 500)
    tale.after(5).ended("unheard", "unknown")


def _console(tale: Story) -> None:
    """It tells of other requests, and not of one that the host has."""
    tale.sale("other", 7)
    tale.rows = [row for row in tale.rows if row.kind != "request_sent" or row.fields["stan"] != 7]
    tale.after(5).sale("third", 8)


def _display(tale: Story) -> None:
    """It has shown something, and nothing of a card that is read."""
    tale.terminal("display", text="READY")
    tale.after(3).terminal("card_read", entry="chip", pan=PAN)
    tale.after(10).terminal("state", state="ready", pending=0, online=True)


def _hands(tale: Story) -> None:
    """A person says that it is done long before the terminal notices anything."""
    tale.engine("step_started", index=0, word="inject")
    tale.inject("paper_out")
    tale.say("hands", "part", part="paper", state="out")
    tale.after(3).terminal("detected", cause="paper_out")
    tale.clear("paper_out")


def _told(tale: Story) -> None:
    """The engine has found it behind the host."""
    tale.after(5).engine("bench_error", role=CONSOLE, since=0.05, message="it is 7 s behind")


ILL: dict[str, tuple[str, Tell]] = {
    "register": (REGISTER, _register),
    "console": (CONSOLE, _console),
    "console, as the engine tells": (CONSOLE, _told),
    "display": (DISPLAY, _display),
    "hands": (HANDS, _hands),
}


def _charged_twice(tale: Story) -> None:
    """One sale, two requests at the host, two charges in its ledger; no other line tells of it."""
    tale.host("request_received", mti="0200", stan=9, batch=1, tid=TID, processing="000000",
              **tale.facts(1234))  # fmt: skip
    tale.host("answered", mti="0210", stan=9, response="00")
    tale.ledger[9] = {"batch": 1, "status": "approved", **tale.facts(1234)}


def _lost_record(tale: Story) -> None:
    """The journal, which comes by the log, has lost a sale."""
    del tale.journal[1]


def _told_euros(tale: Story) -> None:
    """The register is told another currency than it asked for."""
    next(row for row in tale.rows if row.kind == "sale_ended").fields["currency"] = "978"


def _never_shown(tale: Story) -> None:
    """What is the matter is told the register and not shown."""
    tale.inject("paper_out")
    tale.terminal("detected", cause="paper_out")
    tale.terminal("report", on="ecr", cause="paper_out")
    tale.after(20).clear("paper_out")


def _nothing(tale: Story) -> None:
    """What fails is told with the doubt."""


SHOWN = {"cause": "paper_out", "on": ["display", "ecr"], "within": "5 s"}
#: What is doubted, what rests on it, and the clause that says so.
RELATED: Sequence[tuple[str, Tell, str, dict[str, Any]]] = [
    ("register", _told_euros, "outcomes_agree", {"always": ["outcomes_agree"]}),
    ("console", _lost_record, "journal_intact", {"always": ["journal_intact"]}),
    ("console, as the engine tells", _lost_record, "journal_intact",
     {"always": ["journal_intact"]}),
    ("display", _never_shown, "reports paper_out",
     {"then": {"reports": SHOWN}, "when": [{"inject": OUT}]}),
    ("hands", _nothing, "detects paper_out",
     {"then": {"detects": DETECTED}, "when": [{"inject": OUT}]}),
]  # fmt: skip


def _played(ill: str, breaks: Sequence[Tell], **spec: Any) -> Verdict:
    tale = Story({"when": [{"inject": OUT}] if ill == "hands" else [], **spec})
    tale.begin().rows[0].fields["plays"] = {"hands": "operator"}
    tale.sale("first", 1)
    for act in (ILL[ill][1], *breaks):
        act(tale)
    tale.terminal("terminal_status", code="00", text="ready")
    tale.after(20).terminal("state", state="ready", pending=0, online=True)
    return tale.end().verdict()


def _outcome(verdict: Verdict, clause: str) -> Outcome:
    return next(row.outcome for row in verdict.clauses if row.clause.startswith(clause))


@pytest.mark.parametrize("ill", ILL)
def test_what_the_host_alone_proves_stands(ill: str) -> None:
    """Two charges for one sale, whatever became of a log, a register's line, a display, a word."""
    verdict = _played(ill, [_charged_twice], always=["exactly_once"])

    assert verdict.outcome is Outcome.FAIL, verdict.reason
    assert verdict.reason.startswith("exactly_once: ")
    staged = next(row for row in verdict.clauses if row.clause == "staged")
    assert staged.outcome is Outcome.INCONCLUSIVE
    assert f"not to be believed: {ILL[ill][0]}: " in staged.reason


@pytest.mark.parametrize(("ill", "breaks", "clause", "spec"), RELATED)
def test_what_rests_on_the_line_is_the_benchs(
    ill: str, breaks: Tell, clause: str, spec: dict[str, Any]
) -> None:
    """By what came over it, or did not come: an ERROR, and no failure of the terminal's."""
    verdict = _played(ill, [breaks], **spec)

    assert verdict.outcome is Outcome.ERROR, verdict.reason
    assert f"the bench failed: {ILL[ill][0]}: " in verdict.reason
    assert _outcome(verdict, clause) is Outcome.FAIL


@pytest.mark.parametrize(("ill", "breaks", "clause", "spec"), RELATED)
def test_of_two_failures_one_may_stand(
    ill: str, breaks: Tell, clause: str, spec: dict[str, Any]
) -> None:
    """It is what the item failed for; the other is taken back, and says why."""
    always = [*spec.get("always", ()), "exactly_once"]

    verdict = _played(ill, [breaks, _charged_twice], **{**spec, "always": always})

    assert verdict.outcome is Outcome.FAIL, verdict.reason
    assert verdict.reason.startswith("exactly_once: ")
    assert _outcome(verdict, clause) is Outcome.INCONCLUSIVE
    taken = next(row for row in verdict.clauses if row.clause.startswith(clause))
    assert "rests on a line of the bench's" in taken.reason


@pytest.mark.parametrize("ill", ILL)
def test_a_good_terminal_passes_as_ever(ill: str) -> None:
    """A doubt alone spoils nothing; what the engine tells of its bench does."""
    verdict = _played(ill, [], always=["exactly_once"])

    told = Outcome.ERROR if ill.endswith("tells") else Outcome.PASS
    assert verdict.outcome is told, verdict.reason


def test_a_clause_that_does_not_say_what_it_does_without_is_spoilt() -> None:
    """Somebody else's, or a story's own: what it waited for nobody knows."""
    pattern = Pattern(source="host", kind="request_received", fields={"stan": 9})
    tale = Story().begin().sale("first", 1)
    _charged_twice(tale)
    _told(tale)
    tale.end()
    case = Case(tale.spec, [cast("Any", Never([pattern]))])
    for seen in tale.trace():
        case.on(seen)

    assert case.verdict().outcome is Outcome.ERROR, case.verdict().reason


@dataclass(frozen=True, slots=True)
class _Silent:
    """Fails at the end, whatever was seen; ``DOES_WITHOUT`` says that it needs no line."""

    DOES_WITHOUT = EVERY_LINE

    def watch(self, run: Run) -> Monitor:
        return _Fails("silent", run)


class _Fails(Monitor):
    def on(self, seen: Observation) -> None: ...

    def conclude(self) -> None:
        self.fail("so be it")


def test_a_clause_of_somebody_elses_may_say_what_it_does_without() -> None:
    """Then it stands."""
    tale = Story().begin()
    _told(tale)
    tale.end()
    case = Case(tale.spec, [_Silent()])
    for seen in tale.trace():
        case.on(seen)

    assert case.verdict().outcome is Outcome.FAIL, case.verdict().reason


@pytest.mark.parametrize(
    ("role", "reason", "wanted"),
    [
        (REGISTER, "rest", Outcome.FAIL),
        (REGISTER, "error", Outcome.ERROR),  # the story broke off
        ("supply", "rest", Outcome.ERROR),  # no witness: it does things
    ],
)
def test_which_of_the_benchs_errors_are_about_a_line(
    role: str, reason: str, wanted: Outcome
) -> None:
    """Those that the engine tells of a line, with a time; a story that it ended is none."""
    tale = Story({"always": ["exactly_once"]}).begin().sale("first", 5)
    tale.sale("second", 4)
    tale.engine("bench_error", role=role, since=0.05, message="nothing was heard")

    verdict = tale.end(reason=reason).verdict()

    assert verdict.outcome is wanted, verdict.reason
    assert ("stan_never_reused: " in verdict.reason) is (wanted is Outcome.FAIL)


def test_two_lines_that_are_ill_are_both_gone() -> None:
    """What stands without the one rests on the other."""
    spec = {"always": ["declined_costs_nothing", "no_orphan_charge"]}
    tale = Story(spec).begin().sale("first", 1)
    _lost_record(tale)
    _register(tale)
    alone = tale.end().verdict()
    tale = Story(spec).begin().sale("first", 1)
    _lost_record(tale)
    _register(tale)
    _told(tale)
    both = tale.end().verdict()

    assert alone.outcome is Outcome.FAIL, alone.reason
    assert both.outcome is Outcome.ERROR, both.reason


def test_lines_that_clauses_do_without_are_lines() -> None:
    """A word that is none would never be gone."""
    for word in words_in(ALWAYS):
        named: frozenset[str] = getattr(find(ALWAYS, word), "DOES_WITHOUT", frozenset())
        assert named <= EVERY_LINE, word
