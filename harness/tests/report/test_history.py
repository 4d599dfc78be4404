"""A trace as a person sees it."""

from typing import Any

from harness.model.scenario import Scenario
from harness.model.trace import Observation, Trace
from harness.report import history


def _trace(*rows: tuple[float, str, dict[str, Any]]) -> Trace:
    return Trace(
        Observation(n, t, what.split(": ")[0], what.split(": ")[1], fields)
        for n, (t, what, fields) in enumerate(rows, 1)
    )


def test_a_fault_that_was_never_cleared_lasts_to_the_end() -> None:
    """Two faults of one word are told apart by their labels."""
    trace = _trace(
        (1, "engine: fault_injected", {"fault": "signal_lost", "label": "a"}),
        (2, "engine: fault_injected", {"fault": "signal_lost", "label": "b"}),
        (3, "engine: fault_cleared", {"fault": "signal_lost", "label": "b"}),
        (9, "engine: run_ended", {}),
    )

    assert [(span.label, span.start, span.end) for span in history.faults_of(trace)] == [
        ("a", 1, 9),
        ("b", 2, 3),
    ]


def test_a_terminal_without_supply_has_no_state() -> None:
    """What it said last is not what it is while it is dead."""
    trace = _trace(
        (0, "terminal: state", {"state": "ready"}),
        (1, "terminal: state", {"state": "busy"}),
        (2, "supply: output", {"on": False}),
        (4, "supply: output", {"on": True}),
        (5, "terminal: boot", {"reason": "power"}),
        (8, "terminal: state", {"state": "ready"}),
        (9, "engine: run_ended", {}),
    )

    spans = [(span.label, span.start, span.end) for span in history.states_of(trace)]

    assert spans == [
        ("ready", 0, 1), ("busy", 1, 2), ("no supply", 2, 4), ("booting", 4, 8), ("ready", 8, 9),
    ]  # fmt: skip


def test_the_path_is_as_good_as_its_worst_part() -> None:
    """A bearer that is up does not hide an exhausted plan."""
    trace = _trace(
        (0, "modem: registration", {"stat": 5}),
        (1, "modem: bearer", {"up": True}),
        (2, "network: plan", {"state": "exhausted", "left": 0}),
        (3, "modem: registration", {"stat": 1}),
        (4, "network: plan", {"state": "open", "left": None}),
        (5, "modem: registration", {"stat": 2}),
        (6, "engine: run_ended", {}),
    )

    assert [(span.label, span.start) for span in history.path_of(trace)] == [
        ("online", 0), ("plan exhausted", 2), ("online", 4), ("not registered", 5),
    ]  # fmt: skip


def test_a_sale_without_an_answer_is_shown_as_such() -> None:
    """It lasts to the end of the trace, and is no success."""
    trace = _trace(
        (1, "engine: sale_started", {"sale": "first", "amount": 1234, "currency": "CNY"}),
        (2, "engine: sale_started", {"sale": "odd", "amount": "x", "currency": "???"}),
        (3, "engine: sale_ended", {"sale": "odd", "outcome": "declined"}),
        (7, "engine: run_ended", {}),
    )

    assert [(span.label, span.end, span.tone) for span in history.sales_of(trace)] == [
        ("first 12.34 CNY: no answer", 7, "bad"),
        ("odd : declined", 3, "warn"),
    ]


def test_one_cause_on_two_channels_is_one_piece_of_news() -> None:
    """The same within a second counts once; later it is news again."""
    trace = _trace(
        (1.0, "terminal: detected", {"cause": "supply_low"}),
        (1.1, "terminal: report", {"cause": "supply_low", "on": "console"}),
        (1.2, "terminal: report", {"cause": "supply_low", "on": "display"}),
        (1.3, "terminal: report", {"cause": "supply_low", "on": "display"}),
        (9.0, "terminal: report", {"cause": "supply_low", "on": "ecr"}),
    )

    assert [(one.t, one.label) for one in history.moments_of(trace)] == [
        (1.0, "detected supply_low"), (1.1, "console, display: supply_low"),
        (9.0, "ecr: supply_low"),
    ]  # fmt: skip


def test_a_flood_of_reports_is_read_once() -> None:
    """Fifty thousand reports are no fifty thousand times fifty thousand comparisons."""
    rows = [(n / 100, "terminal: report", {"cause": "x", "on": "ecr"}) for n in range(50_000)]

    assert len(history.moments_of(_trace(*rows))) < 600


def test_observations_that_lack_their_fields_are_survived() -> None:
    """A foreign driver's sloppy observation costs its label, not the report."""
    trace = _trace(
        (1, "terminal: detected", {}), (1, "terminal: report", {}), (2, "terminal: boot", {}),
        (3, "terminal: state", {}), (4, "terminal: update", {}), (5, "engine: fault_injected", {}),
        (6, "supply: measured", {"volts": None}), (7, "engine: step_started", {}),
    )  # fmt: skip

    assert "detected ?" in [one.label for one in history.moments_of(trace)]
    assert history.numbers_of(trace, "measured", "volts") == []
    assert history.states_of(trace)
    assert history.faults_of(trace)


def test_steps_have_their_times_wherever_the_count_begins() -> None:
    """Indexes may begin at 0 or 1; a step that was never reached has no time."""
    story = Scenario(
        id="X", name="x", family="f", story="",
        plain={"when": [{"hold": "1 s"}, {"sale": {"amount": "1.00 CNY"}}, {"settle": None}]},
    )  # fmt: skip
    for base in (0, 1):
        trace = _trace(
            (1, "engine: step_started", {"index": base}), (2, "engine: step_done", {"index": base}),
            (2, "engine: step_started", {"index": base + 1, "late": 0.1}),
        )  # fmt: skip

        rows = history.steps_of(story, trace)

        assert [(row.word, row.started, row.done) for row in rows] == [
            ("hold", 1, 2), ("sale", 2, None), ("settle", None, None),
        ]  # fmt: skip
        assert rows[1].text == "amount: 1.00 CNY"
