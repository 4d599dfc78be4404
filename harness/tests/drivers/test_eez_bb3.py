"""The BB3 driver: against its dialogue, and against the simulated BB3."""

import re
from functools import partial

import pytest

from harness.drivers.eez_bb3 import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.units import Amps, Seconds, Volts
from harness.ports.memory import MemoryPort
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, on_supply

OK = ("SYST:ERR?", '0,"No error"')
FIXED: list[Pair] = [("INST:NSEL 2;:VOLT:MODE FIX;:CURR:MODE FIX", None), OK]
on_channel_2 = partial(Driver, channel=2)
POINT = [(Volts(3.5), Seconds(0.1))]
bench = partial(on_supply, "eez_bb3", current=1)


class Stranger:
    """A foreign client, alone with the instrument: the driver's line is closed."""

    def __init__(self, bench: SupplyBench) -> None:
        bench.port.close()
        self.clock, (self.port, _) = bench.clock, bench.connect()

    def ask(self, message: str, *, lines: int = 1) -> str:
        """The answer's lines, as they came."""
        self.port.write(message.encode("latin-1") + b"\n")
        heard = b""
        while heard.count(b"\r\n") < lines:
            chunk = self.port.read(self.clock.now() + 1)
            assert chunk is not None, f"{message!r}: only {heard!r}"
            heard += chunk.data
        return heard.decode("latin-1").removesuffix("\r\n")


def test_a_refusal_is_told_in_its_words_though_it_is_told_twice() -> None:
    """The line it pushes unasked is skipped, the asked-for reason is raised."""
    pushed = b'**ERROR [26-01-01 12:00:00]: -222,"Data out of range"\r\n'
    talk: list[Pair] = [
        ("SOUR2:VOLT:PROT?", "40"),
        ("SOUR2:VOLT 39", pushed),
        ("SYST:ERR?", b'-222,"Data out of range"\r\n'),
        OK,
    ]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="out of range"):
        supply.set_voltage(Volts(39))


def test_a_set_point_above_the_over_voltage_level_never_reaches_the_wire() -> None:
    """It would move the level without a word."""
    talk = [("SOUR2:VOLT:PROT?", "6")]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="would move"):
        supply.set_voltage(Volts(9))


