"""The simulated E36313A, over its bytes."""

import random
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.files import fixture, read_plain
from harness.ports.memory import MemoryPort, pair
from harness.sim.rail import Rail
from harness.sim.supplies.instrument import Supply

PERSONALITY = read_plain(fixture("supply", "e36313a", "personality.yaml"))


class Bench:
    """A supply, one client, and a load that a test sets."""

    def __init__(self, clock: CooperativeClock) -> None:
        self.clock = clock
        self.amps = {1: 0.0, 2: 0.0, 3: 0.0}
        self.rail = Rail(clock)
        self.supply = Supply(
            clock,
            PERSONALITY,
            rng=random.Random(1),
            rails={2: self.rail},
            load=lambda n: self.amps[n] if self.supply.channels[n].rail.volts() > 0.1 else 0.0,
        )
        self.port = self.connect()

    def connect(self) -> MemoryPort:
        ours, theirs = pair(self.clock, "supply")
        self.supply.outlets["scpi"](theirs)
        return ours

    def tell(self, *messages: str) -> None:
        for message in messages:
            self.port.write(message.encode("latin-1") + b"\n")
        assert self.ask("SYST:ERR?") == '+0,"No error"'

    def ask(self, message: str) -> str:
        self.port.write(message.encode("latin-1") + b"\n")
        return self.hear()

    def hear(self) -> str:
        chunk = self.port.read(self.clock.now() + 100)
        assert chunk is not None
        assert chunk.data.endswith(b"\n")
        return chunk.data.decode().strip()

    def error(self, message: str) -> int:
        self.port.write(message.encode("latin-1") + b"\n")
        return int(self.ask("SYST:ERR?").split(",")[0])

    def measured(self) -> float:
        return float(self.ask("MEAS:VOLT? (@2)"))


def on_bench(story: Callable[[Bench], Any]) -> None:
    """Run a story on a fresh bench, in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock)))


def test_it_says_who_it_is_and_starts_safe() -> None:
    """The identity is a Keysight's; all outputs are off after power-on and after *RST."""

    def story(bench: Bench) -> None:
        assert bench.ask("*IDN?").startswith("KEYSIGHT,E36313A,")
        assert bench.ask("OUTP? (@1:3)") == "0,0,0"
        bench.tell("VOLT 5,(@2)", "OUTP ON,(@2)")
        bench.tell("*RST")
        assert bench.ask("OUTP? (@2);VOLT? (@2)") == "0;+0.00000000E+00"

    on_bench(story)


def test_a_channel_is_named_in_four_ways() -> None:
    """By list, by number, by name, and by APPLy; without one the selected channel is meant."""

    def story(bench: Bench) -> None:
        bench.tell("VOLT 1,(@2)", "INST:NSEL 3;:VOLT 2", "INST:SEL P6V;:VOLT 3")
        assert bench.ask("VOLT? (@1:3)") == "+3.00000000E+00,+1.00000000E+00,+2.00000000E+00"
        assert bench.ask("INST?;INST:NSEL?") == "CH1;1"
        bench.tell("APPL CH3,4,0.5", "APPL 5,1,(@2)")
        assert bench.ask("VOLT? (@2,3);CURR? (@2,3)") == (
            "+5.00000000E+00,+4.00000000E+00;+1.00000000E+00,+5.00000000E-01"
        )
        assert bench.ask("APPL? (@3)") == '"+4.00000000E+00,+5.00000000E-01"'

    on_bench(story)


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("VOLT 26,(@2)", -222),
        ("VOLT -1,(@2)", -222),
        ("VOLT 6.5,(@1)", -222),
        ("VOLT 1,(@4)", -222),
        ("CURR 2.5,(@2)", -222),
        ("VOLT:PROT 30,(@2)", -222),
        ("LIST:DWEL 0.005,(@2)", -222),
        ("LIST:DWEL 3601,(@2)", -222),
        ("LIST:COUN 257,(@2)", -222),
        ("LIST:VOLT " + ",".join("1" * 101) + ",(@2)", -223),
        ("LIST:VOLT 1,2,(@2);DWEL 1,1,1,(@2);:VOLT:MODE LIST,(@2);:INIT (@2)", -221),
        ("*TRG", -211),
        ("TRIG:SOUR BUS,(@2);:INIT (@2);:INIT (@2)", -213),
        ("INST:SEL NOSUCH", -224),
        ("INST:NSEL 4", -222),
        ("OUTP:PAIR SER", -221),
        ("VOLT:MODE RAMP,(@2)", -224),
        ("*ESE 256", -222),
        ("STAT:QUES:INST:ISUM4:COND?", -114),
    ],
)
def test_what_cannot_be_is_refused_by_number(message: str, code: int) -> None:
    """Out of range, in conflict, ignored: each has its own error, and nothing changes."""

    def story(bench: Bench) -> None:
        assert bench.error(message) == code
        assert bench.ask("VOLT? (@1:3)") == ",".join(["+0.00000000E+00"] * 3)

    on_bench(story)


