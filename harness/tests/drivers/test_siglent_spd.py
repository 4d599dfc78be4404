"""The Siglent SPD driver: against its dialogue, and against the simulated SPD3303X-E."""

from functools import partial
from typing import Any

import pytest

from harness.drivers.siglent_spd import Driver
from harness.errors import (
    BenchError,
    DeviceRefused,
    Garbled,
    PortTimeout,
)
from harness.model.units import Amps, Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, asked, on_supply

OK = ("SYST:ERR?", '0,"No error"')
on_channel_2 = partial(Driver, channel=2)
POINTS = [(Volts(3.5), Seconds(1)), (Volts(5), Seconds(2))]
bench = partial(on_supply, "spd3303x")


def test_set_and_measure_in_its_three_shapes() -> None:
    """A channel before the colon, after the blank, and with a comma."""
    talk = [
        ("CH2:VOLT 3.2", None), OK, ("CH2:VOLT?", "3.200"),
        ("CH2:CURR 1", None), ("SYST:ERR?", "+0, No error"), ("CH2:CURR?", "1.000"),
        ("OUTP CH2,ON", None), ("SYST:ERR?", "0 No Error"), ("SYST:STAT?", "0x24"),
        ("MEAS:VOLT? CH2", "3.19"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply:
        supply.set_voltage(Volts(3.2))
        supply.set_current_limit(Amps(1))
        supply.set_output(on=True)
        assert supply.measure_voltage() == Volts(3.19)


def test_an_output_that_does_not_go_on_is_told() -> None:
    """The other channel's bit is no proof."""
    talk = [("OUTP CH2,ON", None), OK, ("SYST:STAT?", "0x14")]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="still off"):
        supply.set_output(on=True)


def test_a_refusal_is_told_in_its_words() -> None:
    """An error without quotes, and with the command behind it."""
    talk = [("CH2:VOLT 99", None), ("SYST:ERR?", "-222,Data out of range,CH2:VOLT 99"), OK]

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="-222"):
        supply.set_voltage(Volts(99))


def test_a_status_that_is_none_is_garbled() -> None:
    """Hexadecimal or nothing."""
    with replay(on_channel_2, [("SYST:STAT?", "ON")]) as supply, pytest.raises(Garbled):
        supply.output()


def upload(
    first: str = "3.50,1.00,1,", errors: tuple[str, ...] = ("-103,Invalid separator",)
) -> Any:
    """The dialogue of the list; ``first`` is what the first group reads back."""
    talk: list[Pair] = [
        ("TIME CH2,OFF", None), OK, ("SYST:STAT?", "0x24"), ("CH2:CURR?", "1.000"),
        ("TIME:SET CH2,1,3.50,1.00,1", None), ("TIME:SET CH2,2,5.00,1.00,2", None),
    ]  # fmt: skip
    talk += [(f"TIME:SET CH2,{group},5.00,1.00,10000", None) for group in (3, 4, 5)]
    talk += [*(("SYST:ERR?", error) for error in errors), OK]
    if all(error.startswith("-103") for error in errors):
        talk += [("TIME:SET? CH2,1", first), ("TIME:SET? CH2,2", "5.00,1.00,2,")]
        talk += [(f"TIME:SET? CH2,{group}", "5.00,1.00,10000,") for group in (3, 4, 5)]
    return talk


def test_a_list_is_believed_by_what_reads_back_and_not_by_the_queue() -> None:
    """-103 means that it obeyed; the groups that are left hold the last voltage."""
    errors = ("-103,Invalid separator,TIME:SET CH2,1,3.50,1.00,1",) * 5
    talk = [*upload(errors=errors), ("TIME CH2,ON", None), OK, ("SYST:STAT?", "0xa4")]

    with replay(on_channel_2, talk) as supply:
        assert supply.play(POINTS) == POINTS


