"""The trace: lines out, lines in, and questions to it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.model.trace import RESERVED, Observation, Trace

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)
FIELDS = st.dictionaries(st.text().filter(lambda name: name not in RESERVED), JSON, max_size=4)


def row(n: int, kind: str = "line", source: str = "terminal", **fields: object) -> Observation:
    """A line at n tenths of a second."""
    return Observation(n, n / 10, source, kind, fields)


@given(st.integers(1), st.integers(0, 10**12), st.text(), st.text(), FIELDS)
def test_a_line_read_back_is_the_observation(
    n: int, micros: int, source: str, kind: str, fields: dict[str, object]
) -> None:
    """Any JSON fields survive, times to the microsecond, and a line holds no newline."""
    seen = Observation(n, round(micros / 1e6, 6), source, kind, fields)

    assert Observation.from_line(seen.to_line()) == seen
    assert "\n" not in seen.to_line()


HALVES = st.characters(min_codepoint=0xD800, max_codepoint=0xDBFF)  # with no other half behind


@given(st.text(HALVES | st.characters(codec="ascii")), st.text(HALVES, max_size=3))
def test_half_a_surrogate_pair_can_be_written(text: str, name: str) -> None:
    """What a device's JSON may hold and UTF-8 has not comes back as it was."""
    seen = Observation(1, 0.0, "terminal", "ecr_status", {"text": text, f"x{name}": [text]})

    line = seen.to_line().encode("utf-8").decode("utf-8")

    assert Observation.from_line(line) == seen


@pytest.mark.parametrize("line", ["", "{", "[]", "3", '{"n":1,"t":0,"source":"x"}', '{"n":"x"}'])
def test_what_is_no_line_is_refused(line: str) -> None:
    """Anything without n, t, source and kind raises ValueError."""
    with pytest.raises(ValueError):  # noqa: PT011 - JSON's own error is one
        Observation.from_line(line)


@pytest.mark.parametrize("torn", ['{"n":3,"t":0.3,"sou', "\x00\x00", '{"n":3}'])
def test_a_torn_last_line_is_left_out(torn: str) -> None:
    """A killed run stays readable up to its last whole line."""
    lines = [row(1).to_line(), "", row(2).to_line(), torn]

    assert [seen.n for seen in Trace.from_lines(lines)] == [1, 2]


def test_questions_by_kind_source_and_fields() -> None:
    """``of`` keeps the order over several kinds; ``first`` and ``last`` look at fields."""
    trace = Trace([
        row(1, "state", state="ready"), row(2, "boot"), row(3, "state", state="busy"),
        row(4, "state", source="modem", state="ready"),
    ])  # fmt: skip

    assert [seen.n for seen in trace.of("boot", "state")] == [1, 2, 3, 4]
    assert [seen.n for seen in trace.of("state", source="terminal")] == [1, 3]
    first, last = trace.first("state", state="ready"), trace.last("state", state="ready")
    assert first is not None
    assert last is not None
    assert (first.n, last.n) == (1, 4)
    assert trace.first("state", state="halted") is None
    assert trace.last("nothing") is None


def test_a_trace_is_complete_when_the_run_came_to_its_end() -> None:
    """``run_ended`` makes it so; ``end`` is the last time."""
    trace = Trace([row(1)])
    assert not trace.complete

    trace.append(row(2, "run_ended", source="engine"))
    assert trace.complete
    assert trace.end == pytest.approx(0.2)
    assert (len(trace), trace[0].n, [seen.n for seen in trace[1:]]) == (2, 1, [2])
    assert Trace().end == 0


def test_an_observation_says_itself_in_one_line() -> None:
    """Number, time, source, kind and fields, as a report quotes them."""
    seen = row(7, "report", on="ecr", cause="no_signal")

    assert str(seen) == "#7 0.700 s terminal: report on=ecr cause=no_signal"
    assert seen["on"] == "ecr"
    assert seen.get("code", "-") == "-"
