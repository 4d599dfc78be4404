"""A console that tells of requests when the host has long had them."""

from collections.abc import Sequence

import pytest

from harness.engine.lag import behind
from harness.model.trace import Observation, Trace

Row = tuple[float, str, str, dict[str, object]]
SENT, HAD = ("terminal", "request_sent"), ("host", "request_received")


def _trace(rows: Sequence[Row]) -> Trace:
    return Trace(Observation(n, *row) for n, row in enumerate(rows, 1))


def sent(t: float, stan: int, mti: str = "0200") -> Row:
    """The console's line about a request."""
    return (t, *SENT, {"mti": mti, "stan": stan})


def had(t: float, stan: int, mti: str = "0200") -> Row:
    """The request, at the host."""
    return (t, *HAD, {"mti": mti, "stan": stan})


def test_a_line_that_comes_seconds_after_the_request_is_late() -> None:
    """What is told of it says by how much, and since when nothing can be trusted."""
    trace = _trace([sent(9.9, 1, "0800"), had(10.0, 1, "0800"), had(20.0, 2), sent(27.0, 2)])

    found = behind(trace)

    assert found is not None
    assert found.since == 10.0
    assert "7.0 s behind: the host had 0200 of trace number 2 at 20.0 s" in str(found)


def test_a_start_that_is_told_late_as_well_excuses_nothing() -> None:
    """Of what goes out once there is no repetition that the line could be of."""
    trace = _trace([had(13.0, 1, "0800"), (101.0, "terminal", "boot", {}), sent(103.0, 1, "0800")])

    assert behind(trace) is not None


@pytest.mark.parametrize(
    "rows",
    [
        [sent(20.0, 2), had(20.1, 2)],
        [had(20.0, 2), sent(22.0, 2)],  # a busy terminal
        [sent(20.0, 2), had(60.0, 2)],  # a slow network
        [had(20.0, 2)],  # its line was lost
        [sent(20.0, 2, "0400"), had(20.1, 2, "0400"), sent(50.0, 2, "0400")],  # sent again, lost
        # The line of the first was garbled, that of the repetition was not.
        [had(20.0, 2, "0400"), sent(50.0, 2, "0400"), had(50.1, 2, "0400")],
        # The power was cut before the line was out, and the reversal is sent again.
        [had(20.0, 2, "0400"), (30.0, "terminal", "boot", {}), sent(35.0, 2, "0400")],
        [had(20.0, 2), sent(40.0, 3), had(40.1, 3)],
    ],
)
def test_what_is_explained_otherwise_is_not_late(rows: list[Row]) -> None:
    """Repetitions, lines lost and a terminal started anew are nobody's lateness."""
    assert behind(_trace(rows)) is None