def test_sets_and_limits_are_read_back() -> None:
    """Each names its channel, so no selection can be wrong."""
    talk = [
        ("SOUR2:VOLT:PROT?", "6"), ("SOUR2:VOLT 3.2", None), OK, ("SOUR2:VOLT?", "3.2"),
        ("SOUR2:CURR 1", None), OK, ("SOUR2:CURR?", "1"),
        ("SOUR2:VOLT:PROT 6", None), OK, ("SOUR2:VOLT:PROT?", "6"),
        ("SOUR2:VOLT:PROT:STAT ON", None), OK, ("SOUR2:VOLT:PROT:STAT?", "1"),
        ("SOUR2:VOLT:LIM 5.5", None), OK, ("SOUR2:VOLT:LIM?", "5.5"),
        ("MEAS:VOLT? CH2", "3.1998"), ("MEAS:CURR? CH2", "0.3"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_current_limit(Amps(1))
        supply.set_over_voltage(Volts(6))
        supply.set_voltage_limit(Volts(5.5))
        assert supply.measure_voltage() == Volts(3.1998)
        assert supply.measure_current() == Amps(0.3)


def upload(ovp_after: str = "6", end: str = '"LAST"') -> list[Pair]:
    """The dialogue of an upload of one point while the output is on."""
    return [
        ("SOUR2:VOLT:PROT?", "6"), ("SOUR2:VOLT:PROT?", "6"),
        ("SYST:CHAN?", "2"), ("INST:NSEL 1;:VOLT:MODE?", '"FIX"'),
        ("SOUR2:CURR?", "1.5"), ("OUTP? CH2", "1"), *FIXED,
        ("SOUR2:LIST:VOLT 3.5", None), OK, ("SOUR2:LIST:VOLT?", "3.5"),
        ("SOUR2:LIST:CURR 1.5", None), OK, ("SOUR2:LIST:CURR?", "1.5"),
        ("SOUR2:LIST:DWEL 0.1", None), OK, ("SOUR2:LIST:DWEL?", "0.1"),
        ("SOUR2:LIST:COUN 1", None), OK, ("SOUR2:LIST:COUN?", "1"),
        ("TRIG:SOUR IMM;:TRIG:EXIT:COND LAST,CH2;:OUTP:TRIG ON,CH2", None), OK,
        ("TRIG:EXIT:COND? CH2", end),
        ("SOUR2:LIST:VOLT?", "3.5"), ("SOUR2:LIST:DWEL?", "0.1"),
        ("SOUR2:VOLT:PROT?", ovp_after),
    ]  # fmt: skip


START: list[Pair] = [
    ("OUTP:PROT:MEAS OFF", None), OK, ("OUTP:PROT:MEAS?", "0"),
    ("INST:NSEL 2;:VOLT:MODE LIST;:CURR:MODE LIST", None), OK,
]  # fmt: skip


def test_a_list_is_read_back_checked_and_started() -> None:
    """Exit condition, repetitions and protection too; the check for outside voltages is off."""
    with replay(on_channel_2, [*upload(), *START, ("INIT;:SYST:ERR?", OK[1])]) as supply:
        assert supply.play(POINT) == POINT


def test_a_list_that_moved_the_protection_is_not_started() -> None:
    """The level is asked for again after the upload."""
    with (
        replay(on_channel_2, upload(ovp_after="9")) as supply,
        pytest.raises(DeviceRefused, match="moved the over-voltage level"),
    ):
        supply.play(POINT)


def test_a_list_that_would_end_off_is_not_started() -> None:
    """OFF is the factory's exit condition."""
    talk = upload(end='"OFF"')[:-3]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="output off"):
        supply.play(POINT)


def test_a_refused_start_leaves_everything_as_it_was() -> None:
    """Modes are fixed again and the check for outside voltages is on."""
    refused = ("INIT;:SYST:ERR?", '307,"List lengths are not equivalent"')
    back: list[Pair] = [("OUTP:PROT:MEAS ON", None), OK, ("OUTP:PROT:MEAS?", "1")]
    talk = [*upload(), *START, refused, *FIXED, *back]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="307"):
        supply.play(POINT)


def test_an_output_that_stays_on_is_not_called_safe() -> None:
    """A swallowed OFF is found."""
    told = ("ABOR", "OUTP OFF,CH2", "INST:NSEL 2;:VOLT:MODE FIX;:CURR:MODE FIX")
    talk: list[Pair] = [("OUTP OFF,CH2", None)]
    talk += [pair for command in (*told, "OUTP:PROT:MEAS ON") for pair in ((command, None), OK)]
    talk += [("OUTP? CH2", "1")]

    with replay(on_channel_2, talk) as supply, pytest.raises(BenchError, match="switched off"):
        supply.make_safe()


def test_the_instruments_own_limit_refuses_set_points_and_lists() -> None:
    """151, which is no SCPI number, reaches the reader."""

    def story(bench: SupplyBench) -> None:
        bench.driver.set_voltage_limit(Volts(6))
        with pytest.raises(DeviceRefused, match="Voltage limit exceeded"):
            bench.driver.set_voltage(Volts(7))
        with pytest.raises(DeviceRefused, match="Voltage limit exceeded"):
            bench.driver.play([(Volts(7), Seconds(0.1))])

    bench(story)


