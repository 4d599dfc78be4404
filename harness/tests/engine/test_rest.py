"""When a run is over: what a terminal does by itself after its story has its time."""

import io

import pytest

from harness.clock import CooperativeClock
from harness.engine.recorder import Recorder
from harness.engine.rest import QUIET, UPDATE, _leave_alone
from harness.tests.engine.test_recorder import Undecided


@pytest.mark.parametrize(
    ("states", "waited"),
    [
        ([(0, "ready")], QUIET),
        ([(0, "ready"), (5, "updating"), (35, "booting"), (45, "ready")], 45 + QUIET),
        ([(0, "ready"), (5, "connecting")], QUIET),
        ([(0, "ready"), (5, "updating")], UPDATE),
    ],
    ids=["nothing", "an update with its restart", "no update", "an update without an end"],
)
def test_an_update_that_begins_by_itself_is_waited_for(
    states: list[tuple[float, str]], waited: float
) -> None:
    """It was at rest, and goes on with what a cut had left: rest comes behind that."""
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
