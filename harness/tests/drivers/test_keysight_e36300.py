"""The E36300 driver: against its dialogue, and against the simulated E36313A."""

import random
import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.keysight_e36300 import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, PortTimeout
from harness.files import fixture, read_plain
from harness.model.power import ListMode, Protected, Supply
from harness.model.roles import Identified, Polled, SafeState, plays
from harness.model.units import Amps, Seconds, Volts
from harness.ports.memory import pair
from harness.sim.rail import Rail
from harness.sim.supplies.keysight_e36300 import Instrument
from harness.testing import Pair, replay

PERSONALITY = read_plain(fixture("supply", "e36313a", "personality.yaml"))
OK = ("SYST:ERR?", '+0,"No error"')
on_channel_2 = partial(Driver, channel=2)


class Bench:
    """The driver, the simulated supply behind it, and what it observed."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock, self.rail, self.amps = clock, Rail(clock), 0.3
        self.supply = Instrument(
            clock,
            PERSONALITY,
            rng=random.Random(1),
            rails={2: self.rail},
            load=lambda _: self.amps if self.rail.volts() > 1 else 0.0,
        )
        ours, theirs = pair(clock, "supply")
        self.supply.outlets["scpi"](theirs)
        self.driver = Driver(ours, channel=2)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.driver.observe = self._take

    def _take(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields))

    def kinds(self) -> list[str]:
        return [kind for kind, _ in self.seen]


def on_bench(story: Callable[[Bench], None]) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock)))


def test_it_plays_its_roles() -> None:
    """All powers that faults and rigs look for are there."""
    for role in (Supply, Protected, ListMode, Identified, Polled, SafeState):
        assert plays(Driver, role)


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("KEYSIGHT,E36313A,MY1,1.0", True),
        ("Keysight Technologies,E36312A,MY1,1.0", True),
        ("KEYSIGHT,E36234A,MY1,1.0", False),
        ("Envox,EEZ BB3,1,1", False),
    ],
)
def test_only_its_own_family_is_recognised(text: str, fits: bool) -> None:
    """Another supply's identity does not match."""
    assert bool(re.search(IDENTITY, text)) is fits


def test_a_voltage_is_set_checked_and_read_back() -> None:
    """One set is three exchanges on the channel's own list."""
    talk = [("VOLT 3.2,(@2)", None), OK, ("VOLT? (@2)", "+3.20000000E+00")]

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))


def test_an_output_that_does_not_go_on_says_why() -> None:
    """A latched protection is named."""
    talk = [
        ("OUTP ON,(@2)", None),
        OK,
        ("OUTP? (@2)", "0"),
        ("VOLT:PROT:TRIP? (@2)", "1"),
    ]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="off ovp"):
        supply.set_output(on=True)


def test_its_daily_work_on_the_simulated_supply() -> None:
    """Set, switch, measure, poll; each is seen in the observations."""

    def story(bench: Bench) -> None:
        supply = bench.driver
        assert re.search(IDENTITY, supply.identify())
        supply.set_over_voltage(Volts(10))
        supply.set_current_limit(Amps(1))
        supply.set_voltage(Volts(9))
        supply.set_output(on=True)
        bench.clock.sleep(0.2)
        assert supply.output()
        assert supply.over_voltage() == Volts(10)
        assert supply.measure_voltage() == pytest.approx(9, abs=0.01)
        assert supply.measure_current() == pytest.approx(0.3, abs=0.01)
        supply.poll()
        assert bench.kinds() == ["set", "output", "measured", "measured"]
        assert set(bench.seen[-1][1]) == {"volts", "amps"}

    on_bench(story)


def test_beyond_the_rating_is_refused_in_its_words() -> None:
    """The supply's own -222 reaches the reader."""

    def story(bench: Bench) -> None:
        with pytest.raises(DeviceRefused, match="-222"):
            bench.driver.set_voltage(Volts(30))

    on_bench(story)


def test_a_trip_is_seen_once_and_cleared_without_a_surprise() -> None:
    """Clearing leaves the output off, although this family would put it back on."""

    def story(bench: Bench) -> None:
        supply = bench.driver
        supply.set_over_voltage(Volts(6))
        supply.set_voltage(Volts(9))
        supply.set_output(on=True)
        bench.clock.sleep(1)
        assert [supply.tripped(), supply.tripped()] == ["ovp", "ovp"]
        assert bench.kinds().count("tripped") == 1
        supply.set_voltage(Volts(5))
        supply.clear_trip()
        assert supply.tripped() == ""
        assert not supply.output()

    on_bench(story)