def test_a_list_above_the_over_voltage_level_is_refused() -> None:
    """It would move the level when it runs, not before."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5, ovp=6)
        with pytest.raises(DeviceRefused, match="would move"):
            bench.driver.play([(Volts(7), Seconds(0.1))])
        assert bench.driver.over_voltage() == Volts(6)

    bench(story)


def test_a_list_on_a_live_output_is_played_held_and_left() -> None:
    """The last point is held; the check for outside voltages is on again after it."""

    def story(bench: SupplyBench) -> None:
        supply = bench.driver
        bench.energise(9)
        seen = supply.play([(Volts(4.001), Seconds(0.5)), (Volts(6), Seconds(0.1))])
        assert seen[0] == (Volts(4), Seconds(0.5))  # 5 mV grid
        bench.clock.sleep(0.3)
        assert bench.rail.volts() == pytest.approx(4)
        bench.clock.sleep(0.5)
        assert bench.rail.volts() == pytest.approx(6)
        supply.stop()
        bench.clock.sleep(0.2)
        assert bench.rail.volts() == pytest.approx(9)
        assert Stranger(bench).ask("OUTP:PROT:MEAS?;:VOLT:MODE?") == '1;"FIX"'

    bench(story)


def test_a_list_stopped_in_the_middle_comes_back_after_a_moment_without_voltage() -> None:
    """ABORt switches the output off: it goes on again, at the voltage set last."""

    def story(bench: SupplyBench) -> None:
        gone: list[float] = []
        bench.energise(9)
        bench.driver.play([(Volts(4), Seconds(100))])
        bench.clock.sleep(0.3)
        bench.rail.watch(0.5, below=lambda: gone.append(bench.clock.now()))
        bench.driver.stop()
        bench.clock.sleep(0.2)
        assert gone
        assert bench.rail.volts() == pytest.approx(9)

    bench(story)


def test_a_list_of_another_channel_would_start_too_and_is_refused() -> None:
    """INIT is for all channels."""

    def story(bench: SupplyBench) -> None:
        bench.supply.channels[2].set.volts_mode = "LIST"
        with pytest.raises(DeviceRefused, match="channel 2"):
            bench.driver.play(POINT)

    bench(story)


@pytest.mark.parametrize("which", ["ovp", "ocp", "opp"])
def test_a_trip_is_named_and_cleared_without_a_surprise(which: str) -> None:
    """201 refuses to go on before; after clearing the output is off."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.supply.channels[1].protect(which)
        assert bench.driver.tripped() == which
        bench.clock.sleep(1)
        with pytest.raises(DeviceRefused, match="before clearing protection"):
            bench.driver.set_output(on=True)
        bench.driver.clear_trip()
        assert bench.driver.tripped() == ""
        assert not bench.driver.output()

    bench(story)


# --- the instrument, by a foreign client ----------------------------------------------------


def test_a_set_point_moves_the_over_voltage_level_silently() -> None:
    """No trip, no error; a list that runs does the same."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        assert (
            client.ask("VOLT:PROT 6;:VOLT 9;:VOLT:PROT?;:VOLT:PROT:TRIP?;:SYST:ERR?")
            == '9;0;0,"No error"'
        )
        client.ask("LIST:VOLT 12;:LIST:CURR 1;:LIST:DWEL 1;:VOLT:MODE LIST;:CURR:MODE LIST;*OPC?")
        assert client.ask("VOLT:PROT?") == "9"
        client.ask("INIT;*IDN?")
        bench.clock.sleep(0.1)
        assert client.ask("VOLT:PROT?") == "12"

    bench(story)


def test_an_error_is_pushed_before_the_answer_and_queued_with_its_command() -> None:
    """A bad query has no other answer."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        said = client.ask("FOO:BAR 1")
        assert re.fullmatch(r'\*\*ERROR \[26-01-01 00:00:0\d\]: -113,"Undefined header"', said)
        assert client.ask("SYST:ERR?") == '-113,"Undefined header;FOO:BAR 1"'
        assert client.ask("VOLT 99;:VOLT?", lines=2).endswith('-222,"Data out of range"\r\n0')

    bench(story)