@pytest.mark.parametrize(
    ("talk", "said"),
    [
        (upload(first="3.50,1.00,0,"), DeviceRefused),
        (upload(errors=("-222,Data out of range",)), DeviceRefused),
        ([*upload(), ("TIME CH2,ON", None), OK, ("SYST:STAT?", "0x24")], DeviceRefused),
        ([("TIME CH2,OFF", None), OK, ("SYST:STAT?", "0x2c")], DeviceRefused),
    ],
)
def test_a_list_that_is_not_there_or_does_not_run_is_told(
    talk: list[Pair], said: type[BenchError]
) -> None:
    """Another stay, a real error, a timer that is not on, channels in series."""
    with replay(on_channel_2, talk) as supply, pytest.raises(said):
        supply.play(POINTS)


def safe(*statuses: str) -> list[Pair]:
    """Off; then what the status is from question to question."""
    talk: list[Pair] = [("OUTP CH2,OFF", None)]
    talk += [("TIME CH2,OFF", None), OK, ("OUTP CH2,OFF", None), OK, ("SYST:STAT?", statuses[0])]
    talk += [("MEAS:VOLT? CH2", "0.01"), ("SYST:STAT?", statuses[1])]
    if statuses[2:]:
        talk += [("OUTP:TRACK 0", None), OK, ("SYST:STAT?", statuses[2])]
    return talk


def test_the_safe_state_is_off_and_has_no_series() -> None:
    """The coupling of CH1 and CH2 is ended when there is one."""
    for statuses in (("0x4", "0x4"), ("0xc", "0xc", "0x4")):
        with replay(on_channel_2, safe(*statuses)) as supply:
            supply.make_safe()


def test_a_series_that_does_not_end_is_not_safe() -> None:
    """It is told."""
    with (
        replay(on_channel_2, safe("0xc", "0xc", "0xc")) as supply,
        pytest.raises(BenchError, match="series"),
    ):
        supply.make_safe()


def test_a_question_without_an_answer_is_followed_by_one_it_knows() -> None:
    """*ESE? would never be answered either."""
    talk = [("SYST:STAT?", None), ("*IDN?", "Siglent Technologies,X,1,2"), ("SYST:STAT?", "0x24")]

    with replay(on_channel_2, talk) as supply:
        with pytest.raises(PortTimeout):
            supply.output()
        assert supply.output()


# --- the simulated instrument ---------------------------------------------------------------


def test_the_nuls_of_its_serial_number_are_nobodys_business() -> None:
    """They are left out of its identity."""

    def story(on: SupplyBench) -> None:
        assert on.driver.identify().endswith("SPD3XJFX000001,1.01.01.02.05,V3.0")

    bench(story)


def test_a_foreign_client_finds_what_was_seen_on_a_real_one() -> None:
    """Answers of three shapes, four letters for power, silence for what it does not know."""

    def story(on: SupplyBench) -> None:
        assert on.ask("SYST:ERR?") == '0,"No error"'
        assert on.ask("SYST:ERR?") == "+0, No error"
        assert on.ask("MEAS:POW? CH1") == ""
        assert on.ask("SYST:ERR?") == "-113,Undefined header,MEAS:POW? CH1"
        assert on.ask("MEASure:POWEr? CH1") == "0.00"
        assert on.ask("*ESE?;*IDN?") == ""
        assert on.ask("CH3:VOLT?") == on.ask("MEAS:VOLT? CH3") == ""
        assert on.ask("SYST:STAT?") == "0x4"
        assert on.ask("OUTPut:TRACK 1", "SYST:STAT?") == "0xc"
        assert on.ask("OUTPut:TRACK 2", "SYST:STAT?") == "0x8"
        assert on.ask("OUTPut:WAVE CH1,ON", "SYST:STAT?") == "0x108"
        assert on.ask("INST CH2", "INST?") == "CH2"
        assert on.ask("CH1:VOLT 5", "*SAV 1", "CH1:VOLT 6", "*RCL 1", "CH1:VOLT?") == "5.000"

    bench(story)


