"""The N6700 driver: against its dialogue, and against the simulated N6701C."""

from functools import partial

import pytest

from harness.drivers.keysight_n6700 import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.units import Amps, Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '+0,"No error"')
CLEAN = ("STAT:QUES:COND? (@2)", "+0")
on_channel_2 = partial(Driver, channel=2)


def test_set_measure_and_protect_name_the_channel() -> None:
    """Each word of its language carries the channel's list; over-voltage has no switch."""
    talk: list[Pair] = [
        ("VOLT 3.2,(@2)", None), OK, ("VOLT? (@2)", "+3.200000E+00"),
        ("CURR 1.5,(@2)", None), OK, ("CURR? (@2)", "+1.500000E+00"),
        ("VOLT:PROT 5.5,(@2)", None), OK, ("VOLT:PROT? (@2)", "+5.500000E+00"),
        ("MEAS:VOLT? (@2)", "+3.199900E+00"), ("MEAS:CURR? (@2)", "+2.000000E-01"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_current_limit(Amps(1.5))
        supply.set_over_voltage(Volts(5.5))
        assert supply.measure_voltage() == pytest.approx(3.1999)
        assert supply.measure_current() == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("bits", "which"),
    [(0, ""), (1, "ovp"), (2, "ocp"), (4, "power_fail"), (16, "otp"), (512, "inhibit"),
     (1024, ""), (2048, "prot")],
)  # fmt: skip
def test_what_tripped_is_read_from_the_questionable_bits(bits: int, which: str) -> None:
    """The bits have the names of the operating guide; unregulated is no trip."""
    with replay(on_channel_2, [("STAT:QUES:COND? (@2)", f"+{bits}")]) as supply:
        assert supply.tripped() == which


def test_programmed_on_is_not_on() -> None:
    """OUTP? says 1 while a protection disables the output: it is off, and says why."""
    talk: list[Pair] = [
        ("OUTP ON,(@2)", None), OK, ("OUTP? (@2)", "1"), ("STAT:QUES:COND? (@2)", "+1"),
        ("STAT:QUES:COND? (@2)", "+1"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="off ovp"):
        supply.set_output(on=True)


def test_the_safe_state_is_programmed_off_too() -> None:
    """Disabled by a protection but programmed on is not safe: clearing it would energise."""
    told = ("ABOR:TRAN (@2)", "OUTP OFF,(@2)", "VOLT:MODE FIX,(@2)", "VOLT:SLEW:MAX ON,(@2)")
    talk: list[Pair] = [("OUTP OFF,(@2)", None)]
    talk += [pair for command in told for pair in ((command, None), OK)]
    talk += [("OUTP? (@2)", "1"), ("STAT:QUES:COND? (@2)", "+1"), ("MEAS:VOLT? (@2)", "+0.0E+00")]
    talk += [("OUTP? (@2)", "1")]

    with replay(on_channel_2, talk) as supply, pytest.raises(BenchError, match="programmed on"):
        supply.make_safe()


def test_a_list_is_uploaded_read_back_and_started() -> None:
    """All lists that must be of like length are set; the trigger system is named."""
    talk: list[Pair] = [
        ("VOLT:PROT? (@2)", "+6.000000E+00"),
        ("CURR? (@2)", "+2.000000E+00"),
        ("ABOR:TRAN (@2);:VOLT:MODE FIX,(@2)", None), OK,
        ("LIST:VOLT 4,5,(@2)", None), OK, ("LIST:VOLT? (@2)", "+4.000000E+00,+5.000000E+00"),
        ("LIST:CURR 2,(@2)", None), OK, ("LIST:CURR? (@2)", "+2.000000E+00"),
        ("LIST:DWEL 0.01,0.5,(@2)", None), OK, ("LIST:DWEL? (@2)", "+1.000000E-02,+5.000000E-01"),
        ("LIST:TOUT:BOST 0,(@2);EOST 0,(@2)", None), OK,
        ("LIST:COUN 1,(@2);STEP AUTO,(@2);TERM:LAST ON,(@2)", None), OK,
        ("LIST:VOLT? (@2)", "+4.000000E+00,+5.000000E+00"),
        ("LIST:DWEL? (@2)", "+1.000000E-02,+5.000000E-01"),
        ("VOLT:PROT? (@2)", "+6.000000E+00"),
        ("VOLT:MODE LIST,(@2);:TRIG:TRAN:SOUR IMM,(@2);:INIT:TRAN (@2)", None), OK,
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        seen = supply.play([(Volts(4), Seconds(0.01)), (Volts(5), Seconds(0.5))])

    assert seen == [(4.0, 0.01), (5.0, 0.5)]


@pytest.mark.parametrize("seconds", [0.5, 4000])
def test_a_watchdog_it_does_not_have_is_refused_before_the_wire(seconds: float) -> None:
    """It takes 1 to 3600 s."""
    with replay(on_channel_2, []) as supply, pytest.raises(DeviceRefused, match="watchdog takes"):
        supply.set_watchdog(Seconds(seconds))


def test_a_watchdog_is_set_in_whole_seconds() -> None:
    """Part of a second is rounded up, and read back before it is armed."""
    talk: list[Pair] = [
        ("OUTP:PROT:WDOG:DEL 8", None), OK, ("OUTP:PROT:WDOG:DEL?", "+8"),
        ("OUTP:PROT:WDOG ON", None), OK, ("OUTP:PROT:WDOG?", "1"),
        ("OUTP:PROT:WDOG?", "1"), ("OUTP:PROT:WDOG:DEL?", "+8"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply:
        supply.set_watchdog(Seconds(7.5))
        assert supply.watchdog() == Seconds(8)


def test_a_watchdog_that_does_not_arm_is_told() -> None:
    """It is asked whether it is on."""
    talk: list[Pair] = [
        ("OUTP:PROT:WDOG:DEL 5", None), OK, ("OUTP:PROT:WDOG:DEL?", "+5"),
        ("OUTP:PROT:WDOG ON", None), OK, ("OUTP:PROT:WDOG?", "0"),
    ]  # fmt: skip

    with replay(Driver, talk) as supply, pytest.raises(DeviceRefused, match="watchdog is still"):
        supply.set_watchdog(Seconds(5))


def test_coupled_outputs_are_parted_before_use() -> None:
    """Coupled, one output's ON would energise its neighbours."""

    def story(bench: SupplyBench) -> None:
        bench.port.write(b"OUTP:COUP ON;PON:STAT RCL0\n")
        bench.driver.reset_topology()
        bench.driver.stay_off_at_power_on()
        bench.energise(5)
        assert bench.ask("OUTP? (@1:4);:OUTP:PON:STAT?") == "1,0,0,0;RST"

    on_supply("n6701c", story)


def test_clearing_a_trip_energises_nothing_although_it_would() -> None:
    """The instrument puts the output back at its list's step; the driver leaves it off."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5, ovp=6)
        bench.driver.play([(Volts(7), Seconds(1)), (Volts(4), Seconds(100))])
        bench.clock.sleep(0.5)
        assert bench.driver.tripped() == "ovp"
        assert bench.ask("OUTP? (@1)") == "1"
        assert not bench.driver.output()
        bench.clock.sleep(1)
        bench.driver.clear_trip()
        bench.clock.sleep(1)
        assert bench.rail.volts() < 0.5
        assert bench.ask("OUTP? (@1)") == "0"

    on_supply("n6701c", story)


def test_a_list_is_played_and_left() -> None:
    """Its points are played by the instrument; stop returns to the set voltage."""

    def story(bench: SupplyBench) -> None:
        bench.energise(9)
        bench.port.write(b"LIST:TOUT:BOST 1,0,0,1,(@1)\n")  # a former user's, of another length
        bench.driver.play([(Volts(4), Seconds(0.5)), (Volts(6), Seconds(0.1))])
        bench.clock.sleep(0.3)
        assert bench.rail.volts() == pytest.approx(4)
        bench.clock.sleep(0.5)
        assert bench.rail.volts() == pytest.approx(6)
        bench.driver.stop()
        bench.clock.sleep(0.2)
        assert bench.rail.volts() == pytest.approx(9)

    on_supply("n6701c", story)


def test_silence_of_the_host_disables_all_outputs() -> None:
    """The watchdog latches PROT on every module; talk of anybody feeds it."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.driver.set_watchdog(Seconds(5))
        assert bench.driver.watchdog() == Seconds(5)
        for _ in range(4):
            bench.clock.sleep(3)
            bench.ask("*IDN?")  # somebody else's talk
        assert bench.driver.output()
        bench.clock.sleep(5.5)
        assert bench.rail.volts() < 0.5
        assert bench.driver.tripped() == "prot"
        assert bench.ask("STAT:QUES:COND? (@1:4)") == "+2048,+2048,+2048,+2048"
        bench.driver.clear_trip()
        bench.driver.set_watchdog(None)
        assert bench.driver.watchdog() is None
        assert not bench.driver.output()

    on_supply("n6701c", story)


def test_slow_edges_of_a_former_user_are_undone_when_safe() -> None:
    """VOLT:SLEW would make each dip a ramp."""

    def story(bench: SupplyBench) -> None:
        bench.port.write(b"VOLT:SLEW 1,(@1)\n")
        bench.energise(5)
        assert bench.rail.volts() == pytest.approx(1.0, abs=0.1)  # a second at 1 V/s
        bench.driver.make_safe()
        assert bench.ask("VOLT:SLEW:MAX? (@1)") == "1"
        bench.energise(5)
        assert bench.rail.volts() == pytest.approx(5.0)

    on_supply("n6701c", story)
