"""Arming, for what a supply may have besides an output: limits of its own, a watchdog, topology."""

from typing import Any

import pytest

from harness.errors import BenchError
from harness.model.power import Capability, DeadMan, HardLimited, Protected, Supply
from harness.model.rig import Limits
from harness.model.roles import Polled, SafeState, ignore
from harness.model.units import Amps, Seconds, Volts
from harness.rig.arm import arm, disarm, resume

LIMITS = Limits(Volts(6), Amps(2))


class Everything:
    """A supply with every power; notes what it is told, and lies where ``lies`` says so."""

    capability = Capability(watchdog=(1.0, 60.0))

    def __init__(self, poll_every: float = 1.0, **lies: Any) -> None:
        self.observe = ignore
        self.poll_every = poll_every
        self.told: list[str] = []
        self.state: dict[str, Any] = {"on": True, "ovp": 30.0, "limit": 30.0, "dog": None}
        self.lies = lies
        self.trip = ""

    def _note(self, word: str, key: str = "", value: Any = None) -> None:
        self.told.append(word)
        if key:
            self.state[key] = value

    def _seen(self, key: str) -> Any:
        return self.lies.get(key, self.state[key])

    def make_safe(self) -> None:
        self._note("safe", "on", False)

    def clear_errors(self) -> None:
        self._note("clear errors")

    def reset_topology(self) -> None:
        self._note("apart")

    def stay_off_at_power_on(self) -> None:
        self._note("stay off")

    def set_output(self, *, on: bool) -> None:
        self._note(f"on {on}", "on", on)

    def output(self) -> bool:
        return bool(self._seen("on"))

    def set_voltage(self, volts: Volts) -> None:
        self._note(f"volts {volts:g}")

    def set_current_limit(self, amps: Amps) -> None:
        self._note(f"amps {amps:g}")

    def measure_voltage(self) -> Volts:
        return Volts(0)

    def measure_current(self) -> Amps:
        return Amps(0)

    def set_over_voltage(self, volts: Volts) -> None:
        self._note(f"ovp {volts:g}", "ovp", volts)

    def over_voltage(self) -> Volts:
        return Volts(self._seen("ovp"))

    def tripped(self) -> str:
        return self.trip

    def clear_trip(self) -> None:
        self.trip = "" if self.lies.get("trip") is None else self.lies["trip"]

    def set_voltage_limit(self, volts: Volts) -> None:
        self._note(f"limit {volts:g}", "limit", volts)

    def voltage_limit(self) -> Volts:
        return Volts(self._seen("limit"))

    def set_watchdog(self, seconds: Seconds | None) -> None:
        self._note(f"dog {seconds}", "dog", seconds)

    def watchdog(self) -> Seconds | None:
        found: Seconds | None = self._seen("dog")
        return found

    def poll(self) -> None:
        """Nothing to ask."""


def test_it_plays_what_it_is_to_play() -> None:
    """The stand-in has all the powers, or the tests below would show nothing."""
    for role in (Supply, Protected, HardLimited, DeadMan, Polled, SafeState):
        assert isinstance(Everything(), role)


def test_everything_is_set_in_order_while_the_output_is_off() -> None:
    """Off first, nominal last; the limit is the rig's, protection a tenth above what is asked."""
    supply = Everything()

    arm(supply, LIMITS, Volts(5), Volts(5))

    assert supply.told == [
        "safe", "clear errors", "apart", "stay off", "volts 0", "limit 6", "amps 2", "ovp 5.5",
        "dog 5 s", "volts 5",
    ]  # fmt: skip
    assert supply.state["on"] is False


@pytest.mark.parametrize(
    ("every", "delay"), [(0.5, "5 s"), (4.0, "12 s"), (100.0, "60 s")], ids=["least", "3x", "most"]
)
def test_the_watchdog_waits_for_three_polls(every: float, delay: str) -> None:
    """Never less than five seconds, never more than the instrument can."""
    supply = Everything(every)

    arm(supply, LIMITS, Volts(5), Volts(5))

    assert f"dog {delay}" in supply.told


@pytest.mark.parametrize(
    ("lie", "said"),
    [
        ({"limit": 30.0}, "its own voltage limit was set to 6 V and reads back 30 V"),
        ({"limit": float("nan")}, "reads back nan"),
        ({"ovp": 6.6}, "over-voltage protection was set to 5.5 V and reads back 6.6 V"),
        ({"dog": None}, "watchdog was set to 5 s and reads back None"),
        ({"on": True}, "stays on when told to go off"),
    ],
)
def test_what_is_not_confirmed_keeps_the_output_off(lie: dict[str, Any], said: str) -> None:
    """A setting that reads back as something else is an error, and nothing was switched on."""
    supply = Everything(**lie)

    with pytest.raises(BenchError, match=said):
        arm(supply, LIMITS, Volts(5), Volts(5))

    assert "on True" not in supply.told


def test_a_latch_that_stays_is_told() -> None:
    """A protection that cannot be cleared has its reason still there."""
    supply = Everything(trip="ovp")
    supply.trip = "ovp"

    with pytest.raises(BenchError, match="'ovp' is tripped and cannot be cleared"):
        arm(supply, LIMITS, Volts(5), Volts(5))


def test_one_setting_that_moves_another_is_noticed() -> None:
    """All is read back once more at the end: nominal voltage may have moved the protection."""

    class Follows(Everything):
        def set_voltage(self, volts: Volts) -> None:
            super().set_voltage(volts)
            if volts:
                self.state["ovp"] = 12.0

    with pytest.raises(BenchError, match="reads back 12 V"):
        arm(Follows(), LIMITS, Volts(5), Volts(5))


def test_an_output_that_was_left_on_is_bounded_and_stays_on() -> None:
    """Resuming does all but OFF; a supply that went off meanwhile is armed."""
    supply = Everything()

    resume(supply, LIMITS, Volts(5), Volts(5))

    assert supply.told == ["limit 6", "amps 2", "ovp 5.5", "dog 5 s", "volts 5"]
    supply.state["on"], supply.told = False, []
    resume(supply, LIMITS, Volts(5), Volts(5))
    assert supply.told[0] == "safe"


def test_the_watchdog_goes_with_the_run() -> None:
    """After the end nobody feeds it any more."""
    supply = Everything()
    arm(supply, LIMITS, Volts(5), Volts(5))

    disarm(supply)

    assert supply.state["dog"] is None