@pytest.mark.parametrize(
    ("asked", "stored"),
    [("0.9", "0"), ("1.0", "1"), ("1.6", "1"), ("2.5", "2"), ("9999", "9999"), ("10000", "10000")],
)
def test_seconds_are_cut_to_whole_ones_and_each_group_complains(asked: str, stored: str) -> None:
    """Every form queues -103, and every form takes effect."""

    def story(on: SupplyBench) -> None:
        assert on.ask(f"TIMEr:SET CH1,1, 4, 0.4, {asked}", "TIMEr:SET? CH1,1") == (
            f"4.00,0.40,{stored},"
        )
        assert on.ask("SYST:ERR?").startswith("-103,Invalid separator,TIMEr:SET")

    bench(story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("CH1:VOLT 33", "-222"),
        ("TIMEr:SET CH1,6,1,1,1", "-222"),
        ("TIMEr:SET CH1,1,1,1", "-109"),
        ("OUTP CH4,ON", "-224"),
        ("OUTPut:TRACK 3", "-222"),
        ("OVP 5", "-113"),
        ("*SAV MIN", "-222"),
    ],
)
def test_what_cannot_be_is_refused_by_number(message: str, code: str) -> None:
    """Each has its error, with the message behind it."""
    assert asked("spd3303x", message, "SYST:ERR?").startswith(f"{code},")


def test_what_comes_while_it_works_is_lost() -> None:
    """Two messages in one breath: the second one vanishes without a word."""

    def story(on: SupplyBench) -> None:
        line = on.connect()[0]
        line.write(b"CH1:VOLT 5\nCH1:VOLT 6\n")
        line.write(b"CH1:CURR 1\n")
        on.clock.sleep(0.1)
        assert on.ask("CH1:VOLT?") == "5.000"
        assert on.ask("CH1:CURR?") == "3.200"
        assert on.ask("SYST:ERR?") == '0,"No error"'

    bench(story)


def test_the_timer_pauses_while_the_output_is_off_and_ends_with_it_off() -> None:
    """Two seconds of groups take four with a pause of two."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.ask("TIME:SET CH1,1,3,1,1", "TIME:SET CH1,2,4,1,1", "TIME CH1,ON")
        on.ask("OUTP CH1,OFF")
        on.clock.sleep(2)
        on.ask("OUTP CH1,ON")
        on.clock.sleep(0.5)
        assert on.rail.volts() == pytest.approx(3)
        on.clock.sleep(0.8)
        assert on.rail.volts() == pytest.approx(4)
        assert on.ask("SYST:STAT?") == "0x54"
        on.clock.sleep(1)
        assert on.ask("SYST:STAT?") == "0x4"

    bench(story)


def test_a_timer_of_channels_in_series_does_nothing() -> None:
    """Nor does it say so; the driver does, and its safe state takes the channels apart."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.ask("OUTPut:TRACK 1", "TIME:SET CH1,1,3,1,9", "TIME CH1,ON", "SYST:ERR?")
        assert on.ask("SYST:STAT?") == "0x1c"
        with pytest.raises(DeviceRefused, match="independent"):
            on.driver.play(POINTS)
        on.driver.make_safe()
        assert on.ask("SYST:STAT?") == "0x4"

    bench(story)


def test_an_spd1168x_has_levels_that_trip() -> None:
    """OVP, OCP and OUTP:RESE:PROT are the SPD1000X's; there is nothing to ask for a trip."""

    def story(on: SupplyBench) -> None:
        assert on.ask("OVP 6", "OVP?") == "6.000"
        on.driver.make_safe()
        assert on.ask("SYST:STAT?") == "0x0"
        on.energise(5)
        on.ask("CH1:VOLT 9")
        on.clock.sleep(1)
        assert not on.driver.output()
        with pytest.raises(DeviceRefused):
            on.driver.set_output(on=True)
        on.ask("CH1:VOLT 5", "OUTP:RESE:PROT")
        on.driver.set_output(on=True)

    on_supply("spd1168x", story)
