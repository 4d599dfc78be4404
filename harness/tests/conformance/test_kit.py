"""The conformance kit can fail: each of its checks finds the driver that breaks it."""

import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.keithley_2230 import Driver as Keithley
from harness.drivers.keysight_e36300 import Driver
from harness.drivers.keysight_n6700 import Driver as N6700
from harness.errors import BenchError, DeviceRefused
from harness.model.power import Points
from harness.model.rig import Limits
from harness.model.units import Amps, Seconds, Volts
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.rail import Rail
from harness.sim.supplies.make import make_supply
from harness.testing.conformance import CHECKS, Bench, conform


class Fickle(Driver):
    """Says who it is in two ways."""

    asked = 0

    def identify(self) -> str:
        self.asked += 1
        return f"it {self.asked}"


class LeftOn(Driver):
    """Believes what it said when it comes to the safe state."""

    def make_safe(self) -> None:
        self._scpi.send("VOLT 4,(@1)")


class Deaf(Driver):
    """Sets nothing while it is on."""

    def set_voltage(self, volts: Volts) -> None:
        if not self.output():
            super().set_voltage(volts)


class Eager(Driver):
    """Switches on with the voltage."""

    def set_voltage(self, volts: Volts) -> None:
        super().set_voltage(volts)
        if volts:
            self.set_output(on=True)


class Swallower(Driver):
    """Does not read errors."""

    def set_voltage(self, volts: Volts) -> None:
        self._scpi.send(f"VOLT {volts:g},(@1)")


class Follower(Driver):
    """Its over-voltage level goes with the set-point, as some supplies' does."""

    def set_voltage(self, volts: Volts) -> None:
        super().set_voltage(volts)
        self._scpi.send(f"VOLT:PROT {volts + 0.2:g},(@1)")


class Restorer(Driver):
    """Lets a cleared latch switch the output on again."""

    def clear_trip(self) -> None:
        self._scpi.tell("OUTP:PROT:CLE (@1)")


class Liar(Driver):
    """Reads back what it asked for, whatever it sent."""

    def _upload(self, points: Points) -> Points:
        super()._upload([(Volts(0.9 * level), stay) for level, stay in points])
        return points


class NoStop(Driver):
    """Leaves a list running."""

    def stop(self) -> None:
        pass


class Lenient(Driver):
    """Plays any list as far as it goes."""

    def _check_points(self, points: Points) -> None:
        pass

    def _upload(self, points: Points) -> Points:
        return super()._upload([(level, Seconds(0.1)) for level, _ in points[:99]] or [(5.0, 0.1)])  # type: ignore[list-item]


class Mixer(Driver):
    """Goes on with the next question whatever became of the last."""

    def output(self) -> bool:
        self._scpi.port.write(b"OUTP? (@1)\n")
        chunk = self._scpi.port.read(self._scpi.port.clock.now() + 1)
        return chunk is not None and chunk.data.strip() in (b"1", b"+1")

    def measure_voltage(self) -> Volts:
        self._scpi.port.write(b"MEAS:VOLT? (@1)\n")
        chunk = self._scpi.port.read(self._scpi.port.clock.now() + 1)
        return Volts(float(chunk.data)) if chunk else Volts("nan")


class OneWord(Driver):
    """Says OFF once and takes it as done."""

    def make_safe(self) -> None:
        self._scpi.shout("OUTP OFF,(@1)")
        self._scpi.pause(1.0)


class Optimist(Driver):
    """Answers over a dead line."""

    def output(self) -> bool:
        with suppress(BenchError):
            return super().output()
        return False


class Unlimited(Keithley):
    """Says a hard limit was set, and sets none."""

    def set_voltage_limit(self, volts: Volts) -> None:
        self._said = volts

    def voltage_limit(self) -> Volts:
        return getattr(self, "_said", Volts(6))


class Unwatched(N6700):
    """Says the watchdog is armed, and leaves it off."""

    _said: Seconds | None = None

    def set_watchdog(self, seconds: Seconds | None) -> None:
        self._said = seconds

    def watchdog(self) -> Seconds | None:
        return self._said


BROKEN: list[tuple[type[Any], str]] = [
    (Fickle, "says_who_it_is"),
    (LeftOn, "is_off_when_safe"),
    (Deaf, "sets_and_measures"),
    (Eager, "keeps_its_setting_while_off"),
    (Swallower, "tells_its_own_refusal"),
    (Follower, "arms_its_protection"),
    (Restorer, "trips_and_clears"),
    (Liar, "plays_its_list"),
    (NoStop, "stops_its_list"),
    (Lenient, "refuses_lists_it_cannot_play"),
    (Mixer, "never_mixes_up_answers"),
    (OneWord, "goes_off_though_a_word_was_lost"),
    (Optimist, "tells_a_lost_line"),
    (Unlimited, "limits_itself"),
    (Unwatched, "goes_off_when_its_host_is_silent"),
]


#: Instruments of drivers that are no ``keysight_e36300``.
MODELS: dict[type[Any], str] = {Keithley: "2230-30-1", N6700: "n6701c"}


def _bench(clock: CooperativeClock, driver: type[Any]) -> Bench:
    model = next((name for kind, name in MODELS.items() if issubclass(driver, kind)), "e36313a")
    supply = make_supply(clock, model, rng=random.Random(1), rails={1: Rail(clock)})

    def connect() -> Port:
        ours, theirs = pair(clock, "sim://supply")
        supply.outlets["scpi"](theirs)
        return ours

    limits = Limits(voltage=Volts(6), current=Amps(2))
    return Bench(driver, connect, limits=limits, nominal=Volts(5), beyond=Volts(9))


@pytest.mark.parametrize(("driver", "check"), BROKEN, ids=[one.__name__ for one, _ in BROKEN])
def test_a_broken_driver_is_found(driver: type[Any], check: str) -> None:
    """The check that is about it fails, and says what it saw."""
    clock = CooperativeClock()
    chosen: list[Callable[[Bench], None]] = [one for one in CHECKS if one.__name__ == check]

    def main() -> str:
        try:
            finding = next(iter(conform(_bench(clock, driver), chosen)))
        except (BenchError, AssertionError) as error:  # it could not even be made safe
            return str(error)
        return finding.why if finding.outcome == "failed" else ""

    assert clock.run(main)


def test_a_good_driver_has_no_finding() -> None:
    """The kit itself is not what fails."""
    clock = CooperativeClock()
    found = clock.run(lambda: list(conform(_bench(clock, Driver))))

    assert {one.outcome for one in found} == {"ok", "skipped"}
    assert [one.check for one in found] == [check.__name__ for check in CHECKS]


def test_a_supply_that_refuses_everything_fails() -> None:
    """A refusal where none was expected is a finding, not an exception."""

    class Unwilling(Driver):
        def set_current_limit(self, amps: Amps) -> None:
            raise DeviceRefused("no")

    clock = CooperativeClock()
    found = clock.run(lambda: list(conform(_bench(clock, Unwilling))))

    assert [one for one in found if one.outcome == "failed" and "no" in one.why]
