"""A register's line that brought nothing in a whole story."""

from collections.abc import Sequence

import pytest

from harness.engine.unheard import unheard
from harness.model.trace import Observation, Trace

Row = tuple[str, str, dict[str, object]]
READY: Row = ("terminal", "state", {"state": "ready"})
LOST: Row = ("terminal", "ecr_status", {"code": "", "text": "link lost"})
UNKNOWN: Row = ("engine", "sale_ended", {"sale": "first", "outcome": "unknown"})


def _trace(rows: Sequence[Row]) -> Trace:
    return Trace(Observation(n, float(n), *row) for n, row in enumerate(rows, 1))


def test_a_line_that_brought_nothing_while_the_console_says_ready() -> None:
    """What the driver says of a lost line is no word of the terminal's."""
    assert unheard(_trace([READY, LOST, UNKNOWN, READY]))


@pytest.mark.parametrize(
    "rows",
    [
        [READY],  # nothing was asked
        [READY, LOST, UNKNOWN, ("terminal", "state", {"state": "halted"})],
        [LOST, UNKNOWN],  # no console
        [READY, ("terminal", "terminal_status", {"code": "00"}), UNKNOWN],
        [READY, ("terminal", "ecr_status", {"code": "0A", "text": "insert card"}), UNKNOWN],
        [READY, ("engine", "sale_ended", {"sale": "first", "outcome": "declined"})],
        [READY, ("engine", "sale_ended", {"sale": "first", "outcome": "failed", "code": "6C"})],
        [READY, ("engine", "fault_injected", {"fault": "register_lost"}), UNKNOWN],
    ],
)
def test_what_is_the_terminals_own(rows: list[Row]) -> None:
    """One word, a terminal that is not ready, or a line that was cut on purpose."""
    assert not unheard(_trace(rows))