def test_the_output_rises_fast_and_falls_slowly_most_of_all_without_a_load() -> None:
    """Up takes less than down; a load helps the voltage down."""
    times = {}

    def time_to(bench: Bench, message: str, level: float) -> float:
        hit: list[float] = []
        bench.rail.watch(
            level,
            above=lambda: hit.append(bench.clock.now()),
            below=lambda: hit.append(bench.clock.now()),
        )
        bench.tell(message)
        began = bench.clock.now() - 0.003
        bench.clock.sleep(1)
        return hit[0] - began

    def story(bench: Bench) -> None:
        bench.tell("VOLT 20,(@2)")
        times["up"] = time_to(bench, "OUTP ON,(@2)", 19.9)
        times["light"] = time_to(bench, "OUTP OFF,(@2)", 0.1)
        bench.tell("OUTP ON,(@2)")
        bench.clock.sleep(1)
        bench.amps[2] = 1.5
        times["loaded"] = time_to(bench, "OUTP OFF,(@2)", 0.1)

    on_bench(story)

    assert 0 < times["up"] < times["loaded"] + 0.02 < times["light"]


def test_the_meter_has_noise_and_resolution() -> None:
    """Readings differ a little, lie near the truth, and stand on the meter's grid."""

    def story(bench: Bench) -> None:
        bench.amps[2] = 0.25
        bench.tell("APPL 5,1,(@2)", "OUTP ON,(@2)")
        bench.clock.sleep(1)
        volts = [bench.measured() for _ in range(20)]
        amps = float(bench.ask("MEAS:CURR? (@2)"))

        assert len(set(volts)) > 3
        assert all(abs(volt - 5) < 0.01 for volt in volts)
        assert all(abs(volt * 1e4 - round(volt * 1e4)) < 1e-6 for volt in volts)
        assert amps == pytest.approx(0.25, abs=0.01)

    on_bench(story)


def test_over_voltage_trips_when_the_output_really_exceeds_it() -> None:
    """It latches, switches off, refuses to go on, and is cleared only after the reason has gone."""

    def story(bench: Bench) -> None:
        bench.tell("VOLT:PROT 6,(@2)", "VOLT 5,(@2)", "OUTP ON,(@2)")
        bench.clock.sleep(1)
        assert bench.ask("VOLT:PROT:TRIP? (@2)") == "0"

        bench.tell("VOLT 9,(@2)")
        bench.clock.sleep(1)

        assert bench.ask("VOLT:PROT:TRIP? (@2);:CURR:PROT:TRIP? (@2);:OUTP? (@2)") == "1;0;0"
        assert bench.rail.volts() == 0
        assert int(bench.ask("STAT:QUES:INST:ISUM2:COND?")) & 1 << 9
        assert bench.error("OUTP ON,(@2)") == -221

        bench.tell("OUTP OFF,(@2)", "VOLT 5,(@2)", "OUTP:PROT:CLE (@2)")
        assert bench.ask("VOLT:PROT:TRIP? (@2);:OUTP? (@2)") == "0;0"

    on_bench(story)


def test_clearing_a_trip_puts_the_output_back_on_as_its_relatives_do() -> None:
    """Whoever clears without switching off first has the voltage back at once."""

    def story(bench: Bench) -> None:
        bench.tell("VOLT:PROT 6,(@2)", "VOLT 9,(@2)", "OUTP ON,(@2)")
        bench.clock.sleep(1)
        bench.tell("VOLT 5,(@2)", "VOLT:PROT:CLE (@2)")
        assert bench.ask("OUTP? (@2)") == "1"

    on_bench(story)


def test_too_much_current_limits_or_trips() -> None:
    """Beyond the limit the voltage collapses; with OCP on it goes off after the delay."""

    def story(bench: Bench) -> None:
        bench.tell("APPL 8,0.5,(@2)", "OUTP ON,(@2)")
        bench.clock.sleep(1)
        bench.amps[2] = 1.0
        bench.supply.load_changed(2)
        bench.clock.sleep(1)
        assert bench.measured() == pytest.approx(4.0, abs=0.01)
        assert int(bench.ask("STAT:QUES:INST:ISUM2:COND?")) & 3 == 1

        bench.tell("CURR:PROT:STAT ON,(@2)")
        bench.clock.sleep(0.02)
        assert bench.ask("CURR:PROT:TRIP? (@2)") == "0"
        bench.clock.sleep(0.1)
        assert bench.ask("CURR:PROT:TRIP? (@2);:OUTP? (@2)") == "1;0"

    on_bench(story)


