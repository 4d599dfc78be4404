"""The DP2000 driver: against its dialogue, and against the simulated DP2031."""

from functools import partial

import pytest

from harness.drivers.rigol_dp2000 import Driver
from harness.errors import BenchError, DeviceRefused
from harness.model.units import Seconds, Volts
from harness.testing import Pair, replay
from harness.tests.supplies import SupplyBench, asked, on_supply

OK = ("SYST:ERR?", '0,"No error"')
on_channel_2 = partial(Driver, channel=2)
POINTS = [(Volts(3.5), Seconds(0.03)), (Volts(5), Seconds(2))]
bench = partial(on_supply, "dp2031")


def test_an_output_that_trips_at_once_is_asked_for_again() -> None:
    """Its first word is that it is on; 0.3 s later it says what happened."""
    talk = [
        (":OUTP CH2,ON", None), OK, (":OUTP? CH2", "1"),
        (":OUTP? CH2", "0"), (":OUTP:OVP:QUES? CH2", "1"),
    ]  # fmt: skip

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="again: ovp"):
        supply.set_output(on=True)


def upload(count: int, block: bytes) -> list[Pair]:
    """The dialogue of a list of two groups, where there were ``count`` before."""
    talk: list[Pair] = [
        (":OUTP:OVP:VAL? CH2", "6.000"),
        (":TIME:CHAN CH2", None), OK, (":TIME:STAT OFF", None), OK, (":TIME:CHAN?", "CH2"),
        (":SOUR2:CURR?", "1.500"),
        (":TIME:GROUP:INDE 1", None), (":TIME:GROUP:PARA 3.5,1.5,0.03", None),
        (":TIME:GROUP:INDE 2", None), (":TIME:GROUP:PARA 5,1.5,2", None), OK,
        (":TIME:GROUP:NUM?", str(count)),
    ]  # fmt: skip
    if count > 2:
        talk += [(":TIME:GROUP:INDE 3", None), OK, (f":TIME:GROUP:DEL {count - 2}", None), OK]
    told = {"CYCLE": ("N,1", "N, 1"), "ENDS": ("LAST", "LAST"), "RUN": ("CONT", "CONTINUE")}
    for what, (word, answer) in (told | {"TRIG": ("MAN", "MANUAL")}).items():
        talk += [(f":TIME:{what} {word}", None), OK, (f":TIME:{what}?", answer)]
    talk += [(":TIME:GROUP:NUM?", "2"), (":TIME:GROUP:INDE 1", None), OK]
    return [*talk, (":TIME:GROUP:PARA? 2", block)]


GOOD = b"#90000000391,3.500,1.500,0.030;2,5.000,1.500,2.000;\0\n"


@pytest.mark.parametrize("count", [2, 7])
def test_a_list_is_written_over_a_longer_one_read_back_and_started(count: int) -> None:
    """What an older list had more is deleted; a NUL in the block and a blank in N, 1 are borne."""
    talk = [*upload(count, GOOD), (":OUTP:OVP:VAL? CH2", "6.000"), (":TIME:STAT ON", None), OK]

    with replay(on_channel_2, talk) as supply:
        assert supply.play(POINTS) == POINTS


def test_a_stay_that_it_cannot_hold_is_seen_in_what_reads_back() -> None:
    """An instrument with a coarser grid is found out before the list begins."""
    talk = upload(2, b"#90000000341,3.500,1.500,0.1;2,5.000,1.500,2.0;\0\n")

    with replay(on_channel_2, talk) as supply, pytest.raises(DeviceRefused, match="reads back"):
        supply.play(POINTS)


def safe(*answers: str) -> list[Pair]:
    """Off, and what ``OUTP:PAIR?`` answers."""
    talk: list[Pair] = [(":OUTP CH2,OFF", None)]
    for command in (":TIME:CHAN CH2", ":TIME:STAT OFF", ":OUTP CH2,OFF"):
        talk += [(command, None), OK]
    talk += [(":OUTP? CH2", "0"), (":MEAS:VOLT? CH2", "0.0010"), (":OUTP:PAIR?", answers[0])]
    if len(answers) > 1:
        talk += [(":OUTP:PAIR OFF", None), OK]
    return talk + [(":OUTP:PAIR?", answer) for answer in answers[1:]]


@pytest.mark.parametrize("answers", [("OFF",), ("PARALLEL", "PARALLEL", "PARALLEL", "OFF")])
def test_the_safe_state_has_no_pairs(answers: tuple[str, ...]) -> None:
    """A pairing is ended only when there is one, and its end is awaited."""
    with replay(on_channel_2, safe(*answers)) as supply:
        supply.make_safe()


def test_channels_that_stay_paired_are_not_safe() -> None:
    """After 3 s it is an error."""
    with (
        replay(on_channel_2, safe(*["SERIES"] * 17)) as supply,
        pytest.raises(BenchError, match="SERIES"),
    ):
        supply.make_safe()


# --- the simulated instrument ---------------------------------------------------------------