@pytest.mark.parametrize(
    ("message", "error"),
    [
        ("VOLT 41", '-222,"Data out of range"'),
        ("VOLT 5;:VOLT:PROT 4", '-222,"Data out of range"'),
        ("VOLT 38;:CURR 4.4", '150,"Power limit exceeded"'),
        ("VOLT:LIM 6;:VOLT 7", '151,"Voltage limit exceeded"'),
        ("VOLT:LIM 6;:LIST:VOLT 5,7", '151,"Voltage limit exceeded"'),
        ("CURR:LIM 1;:CURR 2", '152,"Current limit exceeded"'),
        ("LIST:VOLT " + ",".join("1" * 257), '306,"Too many list points"'),
        ("INIT", '309,"Cannot initiate while in fixed mode"'),
        ("VOLT:MODE LIST;:INIT", '304,"Incompatible transient modes"'),
        ("VOLT:MODE LIST;:CURR:MODE LIST;:INIT", '311,"List is empty"'),
        (
            "LIST:VOLT 1,2;:LIST:CURR 1;:LIST:DWEL 1,1,1;:VOLT:MODE LIST;:CURR:MODE LIST;:INIT",
            '307,"List lengths are not equivalent"',
        ),
        (
            "LIST:VOLT 1.001;:LIST:CURR 1;:LIST:DWEL 1;:VOLT:MODE LIST;:CURR:MODE LIST;:INIT",
            '314,"Cannot set list value"',
        ),
        ("OUTP ON,CH7", '100,"Channel not found"'),
        ("SOUR7:VOLT 1", '-114,"Header suffix out of range"'),
        ("*TRG", '-211,"Trigger ignored"'),
    ],
)
def test_what_cannot_be_is_refused_by_its_own_numbers(message: str, error: str) -> None:
    """As chapter 7 lists them."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        assert client.ask(message).endswith(error)
        assert client.ask("SYST:ERR?") == error

    bench(story)


LIST = "LIST:VOLT 3,4;:LIST:CURR 1;:LIST:DWEL 0.5;:VOLT:MODE LIST;:CURR:MODE LIST"


def test_a_list_starts_on_a_live_output_only_without_the_check() -> None:
    """510, and *RST does not put the check back."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        client.ask("VOLT 5;:CURR 1;:OUTP ON;*OPC?")
        bench.clock.sleep(0.5)
        assert client.ask(f"{LIST};:INIT").endswith('510,"External voltage on CH1 detected"')
        assert client.ask("OUTP:PROT:MEAS OFF;*RST;:OUTP:PROT:MEAS?") == "0"

    bench(story)


def test_a_list_has_the_say_until_it_is_aborted_with_the_output_off() -> None:
    """308 meanwhile; afterwards its mode is still LIST."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        client.ask(f"{LIST};:LIST:COUN INF;:INIT;*IDN?")
        bench.clock.sleep(0.7)
        assert bench.rail.volts() == pytest.approx(4)
        busy = '308,"Cannot be changed while transient trigger is initiated"'
        for message in ("VOLT 3", "VOLT:MODE FIX", "LIST:DWEL 1"):
            assert client.ask(message).endswith(busy)
        assert client.ask("ABOR;:OUTP? CH1;:VOLT:MODE?;:LIST:COUN?") == '0;"LIST";0'

    bench(story)


@pytest.mark.parametrize(("end", "volts", "on"), [("FIRS", 3, 1), ("LAST", 4, 1), ("OFF", 0, 0)])
def test_a_list_ends_as_it_was_told(end: str, volts: float, on: int) -> None:
    """TRIG:EXIT:COND."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        client.ask(f"{LIST};:TRIG:EXIT:COND {end};:INIT;*IDN?")
        bench.clock.sleep(1.5)
        assert client.ask("VOLT?;:OUTP?") == f"{volts};{on}"
        assert bench.rail.volts() == pytest.approx(volts)

    bench(story)


def test_a_triggered_step_may_be_a_ramp() -> None:
    """VOLT:RAMP:DUR and mode STEP."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        client.ask("VOLT:RAMP:DUR 1;:VOLT:TRIG 8;:CURR:TRIG 1;*OPC?")
        client.ask("VOLT:MODE STEP;:CURR:MODE STEP;:INIT;*IDN?")
        bench.clock.sleep(0.5)
        assert bench.rail.volts() == pytest.approx(4, abs=0.5)
        bench.clock.sleep(0.7)
        assert bench.rail.volts() == pytest.approx(8)

    bench(story)


def test_a_bus_trigger_comes_after_its_delay() -> None:
    """*TRG starts what INIT armed."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        client.ask(f"{LIST};:TRIG:SOUR BUS;DEL 0.3;:INIT;*IDN?")
        assert client.ask("*TRG;*IDN?").startswith("Envox")
        bench.clock.sleep(0.2)
        assert bench.rail.volts() == 0
        bench.clock.sleep(0.3)
        assert bench.rail.volts() == pytest.approx(3)

    bench(story)


def test_without_its_down_programmer_it_falls_slowly() -> None:
    """OUTP:DPR OFF."""

    def story(bench: SupplyBench) -> None:
        bench.amps = 0.0
        client = Stranger(bench)
        client.ask("VOLT 20;:CURR 1;:OUTP ON;*OPC?")
        bench.clock.sleep(0.5)
        client.ask("OUTP:DPR OFF;:OUTP OFF;*OPC?")
        bench.clock.sleep(0.1)
        assert bench.rail.volts() > 10
        assert client.ask("OUTP ON").endswith('510,"External voltage on CH1 detected"')

    bench(story)