def test_a_list_is_played_and_left() -> None:
    """The points are played by the instrument; stop returns to the set voltage."""

    def story(bench: Bench) -> None:
        supply = bench.driver
        supply.set_voltage(Volts(9))
        supply.set_output(on=True)
        bench.clock.sleep(1)
        supply.play([(Volts(4), Seconds(0.5)), (Volts(6), Seconds(0.1))])
        bench.clock.sleep(0.3)
        assert bench.rail.volts() == pytest.approx(4)
        bench.clock.sleep(0.5)
        assert bench.rail.volts() == pytest.approx(6)
        supply.stop()
        bench.clock.sleep(0.2)
        assert bench.rail.volts() == pytest.approx(9)

    on_bench(story)


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ([], "1 to 100"),
        ([(Volts(1), Seconds(1))] * 101, "1 to 100"),
        ([(Volts(1), Seconds(0.001))], "0.01 s"),
        ([(Volts(1), Seconds(4000))], "3600"),
    ],
)
def test_a_list_it_cannot_play_is_refused_before_the_wire(points: Any, said: str) -> None:
    """Nothing is written for an impossible list."""
    with replay(on_channel_2, []) as supply, pytest.raises(DeviceRefused, match=said):
        supply.play(points)


def test_off_means_measured_off() -> None:
    """The safe state stops a list, switches off and waits until the voltage has gone."""

    def story(bench: Bench) -> None:
        supply = bench.driver
        supply.set_voltage(Volts(9))
        supply.set_output(on=True)
        bench.clock.sleep(1)
        supply.play([(Volts(5), Seconds(100))])
        supply.make_safe()
        assert bench.rail.volts() < 0.5
        assert not supply.output()
        assert bench.seen[-1][0] == "measured"
        assert bench.seen[-1][1]["volts"] < 0.5

    on_bench(story)


def test_a_fed_back_output_is_not_called_safe() -> None:
    """OUTP? says 0 and the voltage stays: that is an error, not a safe state."""
    told = ("ABOR (@2)", "OUTP OFF,(@2)", "VOLT:MODE FIX,(@2)")
    talk: list[Pair] = [("OUTP OFF,(@2)", None)]  # at once, before anything is asked
    talk += [pair for command in told for pair in ((command, None), OK)]
    talk += [("OUTP? (@2)", "0")] + [("MEAS:VOLT? (@2)", "+4.8E+00")] * 41

    with replay(on_channel_2, talk) as supply, pytest.raises(BenchError, match="fed back"):
        supply.make_safe()


def test_an_output_that_stays_on_is_not_called_safe() -> None:
    """Even after a refusal the output is asked for."""
    refused = ("SYST:ERR?", '-221,"Settings conflict"')
    told = ("ABOR (@2)", "OUTP OFF,(@2)", "VOLT:MODE FIX,(@2)")
    talk: list[Pair] = [("OUTP OFF,(@2)", None)]
    talk += [pair for command in told for pair in ((command, None), refused, OK)]
    talk += [("OUTP? (@2)", "1")]

    with replay(on_channel_2, talk) as supply, pytest.raises(BenchError, match="switched off"):
        supply.make_safe()


def test_a_supply_that_says_nothing_is_told_to_go_off_all_the_same() -> None:
    """The first thing on the wire is the order itself, and it waits for no answer."""
    talk = [("OUTP OFF,(@2)", None), ("ABOR (@2)", None), ("SYST:ERR?", None)]

    with replay(on_channel_2, talk) as supply, pytest.raises(PortTimeout):
        supply.make_safe()


def test_tracking_ends_before_use() -> None:
    """Output 3 follows output 2 only until the driver parts them."""

    def story(bench: Bench) -> None:
        ours, theirs = pair(bench.clock, "stranger")
        bench.supply.outlets["scpi"](theirs)
        ours.write(b"OUTP:TRAC ON;:VOLT 5,(@2)\n")
        bench.clock.sleep(0.1)
        assert bench.supply.channels[3].set.volts == 5
        bench.driver.reset_topology()
        bench.driver.set_voltage(Volts(3))
        assert bench.supply.channels[3].set.volts == 5

    on_bench(story)


def test_after_a_return_of_the_mains_it_stays_off() -> None:
    """The power-on state is set and read back."""
    talk: list[Pair] = [
        ("OUTP:PON:STAT RST", None), OK, ("OUTP:PON:STAT?", "RST"),
        ("OUTP:PON:STAT RST", None), OK, ("OUTP:PON:STAT?", "RCL0"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.stay_off_at_power_on()
        with pytest.raises(DeviceRefused, match="RCL0"):
            supply.stay_off_at_power_on()


def test_the_smallest_model_is_given_no_list() -> None:
    """An E36311A's dips are timed by the host; its relatives keep their list."""
    talk: list[Pair] = [("*IDN?", "Keysight Technologies,E36311A,MY1,1.0")]

    with replay(Driver, talk) as supply:
        supply.identify()
        assert supply.capability.points == 0
        with pytest.raises(DeviceRefused):
            supply.play([(Volts(1), Seconds(1))])
    assert Driver.capability.points == 100
