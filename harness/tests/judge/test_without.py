"""What a run comes to on a bench that lacks some of its lines."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.judge._doubt import CONSOLE, DISPLAY, EVERY_LINE, HANDS, REGISTER
from harness.judge._without import BROUGHT, without
from harness.judge.case import Case, clauses_of
from harness.judge.case.clauses import ALWAYS
from harness.model.observed import KINDS
from harness.model.trace import Observation
from harness.model.verdict import Outcome
from harness.model.words import find
from harness.tests.judge.days import Day, day
from harness.tests.judge.story import CHANNELS


def test_every_kind_of_the_terminals_comes_over_a_line() -> None:
    """None that nobody thought of is left where register and log are gone."""
    by_text = {"printed"}

    assert set(KINDS["terminal"]) - by_text <= BROUGHT[REGISTER] | BROUGHT[CONSOLE]
    assert BROUGHT[DISPLAY] <= BROUGHT[CONSOLE]


def _left(lines: frozenset[str], *rows: tuple[str, str, dict[str, Any]]) -> list[Observation]:
    seen = [Observation(n, float(n), *row) for n, row in enumerate(rows, 1)]
    return list(without(lines, seen))


ROWS: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("engine", "run_started", {"observes": list(CHANNELS), "tells": ["approved", "display"]}),
    ("engine", "sale_started", {"sale": "first"}),
    ("terminal", "ecr_status", {"code": "0A", "of": "first"}),
    ("terminal", "display", {"text": "CARD"}),
    ("host", "request_received", {"stan": 2, "of": "first"}),
    ("terminal", "report", {"on": "display", "cause": "paper_out"}),
    ("terminal", "report", {"on": "ecr", "cause": "paper_out"}),
    ("terminal", "approved", {"stan": 2, "of": "first"}),
    ("terminal", "printed", {"stan": 2, "text": "RECEIPT"}),
    ("engine", "sale_ended", {"sale": "first", "outcome": "approved", "stan": 2}),
    ("hands", "part", {"part": "paper", "state": "out"}),
    ("engine", "fault_injected", {"fault": "paper_out"}),
    ("terminal", "terminal_status", {"code": "00"}),
    ("engine", "at_rest", {"confirmed": "console"}),
)


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        (REGISTER, {"ecr_status", "report on ecr", "printed", "terminal_status"}),
        (CONSOLE, {"display", "report on display", "approved"}),
        (DISPLAY, {"display", "report on display"}),
        (HANDS, {"part", "fault_injected"}),
    ],
)
def test_what_a_line_brings_is_gone_without_it(line: str, gone: set[str]) -> None:
    """And its channel is none that is observed; the rest is as it was."""
    left = _left(frozenset({line}), *ROWS)

    numbers = {seen.n for seen in left}
    lost = {
        f"report on {fields['on']}" if kind == "report" else kind
        for n, (_, kind, fields) in enumerate(ROWS, 1) if n not in numbers
    }  # fmt: skip
    assert lost == gone
    ended = next(seen for seen in left if seen.kind == "sale_ended")
    assert ended["outcome"] == ("unknown" if line == REGISTER else "approved")
    channels = {REGISTER: {"ecr"}, CONSOLE: {"console", "display", "journal"},
                DISPLAY: {"display"}, HANDS: set[str]()}  # fmt: skip
    assert set(left[0]["observes"]) == set(CHANNELS) - channels[line]


def test_a_log_that_is_gone_has_words_for_nothing() -> None:
    """Its silence means as little as that of a bench without one."""
    assert _left(frozenset({CONSOLE}), ROWS[0])[0]["tells"] == []
    assert _left(frozenset({DISPLAY}), ROWS[0])[0]["tells"] == ["approved"]
    assert _left(frozenset({REGISTER}), ROWS[0])[0]["tells"] == ["approved", "display"]
    bare: tuple[str, str, dict[str, Any]] = ("engine", "run_started", {})
    assert set(_left(frozenset({CONSOLE}), bare)[0]["observes"]) >= {"ecr"}
    assert "console" not in _left(frozenset({CONSOLE}), bare)[0]["observes"]


REST = ("engine", "at_rest", {"confirmed": "console"})
WELL = ("terminal", "terminal_status", {"code": "00"})
BEGUN = ("engine", "sale_started", {"sale": "first"})


@pytest.mark.parametrize(
    ("lines", "rows", "rests"),
    [
        ({CONSOLE}, [BEGUN, WELL], True),
        ({CONSOLE}, [WELL, BEGUN], False),  # of before the sale
        ({CONSOLE}, [BEGUN, WELL, ("terminal", "terminal_status", {"code": "6C"})], False),
        ({CONSOLE}, [], False),
        ({CONSOLE, REGISTER}, [BEGUN, WELL], False),
        ({REGISTER, DISPLAY}, [], True),
    ],
)
def test_who_rests_is_known_by_another(lines: set[str], rows: list[Any], *, rests: bool) -> None:
    """Without its log, by its answer that all is well; nobody else knows."""
    assert (_left(frozenset(lines), *rows, REST)[-1:] != []) is (rests or bool(rows))
    assert any(seen.kind == "at_rest" for seen in _left(frozenset(lines), *rows, REST)) is rests


def _sold(sale: str, stan: int | None) -> list[tuple[str, str, dict[str, Any]]]:
    request = [("host", "request_received", {"stan": stan, "of": sale})] if stan else []
    return [
        ("engine", "sale_started", {"sale": sale}),
        *request,
        ("engine", "sale_ended", {"sale": sale, "outcome": "unknown"}),
    ]


@pytest.mark.parametrize(
    ("line", "rows", "of"),
    [
        (REGISTER, [*_sold("first", 2), *_sold("second", 3)], ["first", "second"]),
        # the first may go on while the second has begun
        (REGISTER, [*_sold("first", None), *_sold("second", 3)], [None]),
        (CONSOLE, [*_sold("first", None), *_sold("second", 3)], ["second"]),
        # by a number that the log has turned, say
        (CONSOLE, [BEGUN, ("host", "request_received", {"stan": 3, "of": "second"})], [None]),
        (DISPLAY, [BEGUN, ("host", "request_received", {"stan": 3, "of": "second"})], ["second"]),
    ],
)
def test_whose_request_it_is_is_known_by_host_and_register(
    line: str, rows: list[Any], of: list[str | None]
) -> None:
    """By which sale ran when the host had its number first."""
    left = _left(frozenset({line}), *rows)

    assert [seen.get("of") for seen in left if seen.source == "host"] == of


def _does_without(clause: str) -> frozenset[str]:
    lines: frozenset[str] = getattr(find(ALWAYS, clause), "DOES_WITHOUT", frozenset())
    return lines


def _failed(tale: Day, lines: frozenset[str]) -> set[str]:
    """Clauses that fail on a bench without these lines, which they say that they do without."""
    case = Case(tale.spec, [clause for _, clause in clauses_of(tale.spec)], doubts=False)
    for seen in without(lines, tale.trace()):
        case.on(seen)
    rows = [row for row in case.verdict().clauses if row.clause not in ("staged", "then")]
    return {
        row.clause for row in rows
        if row.outcome is Outcome.FAIL and lines <= _does_without(row.clause)
    }  # fmt: skip


LINES = st.sets(st.sampled_from(sorted(EVERY_LINE)), min_size=1).map(frozenset)


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 100_000), lines=LINES, chance=st.randoms(use_true_random=False))
def test_a_good_terminal_fails_nothing_on_a_bench_without_some_lines(
    seed: int, lines: frozenset[str], chance: Any
) -> None:
    """On any day; also where the log, which is gone then, had lost every fifth line."""
    tale = day(seed)
    assert not _failed(tale, lines)

    tale.drop(lambda row: row.source == "terminal" and chance.random() < 0.2)
    assert not _failed(tale, lines | {CONSOLE, REGISTER})


@pytest.mark.parametrize(
    ("told", "answer", "mti", "late", "kept"),
    [
        ("approved", "", "0200", False, True),  # it is of the terminal's own making
        ("approved", "", "0200", True, True),
        ("approved", "51", "0200", False, True),
        ("approved", "00", "0200", False, False),  # said before it was undone, and held back
        ("approved", "00", "0200", True, True),  # behind its reversal
        ("failed", "", "0200", False, False),
        ("approved", "", "0220", False, False),  # an advice stands before it is answered
    ],
)
def test_an_approval_that_no_host_gave_is_no_line_s_doing(
    told: str, answer: str, mti: str, *, late: bool, kept: bool
) -> None:
    """A line loses, delays and repeats words: this one nobody has said."""
    rows: list[tuple[str, str, dict[str, Any]]] = [
        ("engine", "run_started", {"observes": list(CHANNELS)}),
        ("engine", "sale_started", {"sale": "first"}),
        ("host", "request_received", {"stan": 2, "of": "first", "mti": mti}),
        ("engine", "sale_ended", {"sale": "first", "outcome": "unknown"}),
        ("engine", "sale_resolved", {"sale": "first", "outcome": told, "stan": 2}),
    ]
    if late:
        rows.insert(3, ("host", "request_received", {"stan": 2, "mti": "0400"}))
        rows.insert(4, ("host", "answered", {"stan": 2, "mti": "0410", "response": "00"}))
    if answer:
        said = {"stan": 2, "mti": "0210", "response": answer}
        rows.insert(5 if late else 3, ("host", "answered", said))

    left = _left(frozenset({REGISTER}), *rows)

    assert (left[-1].kind == "sale_resolved") == kept
