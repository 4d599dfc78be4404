"""When a run is over: what a terminal does by itself after its story has its time."""

import io

import pytest

from harness.clock import CooperativeClock
from harness.engine.recorder import Recorder
from harness.engine.rest import QUIET, REST, UPDATE, _leave_alone
from harness.tests.engine.test_recorder import Undecided


@pytest.mark.parametrize(
    ("states", "waited"),
    [
        ([(0, "ready")], QUIET),
        ([(0, "ready"), (5, "updating"), (35, "booting"), (45, "ready")], 45 + QUIET),
        ([(0, "ready"), (2, "updating"), (700, "ready")], 700 + QUIET),
        ([(0, "ready"), (5, "connecting")], 5 + QUIET),
        ([(0, "ready"), (8, "connecting"), (8.5, "ready")], 8.5 + QUIET),
        ([(0, "ready"), (5, "updating")], UPDATE),
        ([(5 * n, ("connecting", "ready")[n % 2]) for n in range(100)], REST),
    ],
    ids=[
        "nothing", "an update with its restart", "a long update", "a line that is down",
        "a look at the first host", "an update without an end", "never still",
    ],
)  # fmt: skip
def test_what_begins_by_itself_is_waited_for(
    states: list[tuple[float, str]], waited: float
) -> None:
    """It goes on with what a cut had left, or looks at its first host: rest comes behind that."""
    clock = CooperativeClock()
    ours = Recorder(clock, io.StringIO(), Undecided())

    def terminal() -> None:
        for t, state in states:
            clock.sleep_until(t)
            ours.take("terminal", "state", t, {"state": state, "pending": 0})

    def story() -> None:
        clock.spawn("terminal", terminal)
        clock.sleep(0.001)
        _leave_alone(ours)

    clock.run(story)

    assert clock.now() == pytest.approx(waited, abs=0.01)