def test_a_list_plays_its_points_in_its_own_time() -> None:
    """A 30 ms dip lasts 30 ms whatever the host does, and ends at the last point."""
    changes: list[float] = []

    def story(bench: Bench) -> None:
        bench.tell("VOLT 5,(@2)", "OUTP ON,(@2)")
        bench.clock.sleep(1)
        bench.tell(
            "LIST:VOLT 3,5,(@2);DWEL 0.03,0.01,(@2);COUN 2,(@2);TERM:LAST ON,(@2)",
            "VOLT:MODE LIST,(@2);:TRIG:SOUR IMM,(@2)",
        )
        assert bench.ask("LIST:VOLT:POIN? (@2)") == "+2"
        assert bench.ask("LIST:DWEL? (@2)") == "+3.00000000E-02,+1.00000000E-02"
        for level in (4.99, 3.01):
            bench.rail.watch(level, below=lambda: changes.append(bench.clock.now()))
        bench.port.write(b"INIT (@2)\n")
        assert bench.error("VOLT 4,(@2)") == -221
        assert bench.ask("*OPC?") == "1"
        assert bench.measured() == pytest.approx(5, abs=0.1)
        assert bench.ask("*OPC?;VOLT? (@2)") == "1;+5.00000000E+00"

    on_bench(story)

    assert len(changes) == 4  # begins to fall, arrives; twice
    assert changes[2] - changes[0] == pytest.approx(0.04, abs=1e-3)


def test_a_list_stops_on_abort_and_without_last_it_goes_back() -> None:
    """ABOR and the list's own end bring back the immediate level."""

    def story(bench: Bench) -> None:
        bench.tell("VOLT 5,(@2)", "OUTP ON,(@2)", "LIST:VOLT 3,(@2);DWEL 10,(@2);COUN INF,(@2)")
        bench.tell("VOLT:MODE LIST,(@2)", "TRIG:SOUR BUS,(@2)", "INIT (@2)")
        bench.clock.sleep(1)
        assert bench.measured() == pytest.approx(5, abs=0.1)
        bench.tell("*TRG")
        bench.clock.sleep(1)
        assert bench.measured() == pytest.approx(3, abs=0.1)
        bench.tell("ABOR (@2)")
        bench.clock.sleep(1)
        assert bench.measured() == pytest.approx(5, abs=0.1)
        bench.tell("LIST:DWEL 0.1,(@2);COUN 1,(@2);:INIT (@2);*TRG")
        bench.clock.sleep(1)
        assert bench.measured() == pytest.approx(5, abs=0.1)

    on_bench(story)


def test_a_list_in_single_steps_waits_for_each_trigger() -> None:
    """With LIST:STEP ONCE a trigger is a point."""

    def story(bench: Bench) -> None:
        bench.tell("OUTP ON,(@2)", "LIST:VOLT 1,2,(@2);STEP ONCE,(@2);:VOLT:MODE LIST,(@2)")
        bench.tell("INIT (@2)")
        seen = []
        for _ in range(2):
            bench.tell("*TRG")
            bench.clock.sleep(0.008)
            seen.append(round(bench.measured()))
        bench.clock.sleep(1)

        assert seen == [1, 2]
        assert bench.error("*TRG") == -211

    on_bench(story)


def test_a_step_waits_for_its_trigger() -> None:
    """VOLT:MODE STEP moves to VOLT:TRIG at *TRG."""

    def story(bench: Bench) -> None:
        bench.tell("VOLT:TRIG 7,(@2);:VOLT:MODE STEP,(@2);:TRIG:SOUR BUS,(@2);:INIT (@2)")
        assert bench.ask("VOLT? (@2);:STAT:OPER:COND?") == "+0.00000000E+00;32"
        bench.tell("*TRG")
        assert bench.ask("VOLT? (@2);:STAT:OPER:COND?") == "+7.00000000E+00;0"

    on_bench(story)


def test_waiting_for_completion_is_interrupted_by_the_next_message() -> None:
    """A list without an end cannot hang the client for ever: -410, and the talk goes on."""

    def story(bench: Bench) -> None:
        bench.tell("LIST:COUN INF,(@2);:VOLT:MODE LIST,(@2);:TRIG:SOUR IMM,(@2);:INIT (@2)")
        bench.port.write(b"*OPC?\n")
        assert bench.port.read(bench.clock.now() + 5) is None
        assert bench.ask("SYST:ERR?") == '-410,"Query INTERRUPTED"'
        bench.port.write(b"*OPC?\nABOR\n")
        assert bench.ask("SYST:ERR?") == '-410,"Query INTERRUPTED"'

    on_bench(story)


