"""The OFF sequence of those who act in a run's stead, on instruments that are hard to reach."""

from typing import Any

import pytest

from harness.clock import ThreadClock
from harness.errors import PortLost, RigError
from harness.rig import off
from harness.rig.state import Energised
from harness.tests.patience import LIMIT, soon


class Line:
    """An instrument that fails so often before it is off, and not before another one is."""

    def __init__(
        self, role: str, clock: ThreadClock, *, fails: int = 0, after: "Line | None" = None
    ) -> None:
        self.one = Energised(role, "d", f"{role}:1")
        self.off_at: float | None = None
        self.rested = False
        self._clock, self._fails, self._after = clock, fails, after

    def make_safe(self) -> None:
        """Off; perhaps."""
        if self._after is not None:
            soon(lambda: self._after is None or self._after.off_at is not None)
        if self._fails:
            self._fails -= 1
            raise PortLost("no route to host")
        self.off_at = self._clock.now()

    def rest(self) -> None:
        """The set-point to zero."""
        self.rested = True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> ThreadClock:
    """Real time, but less of it."""
    monkeypatch.setattr(off, "PAUSES", (0.0, 0.01, 0.02))
    monkeypatch.setattr(off, "AT_ONCE", LIMIT)
    return ThreadClock()


def _switch_off(lines: list[Any], clock: ThreadClock) -> tuple[dict[str, str], list[str]]:
    said: list[str] = []
    return off.switch_off(lines, clock, said.append), said


def test_the_switch_follows_the_supply(clock: ThreadClock) -> None:
    """First the supply, then the switch, then the set-points."""
    supply, switch = Line("supply", clock), Line("switch", clock)

    failed, said = _switch_off([supply, switch], clock)

    assert failed == {}
    assert supply.off_at is not None
    assert switch.off_at is not None
    assert supply.off_at <= switch.off_at
    assert supply.rested
    assert len(said) == 2


def test_the_switch_does_not_wait_for_a_supply_that_hangs(
    clock: ThreadClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A supply that takes its time does not keep the line closed."""
    monkeypatch.setattr(off, "AT_ONCE", 0.1)
    switch = Line("switch", clock)
    supply = Line("supply", clock, after=switch)

    failed, _ = _switch_off([supply, switch], clock)

    assert failed == {}
    assert supply.off_at is not None
    assert switch.off_at is not None
    assert switch.off_at < supply.off_at


@pytest.mark.parametrize("fails", [1, 2, 3])
def test_there_are_three_tries(clock: ThreadClock, fails: int) -> None:
    """Two failures are made up for; a third is told, and the switch is off all the same."""
    supply, switch = Line("supply", clock, fails=fails), Line("switch", clock)

    failed, said = _switch_off([supply, switch], clock)

    assert failed == ({"supply:1": "no route to host"} if fails == 3 else {})
    assert sum("NOT verified" in one for one in said) == fails
    assert switch.off_at is not None


def test_an_unknown_driver_is_said_before_anything() -> None:
    """A journal of a driver that is not installed any more is no silent success."""
    with pytest.raises(RigError, match="no word 'gone'"):
        off.ready([Energised("supply", "gone", "10.0.0.5:5025")], ThreadClock())
