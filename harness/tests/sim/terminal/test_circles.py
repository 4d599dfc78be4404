"""A firmware that goes round in circles is a broken bench, told by the name of its task."""

from typing import Any

import pytest

from harness.errors import Stuck
from harness.sim.terminal.firmware import Firmware
from harness.tests.sim.terminal.stage import Stage


def looking_again(firmware: Firmware) -> None:
    """What is there already, again and again."""
    bell = firmware.clock.signal("the bell")
    while True:
        bell.wait_for(lambda: True)


def too_late(firmware: Firmware) -> None:
    """An answer until now, again and again."""
    bell = firmware.clock.signal("the bell")
    while True:
        bell.wait_for(lambda: False, until=firmware.clock.now())


def setting_timers(firmware: Firmware) -> None:
    """Each timer sets the next, for the next microsecond."""
    firmware.clock.call_at(firmware.clock.now() + 1e-6, lambda: setting_timers(firmware))


@pytest.mark.parametrize(
    ("circle", "said"),
    [(looking_again, "screen does not wait for the bell"),
     (too_late, "screen does not wait for the bell"),
     (setting_timers, "time does not move")],
)  # fmt: skip
def test_a_firmware_in_circles_ends_the_bench(
    monkeypatch: pytest.MonkeyPatch, circle: Any, said: str
) -> None:
    """It would have hung the run for ever: no time passes in it."""
    monkeypatch.setattr("harness.clock.cooperative.CIRCLES", 30_000)

    class State(Firmware.State):  # type: ignore[valid-type, misc]
        def keep_screen(self) -> None:
            circle(self._firmware)
            super().keep_screen()

    stage = Stage(1, Firmware.with_parts(State=State))

    def start() -> None:
        stage.power()
        stage.ready()

    with pytest.raises(Stuck, match=said):
        stage.play(start)