def test_a_second_client_is_answered_when_the_first_has_gone() -> None:
    """Accepted, deaf, and then heard all at once."""

    def story(bench: SupplyBench) -> None:
        second: MemoryPort
        second, _ = bench.connect()
        second.write(b"*IDN?\n")
        assert second.read(bench.clock.now() + 5) is None
        bench.port.close()
        chunk = second.read(bench.clock.now() + 1)
        assert chunk is not None
        assert chunk.data.startswith(b"Envox")

    bench(story)


@pytest.mark.parametrize(
    ("message", "answer"),
    [
        ("VOLT 5;:VOLT?;:SOUR2:VOLT?", "5;0"),
        ("INST CH2;:VOLT 3;:INST?;:SOUR1:VOLT?;:VOLT?", "(@201);0;3"),
        ("APPL CH2,4,0.5;:SOUR2:CURR?", "0.5"),
        ("VOLT 5;:VOLT:STEP 0.5;:VOLT UP;:VOLT?", "5.5"),
        ("OUTP ON,(@1:2);:OUTP? ALL;:OUTP? (@101,201)", "1,1;1,1"),
        ("OUTP:MODE?;:INST:CAT?", '"CV";"CH1","CH2"'),
        ("LIST:DWEL 0.00005;:LIST:DWEL?", "5e-05"),  # taken silently
        ("LIST:DWEL 20ms,10ms;:LIST:DWEL?", "0.02,0.01"),
        ("VOLT 9;:VOLT:LIM 6;:VOLT?", "6"),
        ("VOLT:PROT:TYPE SW;TYPE?;:TRIG:EXIT:COND?", '"SW";"OFF"'),
        ("TRIG:DEL MAX;DEL?;:CURR? DEF", "3600;0"),
        ("FUNC?;*RST", '**ERROR [26-01-01 00:00:00]: -113,"Undefined header"'),
        ("*RST;CURR?;:VOLT:PROT?", "0;40"),
    ],
)
def test_a_foreign_client_is_answered(message: str, answer: str) -> None:
    """By its reference, chapter 5."""

    def story(bench: SupplyBench) -> None:
        assert Stranger(bench).ask(message) == answer

    bench(story)


def test_stays_of_no_length_do_not_hang_it() -> None:
    """Its firmware's tick is the shortest; levels below zero are zero."""

    def story(bench: SupplyBench) -> None:
        client = Stranger(bench)
        client.ask("LIST:DWEL 0;:LIST:VOLT 1,-2;:LIST:CURR 1;:LIST:COUN 50;*OPC?")
        client.ask("TRIG:EXIT:COND FIRS;:VOLT:MODE LIST;:CURR:MODE LIST;:INIT;*IDN?")
        bench.clock.sleep(0.1)
        assert bench.rail.volts() == pytest.approx(1)

    bench(story)


def test_an_over_voltage_trip_shows_in_its_status() -> None:
    """QUES:INST:ISUM1 is 258: OVP, and the voltage was regulated before."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        bench.supply.channels[1].protect("ovp")
        client = Stranger(bench)
        assert client.ask("STAT:QUES:INST:ISUM1?;:VOLT:PROT:TRIP?;:OUTP?") == "258;1;0"

    bench(story)


def test_protections_trip_by_themselves() -> None:
    """Over-current in current limit after its delay, over-power after its own."""

    def story(bench: SupplyBench) -> None:
        bench.energise(5)
        client = Stranger(bench)
        client.ask("CURR:PROT:STAT ON;DEL 0.1;:POW:PROT 3;PROT:STAT ON;DEL 1;STAT?")
        bench.overload(0.8)
        bench.clock.sleep(2)
        assert client.ask("POW:PROT:TRIP?;:CURR:PROT:TRIP?") == "1;0"
        bench.amps = 0.3
        client.ask("OUTP:PROT:CLE;:OUTP ON;*OPC?")
        bench.clock.sleep(0.5)
        bench.overload(1.5)
        bench.clock.sleep(0.3)
        assert client.ask("CURR:PROT:TRIP?;:OUTP?") == "1;0"

    bench(story)