def test_a_foreign_client_finds_what_was_seen_on_a_real_one() -> None:
    """Blanks after booleans, units, long words, a NUL in the block, 33.6 V at most."""

    def story(on: SupplyBench) -> None:
        assert on.ask(":OUTP:TRAC? CH1") == "0 "
        assert on.ask(":OUTP:OCP:DEL? CH1") == "200ms"
        assert on.ask(":SYST:TMOD?") == "SYNCHRONOUS"
        assert on.ask(":SOUR1:VOLT? MAX") == "33.600"
        assert on.ask(":TIME:CYCLE N,5", ":TIME:CYCLE?") == "N, 5"
        assert on.ask(":TIME:GROUP:INDE 1", ":TIME:GROUP:PARA 0.5,1,1", ":TIME:GROUP:INDE 2") == ""
        assert on.ask(":TIME:GROUP:PARA 5.5,2,1", ":TIME:GROUP:INDE 1", ":TIME:GROUP:PARA? 2") == (
            "#90000000411,0.500,1.000,1.000;2,5.500,2.000,1.000;\0"
        )
        assert on.ask(":TIME:GROUP:DEL 2", ":TIME:GROUP:NUM?") == "1"
        assert on.ask(":SYST:ERR?") == '0,"No error"'

    bench(story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (":TIME:GROUP:PARA 1,1", "-109"),
        (":TIME:GROUP:PARA 1,1,3601", "-222"),
        (":TIME:GROUP:PARA 34,1,1", "-222"),
        (":TIME:GROUP:INDE 513", "-222"),
        (":TIME:CHAN CH4", "-224"),
        (":TIME:STAT ON;:TIME:CYCLE I", "-221"),
        ("*TRG", "-211"),
        (":OUTP:PAIR BOTH", "-224"),
    ],
)
def test_what_cannot_be_is_refused_by_number(message: str, code: str) -> None:
    """Each has its error."""
    assert asked("dp2031", message, ":SYST:ERR?").startswith(f"{code},")


def test_a_list_of_tens_of_milliseconds_is_played_and_left() -> None:
    """Twice, the second shorter than the first."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        low = [(Volts(3 + n / 10), Seconds(0.2)) for n in range(5)]
        for points in (low, [(Volts(4), Seconds(0.1)), (Volts(4.5), Seconds(0.1))]):
            on.driver.play(points)
            on.clock.sleep(3)
            assert on.rail.volts() == pytest.approx(points[-1][0])
            on.driver.stop()
            on.clock.sleep(0.5)
            assert on.rail.volts() == pytest.approx(5)

    bench(story)


def test_a_bus_trigger_and_single_runs() -> None:
    """With BUS it waits for *TRG; a single run plays a group each time."""

    def story(on: SupplyBench) -> None:
        on.energise(5)
        on.ask(":TIME:GROUP:PARA 3,1,5", ":TIME:GROUP:INDE 2", ":TIME:GROUP:PARA 4,1,5")
        on.ask(":TIME:RUN SING", ":TIME:TRIG BUS", ":TIME:STAT ON")
        on.clock.sleep(1)
        assert on.rail.volts() == pytest.approx(5)
        for level in (3, 4):
            on.ask("*TRG")
            on.clock.sleep(1)
            assert on.rail.volts() == pytest.approx(level)
            on.clock.sleep(5)
            on.ask(":TIME:STAT ON")

    bench(story)


def test_a_trip_shows_late_and_is_cleared_without_a_surprise() -> None:
    """For 0.2 s it claims to be on; clearing leaves it off, the relative under SOURce would not."""

    def story(on: SupplyBench) -> None:
        on.driver.set_over_voltage(Volts(4))
        on.driver.set_voltage(Volts(5))
        with pytest.raises(DeviceRefused, match="ovp"):
            on.driver.set_output(on=True)
        assert on.kinds()[-2:] == ["output", "tripped"]
        on.driver.set_voltage(Volts(3))
        on.driver.clear_trip()
        on.driver.set_output(on=True)
        on.ask(":SOUR1:VOLT 5")
        assert on.rail.volts() < 5
        assert on.ask(":OUTP:OVP:ALAR? CH1") in ("0", "1")
        on.clock.sleep(0.3)
        assert on.ask(":OUTP? CH1") == "0"
        on.ask(":SOUR1:VOLT 3", ":SOUR1:VOLT:PROT:CLE")
        assert on.ask(":OUTP? CH1") == "1"

    bench(story)


def test_a_pairing_survives_a_reset_and_is_ended_by_the_safe_state() -> None:
    """It shows late, what is said to one channel means both, and *RST does not end it."""

    def story(on: SupplyBench) -> None:
        assert on.ask(":OUTP:PAIR PAR", ":OUTP:PAIR?") == "OFF"
        on.clock.sleep(2)
        assert on.ask("*RST", ":OUTP:PAIR?") == "PARALLEL"
        on.ask(":SOUR2:VOLT 4", ":OUTP CH2,ON")
        on.clock.sleep(1)
        assert on.rail.volts() == pytest.approx(4)
        on.driver.make_safe()
        assert on.ask(":OUTP:PAIR?") == "OFF"
        on.ask(":OUTP CH2,ON")
        on.clock.sleep(1)
        assert on.rail.volts() < 0.5

    bench(story)
