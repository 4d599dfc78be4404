"""A console whose lines come in bursts is doubted, not its terminal."""

import pytest

from harness.judge._console_bursts import ConsoleBursts
from harness.model.trace import Observation

#: Seconds after a request's reception: the answer's leaving.
ANSWERS = 0.05


def heard(*exchanges: tuple[float, float, float], answers: float = ANSWERS) -> ConsoleBursts:
    """What was seen of exchanges: (request at the host, the log of it, the log of its answer)."""
    rows: list[tuple[float, str, str, str, int]] = []
    for stan, (had, sent, got) in enumerate(exchanges, 1):
        rows += [
            (had, "host", "request_received", "0200", stan),
            (had + answers, "host", "answered", "0210", stan),
            (sent, "terminal", "request_sent", "0200", stan),
            (got, "terminal", "answer_received", "0210", stan),
        ]
    line = ConsoleBursts()
    for n, (t, source, kind, mti, stan) in enumerate(sorted(rows, key=lambda row: row[0])):
        line.on(Observation(n, t, source, kind, {"mti": mti, "stan": stan}))
    return line


def test_requests_and_answers_at_one_instant_are_held_back() -> None:
    """What it tells of anything may be as old; that it is not many seconds behind is no matter."""
    found = heard((1.0, 2.0, 2.0), (3.0, 4.0, 4.0)).doubt(())

    assert found is not None
    assert found.since == 0.0
    assert "1 s" in found.why


@pytest.mark.parametrize(
    "exchanges",
    [
        [(1.0, 0.96, 1.09), (3.0, 2.96, 3.09)],  # as they go over the line
        [(1.0, 1.2, 1.4), (3.0, 3.2, 3.4)],  # late, and none held back
        [(1.0, 2.0, 2.0)],  # once may be chance
        [(1.0, 2.0, 2.0), (3.0, 4.0, 4.0), (5.0, 4.96, 5.09), (7.0, 6.96, 7.09)],
        [(1.0, 0.96, 1.05), (3.0, 2.96, 3.05)],
    ],
)
def test_a_console_that_tells_as_it_goes(exchanges: list[tuple[float, float, float]]) -> None:
    """Nobody contradicts it."""
    assert heard(*exchanges).doubt(()) is None


def test_a_host_that_answers_at_once_is_no_witness() -> None:
    """Both are at one instant there, too."""
    assert heard((1.0, 2.0, 2.0), (3.0, 4.0, 4.0), answers=0.001).doubt(()) is None


def test_a_request_that_goes_out_again_is_no_witness() -> None:
    """Its line may be of the second one."""
    line = ConsoleBursts()
    for at, stan in ((1.0, 1), (11.0, 2)):
        for n, (t, source, kind, mti) in enumerate((
            (at, "host", "request_received", "0400"), (at + 0.05, "host", "answered", "0410"),
            (at + 1, "host", "request_received", "0400"),
            (at + 2, "terminal", "request_sent", "0400"),
            (at + 2, "terminal", "answer_received", "0410"),
        )):  # fmt: skip
            line.on(Observation(n, t, source, kind, {"mti": mti, "stan": stan}))

    assert line.doubt(()) is None
