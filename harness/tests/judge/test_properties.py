"""Any history: online equals offline, cut traces never pass, spoilt ones fail."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.judge.case import Case, judge_trace
from harness.model.trace import Observation, Trace
from harness.model.verdict import Outcome, Verdict
from harness.tests.judge.good_day import MONEY, good_day
from harness.tests.judge.story import Story

SPEC: dict[str, Any] = {
    "when": [{"inject": {"data_exhausted": None}}],
    "then": {
        "detects": {"cause": "data_exhausted", "within": "6 s"},
        "reports": {"cause": "data_exhausted", "on": ["display", "ecr"], "within": "3 s",
                    "never": ["card_declined"]},
        "recovers": {"within": "5 s", "proven_by": "sale"},
        "keeps_reporting": "data_exhausted",
        "survives": {"sale": "a", "outcome": ["approved", "unknown"]},
    },
    "always": list(MONEY),
    "expect": [
        {"after": "fault", "within": "4 s", "see": "detected", "not_before": "1 s",
         "but_not": "boot", "stable_for": "2 s"},
        {"after": "request_sent", "within": "3 s", "see": "answer_received", "each": True,
         "unless": "boot"},
    ],
    "never": [{"see": "approved", "between": ["fault", "cleared"]}, {"see": {"match": "OOPS"}}],
    "sometimes": [{"see": "boot"}],
    "exactly_once": [{"begin": {"match": r"PAY (?P<k>\d)"}, "settle": {"match": r"GOT (?P<k>\d)"},
                      "ack": {"match": r"ACK (?P<k>\d)"}}],
}  # fmt: skip

STAN = st.integers(1, 3)
WORDS = st.one_of(
    st.tuples(st.just("terminal"), st.just("line"), st.fixed_dictionaries({
        "text": st.sampled_from(["PAY 1", "GOT 1", "ACK 1", "GOT 2", "OOPS", "-"])})),
    st.tuples(st.just("terminal"), st.sampled_from(["detected", "report", "cleared"]),
              st.fixed_dictionaries({
                  "cause": st.sampled_from(["data_exhausted", "card_declined", "no_signal"]),
                  "on": st.sampled_from(["display", "ecr"])})),
    st.tuples(st.just("terminal"), st.just("state"), st.fixed_dictionaries({
        "state": st.sampled_from(["ready", "busy", "booting"]), "online": st.booleans()})),
    st.tuples(st.just("terminal"), st.just("boot"), st.fixed_dictionaries({
        "version": st.sampled_from(["2.0.0", "2.1.0"])})),
    st.tuples(st.just("terminal"), st.sampled_from([
        "approved", "declined", "not_done", "reversal_saved", "reversal_done", "request_sent",
        "answer_received"]), st.fixed_dictionaries({
            "stan": STAN, "amount": st.just(100), "response": st.just("00"),
            "mti": st.just("0210")})),
    st.tuples(st.just("terminal"), st.sampled_from(["printed", "journal_entry"]),
              st.fixed_dictionaries({"stan": STAN, "amount": st.just(100),
                                     "outcome": st.sampled_from(["approved", "reversed"])})),
    st.tuples(st.just("host"), st.sampled_from(["request_received", "answered", "misbehaved"]),
              st.fixed_dictionaries({"stan": STAN, "mti": st.sampled_from(
                  ["0200", "0400", "0210", "0410"]), "amount": st.just(100),
                  "act": st.just("corrupt"), "response": st.sampled_from(["00", "51", "96"])})),
    st.tuples(st.just("host"), st.just("ledger_entry"), st.fixed_dictionaries({
        "stan": STAN, "amount": st.just(100),
        "status": st.sampled_from(["approved", "reversed"])})),
    st.tuples(st.sampled_from(["host"]), st.just("ledger_end"), st.just({})),
    st.tuples(st.sampled_from(["terminal"]), st.just("journal_end"), st.just({"damaged": 0})),
    st.tuples(st.just("engine"), st.sampled_from([
        "fault_injected", "fault_took_effect", "fault_cleared"]),
        st.just({"fault": "data_exhausted", "label": "data_exhausted"})),
    st.tuples(st.just("engine"), st.sampled_from(
        ["healing", "at_rest", "not_at_rest", "bench_error", "trigger_missed"]), st.just({})),
    st.tuples(st.just("engine"), st.just("sale_started"), st.fixed_dictionaries({
        "sale": st.sampled_from("ab"), "amount": st.just(100)})),
    st.tuples(st.just("engine"), st.just("sale_ended"), st.fixed_dictionaries({
        "sale": st.sampled_from("ab"), "stan": STAN,
        "outcome": st.sampled_from(["approved", "failed", "unknown", "declined"])})),
)  # fmt: skip


@st.composite
def histories(draw: st.DrawFn) -> list[Observation]:
    """Any nonsense, in order of time, between a beginning and perhaps an end."""
    steps = draw(st.lists(st.tuples(st.integers(0, 1500), WORDS), max_size=40))
    rows: list[tuple[float, str, str, dict[str, Any]]] = [
        (0.0, "engine", "run_started", {"spec": SPEC, "observes": ["display", "ecr", "console"]}),
        (0.0, "engine", "given_ready", {}),
    ]
    now = 0
    for wait, (source, kind, fields) in steps:
        now += wait
        rows.append((now / 1000, source, kind, dict(fields)))
    if draw(st.booleans()):
        reason = draw(st.sampled_from(["rest", "decided", "interrupted", "error"]))
        rows.append((now / 1000, "engine", "run_ended", {"reason": reason}))
    return [Observation(n, *row) for n, row in enumerate(rows, start=1)]


def online(rows: list[Observation], rng: random.Random) -> tuple[Verdict, list[str]]:
    """As the engine does it: time is told at every deadline and at odd moments, too."""
    case = Case.of(SPEC)
    settled: list[str] = []
    for row, after in zip(rows, [*rows[1:], None], strict=True):
        case.on(row)
        until = after.t if after is not None else row.t
        for t in sorted(rng.uniform(row.t, until) for _ in range(rng.randrange(3))):
            case.at(t)
        deadline = case.deadline()
        while deadline is not None and deadline + 0.0005 < until:
            case.at(deadline + 0.0005)
            assert case.deadline() != deadline, "a deadline that passed is a deadline no more"
            deadline = case.deadline()
        settled.append(str([clause for clause in case.verdict().clauses if clause.final]))
    if not any(row.kind == "run_ended" for row in rows):
        case.at(rows[-1].t)
        case.finish(complete=False)
    return case.verdict(), settled


@settings(max_examples=60, deadline=None)
@given(histories(), st.randoms(use_true_random=False))
def test_online_and_offline_agree_on_any_history(rows: list[Observation], rng: Any) -> None:
    """The same objects, fed with more or less knowledge of time, come to the same verdict."""
    verdict, _ = online(rows, rng)

    assert verdict == judge_trace(Trace(rows))


@settings(max_examples=60, deadline=None)
@given(histories())
def test_a_trace_read_back_from_its_lines_is_judged_alike(rows: list[Observation]) -> None:
    """Writing and reading change nothing."""
    lines = [row.to_line() for row in rows]

    assert judge_trace(Trace.from_lines(lines)) == judge_trace(Trace(rows))


@settings(max_examples=60, deadline=None)
@given(histories())
def test_what_is_final_never_changes(rows: list[Observation]) -> None:
    """A clause once settled keeps its outcome, reason and evidence to the end."""
    case = Case.of(SPEC)
    known: dict[int, Any] = {}
    for row in rows:
        case.on(row)
        for index, clause in enumerate(case.verdict().clauses):
            assert known.get(index, clause) == clause
            if clause.final:
                known[index] = clause


@settings(max_examples=60, deadline=None)
@given(histories())
def test_no_history_without_an_end_passes(rows: list[Observation]) -> None:
    """Whatever it holds, a trace without ``run_ended`` is no PASS."""
    cut = [row for row in rows if row.kind != "run_ended"]

    assert judge_trace(Trace(cut)).outcome is not Outcome.PASS


def full_run() -> Story:
    """A run with a fault and every kind of clause, that passes."""
    tale = good_day()
    tale.spec = {**tale.spec, "when": [{"inject": {"data_exhausted": None}}], "then": {
        "detects": {"cause": "data_exhausted", "within": "60 s"},
        "reports": {"cause": "data_exhausted", "on": ["display"], "within": "5 s"},
        "recovers": {"within": "60 s", "proven_by": "sale"},
    }}  # fmt: skip
    tale.rows[0].fields["spec"] = tale.spec
    tale.inject()
    tale.terminal("detected", cause="data_exhausted")
    tale.terminal("report", on="display", cause="data_exhausted")
    tale.after(20).clear()
    tale.terminal("state", state="ready", pending=0, online=True)
    tale.engine("healing")
    tale.sale("proof-1", 7, 100, proof=True)
    return tale.end(heal=False)


def test_the_full_run_passes() -> None:
    """Else the tests below would show nothing."""
    verdict = full_run().verdict()

    assert verdict.outcome is Outcome.PASS, verdict.reason


def test_a_passing_run_cut_at_any_line_never_passes() -> None:
    """Every prefix lacks evidence, and none blames the terminal for what was not seen."""
    rows = list(full_run().trace())

    outcomes = {judge_trace(Trace(rows[:cut])).outcome for cut in range(len(rows))}

    assert outcomes == {Outcome.INCONCLUSIVE}


# --- spoiling a good history --------------------------------------------------------------------


def drop_reversal(tale: Story, rng: random.Random) -> None:
    """The host never sees a reversal that was owed."""
    stan = rng.choice([3, 5])
    tale.drop(lambda row: row.fields.get("stan") == stan and (
        row.fields.get("mti") in ("0400", "0410") or row.kind.startswith("reversal_")
        or row.kind == "journal_entry"))  # fmt: skip
    for row in tale.rows:
        if row.kind == "ledger_entry" and row.fields["stan"] == stan:
            row.fields = {**row.fields, "status": "approved"}
        elif row.kind == "journal_end":
            row.fields = {**row.fields, "entries": row.fields["entries"] - 1}


def duplicate_sale(tale: Story, rng: random.Random) -> None:
    """A sale is charged a second time under a new number."""
    told = [row for row in tale.rows if row.kind == "ledger_entry"
            and row.fields["status"] == "approved"]  # fmt: skip
    again = rng.choice(told)
    at = tale.rows.index(again)
    tale.rows.insert(at, type(again)(again.t, "host", "ledger_entry", {**again.fields, "stan": 99}))
    end = next(row for row in tale.rows if row.kind == "ledger_end")
    end.fields = {"entries": end.fields["entries"] + 1}


def reuse_number(tale: Story, rng: random.Random) -> None:
    """The last sale goes out under an earlier number."""
    old = rng.choice([1, 2, 3, 4, 5])
    for row in tale.rows:
        if row.kind == "request_received" and row.fields["stan"] == 6:
            row.fields = {**row.fields, "stan": old}


def forget_record(tale: Story, rng: random.Random) -> None:
    """A record of an approved sale is gone from the journal."""
    stan = rng.choice([1, 4, 6])
    tale.drop(lambda row: row.kind == "journal_entry" and row.fields["stan"] == stan)
    end = next(row for row in tale.rows if row.kind == "journal_end")
    end.fields = {**end.fields, "entries": end.fields["entries"] - 1}


def change_amount(tale: Story, rng: random.Random) -> None:
    """The host booked another amount than the receipt says."""
    stan = rng.choice([1, 4, 6])
    for row in tale.rows:
        if row.kind == "ledger_entry" and row.fields["stan"] == stan:
            row.fields = {**row.fields, "amount": row.fields["amount"] + 1}


def late_reversal(tale: Story, rng: random.Random) -> None:
    """The reversal of the unanswered sale comes after the next sale."""
    moved = [row for row in tale.rows if row.fields.get("stan") == 3 and (
        row.fields.get("mti") in ("0400", "0410") or row.kind in ("reversal_sent", "reversal_done"))
    ]  # fmt: skip
    tale.drop(lambda row: row in moved)
    at = next(n for n, row in enumerate(tale.rows) if row.kind == "sale_ended"
              and row.fields["sale"] == "fourth")  # fmt: skip
    for row in moved:
        row.t = tale.rows[at].t
    tale.rows[at:at] = moved


def blame_issuer(tale: Story, rng: random.Random) -> None:
    """The sale without an answer is called declined."""
    row = next(row for row in tale.rows if row.kind == "not_done")
    row.kind = "declined"


SPOILED_BY = {
    drop_reversal: {"exactly_once", "reversal_survives_power_loss", "declined_costs_nothing"},
    duplicate_sale: {"exactly_once", "no_orphan_charge"},
    reuse_number: {"stan_never_reused"},
    forget_record: {"no_orphan_charge", "journal_intact", "receipt_needs_journal"},
    change_amount: {"exactly_once", "no_orphan_charge"},
    late_reversal: {"reversal_before_next_sale"},
    blame_issuer: {"comm_fault_is_no_decline"},
}


@pytest.mark.parametrize("spoil", SPOILED_BY)
@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 1000))
def test_a_spoilt_history_is_caught_by_the_invariant_it_breaks(spoil: Any, seed: int) -> None:
    """One wrong thing in a good day fails, and an invariant that names it is among the failures."""
    tale = good_day().end()
    spoil(tale, random.Random(seed))

    failed = {row.clause for row in tale.verdict().clauses if row.outcome is Outcome.FAIL}
    assert failed & SPOILED_BY[spoil], spoil.__doc__


IRRELEVANT: list[tuple[str, str, dict[str, Any]]] = [
    ("supply", "measured", {"volts": 9.0, "amps": 0.2}), ("modem", "signal", {"rsrp": -90}),
    ("terminal", "line", {"text": "12:00:00.000 I mem: 41 % used"}),
    ("network", "path", {"delay": 0.02}), ("host", "connected", {}),
    ("terminal", "display", {"text": "WELCOME"}), ("reader", "card_inserted", {"card": "chip"}),
]  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_lines_that_say_nothing_change_nothing(seed: int) -> None:
    """Strewn in anywhere, in any order, they leave every outcome, reason and measure as it was."""
    rng = random.Random(seed)
    tale, plain = full_run(), full_run()
    for _ in range(rng.randrange(1, 40)):
        at = rng.randrange(1, len(tale.rows))
        source, kind, fields = rng.choice(IRRELEVANT)
        tale.rows.insert(at, type(tale.rows[0])(tale.rows[at - 1].t, source, kind, dict(fields)))
        for row in tale.rows:  # the lines behind have another number now
            if row.fields.get("evidence", 0) > at:
                row.fields["evidence"] += 1

    def said(story: Story) -> list[tuple[Any, ...]]:
        return [(c.clause, c.outcome, c.reason, c.measured) for c in story.verdict().clauses]

    assert said(tale) == said(plain)