def test_clients_share_one_instrument() -> None:
    """What one sets another reads; one's leaving does not disturb the other."""

    def story(bench: Bench) -> None:
        first = bench.port
        bench.tell("VOLT 5,(@2)", "OUTP ON,(@2)")
        bench.port = bench.connect()
        assert bench.ask("VOLT? (@2);:OUTP? (@2)") == "+5.00000000E+00;1"
        first.close()
        bench.tell("OUTP OFF,(@2)")
        with pytest.raises(PortLost):
            first.write(b"*IDN?\n")

    on_bench(story)


def test_a_message_comes_in_pieces_and_pieces_come_together() -> None:
    """Messages end at the newline, wherever bytes were cut; empty lines mean nothing."""

    def story(bench: Bench) -> None:
        for piece in (b"*ID", b"N?\r\n\r\n", b"\n*OPC?\n*ES", b"E?\n"):
            bench.port.write(piece)
        assert [bench.hear()[:8] for _ in range(3)] == ["KEYSIGHT", "1", "0"]

    on_bench(story)


def test_an_endless_message_is_thrown_away_and_reported() -> None:
    """More than the input buffer holds is -363, and the next message is understood."""

    def story(bench: Bench) -> None:
        bench.port.write(b"VOLT " + b"9" * 200_000)
        bench.port.write(b"9\n")
        assert bench.ask("SYST:ERR?").startswith("-363")
        assert bench.ask("*OPC?") == "1"

    on_bench(story)


def test_an_error_shows_in_the_status_byte() -> None:
    """*STB?, *ESR? and the queue tell the same story; *CLS ends it."""

    def story(bench: Bench) -> None:
        bench.tell("*CLS", "*ESE 32", "*SRE 32")
        bench.port.write(b"FOO\n")
        assert bench.ask("*STB?;*ESR?;*STB?") == "100;32;20"
        bench.tell("*CLS")
        assert bench.ask("*STB?") == "0"

    on_bench(story)


HEADS = [
    "VOLT",
    "CURR",
    "OUTP",
    "LIST:VOLT",
    "LIST:DWEL",
    "LIST:COUN",
    "VOLT:MODE",
    "INIT",
    "ABOR",
    "*TRG",
]
TAILS = [
    " 5,(@2)",
    " MAX,(@1:3)",
    " LIST,(@2)",
    " 0.01,0.02,(@2)",
    " (@2)",
    "?",
    "? (@2)",
    " ON,(@2)",
    " INF",
]
MESSAGES = st.one_of(
    st.binary(max_size=60),
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    *HEADS,
                    "*RST",
                    "*OPC?",
                    "*WAI",
                    "VOLT:PROT",
                    "APPL",
                    "TRIG:SOUR IMM;",
                    "*OPC",
                    "CURR:PROT:STAT",
                    "CURR:MODE",
                    "LIST:STEP ONCE;",
                    "STAT:QUES:INST:ISUM2:ENAB",
                ]
            ),
            st.sampled_from([*TAILS, "", " 3", " #H7", " 'x'", " 1e30000,(@2)", " -1", " STEP"]),
        ).map("".join),
        max_size=5,
    ).map(lambda units: ";:".join(units).replace(":*", "*").encode()),
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(MESSAGES, max_size=12))
def test_no_input_breaks_it_or_hangs_it(messages: list[bytes]) -> None:
    """After anything at all it still answers *IDN? within seconds."""

    def story(bench: Bench) -> None:
        bench.amps[2] = 0.3
        for message in messages:
            bench.port.write(message + b"\n")
        bench.port.write(b"\n")
        deadline = bench.clock.now() + 200
        bench.clock.sleep(150)
        bench.port.write(b"*CLS;*IDN?\n")
        heard = b""
        while b"KEYSIGHT" not in heard:
            chunk = bench.port.read(deadline)
            assert chunk is not None, heard
            heard += chunk.data

    on_bench(story)


@given(st.floats(0.1, 19.9), st.floats(0.001, 3), st.floats(0.001, 3), st.floats(0, 5))
@settings(max_examples=200, deadline=None)
def test_a_rail_crosses_a_level_once_each_way(
    level: float, rise: float, fall: float, later: float
) -> None:
    """Rounding never makes a watch ring for ever at the instant of its crossing."""
    clock = CooperativeClock()
    rang: list[str] = []

    def story() -> None:
        clock.sleep(later)
        rail = Rail(clock)
        rail.watch(level, above=lambda: rang.append("above"), below=lambda: rang.append("below"))
        rail.go_to(20, rise)
        clock.sleep(4)
        rail.go_to(0, fall)
        clock.sleep(4)

    clock.run(story)

    assert rang == ["above", "below"]
