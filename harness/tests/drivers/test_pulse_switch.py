"""The pulse switch: its driver against the written protocol, and against the simulated one."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.pulse_switch import IDENTITY, Driver
from harness.errors import BenchError, DeviceRefused, Garbled, PortLost, PortTimeout
from harness.files import fixture, read_plain
from harness.model.power import PulseSwitch, ShortingSwitch, Switch
from harness.model.roles import Identified, SafeState, Watched, plays
from harness.model.units import Seconds
from harness.ports.memory import pair
from harness.sim.feed import Feed
from harness.sim.switch import PulseSwitch as SimulatedSwitch
from harness.testing import Pair, replay

PERSONALITY = read_plain(fixture("switch", "pulse_mcu", "personality.yaml"))
MS = Seconds(0.001)


class Bench:
    """The driver, the simulated switch, a feed of 5 V and what was observed."""

    def __init__(self, clock: CooperativeClock, **changes: Any) -> None:
        self.clock = clock
        self.feed = Feed(clock, lambda: 0.3, lambda: None)
        self.feed.source.go_to(5.0)
        own = {**PERSONALITY, **changes}
        self.switch = SimulatedSwitch(clock, own, self.feed, rng=random.Random(1))
        self.port, theirs = pair(clock, "pulse switch")
        self.switch.outlets["line"](theirs)
        self.driver = Driver(self.port)
        self.seen: list[tuple[str, dict[str, Any]]] = []
        self.driver.observe = self._take

    def _take(self, kind: str, /, *, t: float | None = None, **fields: Any) -> None:
        self.seen.append((kind, fields))


def on_bench(story: Callable[[Bench], None], **changes: Any) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock, **changes)))


def test_it_plays_its_roles() -> None:
    """What faults and rigs look for is there."""
    for role in (Switch, PulseSwitch, ShortingSwitch, Identified, Watched, SafeState):
        assert plays(Driver, role)


def test_closing_is_told_and_read_back() -> None:
    """The words of the protocol, and the observation."""
    talk: list[Pair] = [
        (b"STATE?\n", b"OPEN\r\n"), (b"CLOSE\n", b"OK CLOSED\r\n"), (b"STATE?\n", b"CLOSED\r\n"),
    ]  # fmt: skip
    with replay(Driver, talk) as switch:
        switch.set_closed(closed=True)


def test_a_switch_that_does_not_follow_is_not_called_open() -> None:
    """Neither by set_closed nor by the safe state."""
    talk: list[Pair] = [(b"OPEN\n", b"OK OPEN\r\n"), (b"STATE?\n", b"CLOSED\r\n")]
    with replay(Driver, talk) as switch, pytest.raises(DeviceRefused, match="still closed"):
        switch.set_closed(closed=False)
    with replay(Driver, talk) as switch, pytest.raises(BenchError, match="could not be opened"):
        switch.make_safe()


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b"ERR 3 not now\r\n", DeviceRefused),
        (None, PortTimeout),
        (b"OK O", PortTimeout),
        (PortLost("pulled"), PortLost),
    ],
)
def test_a_refusal_silence_and_a_pulled_plug_are_told_apart(
    answer: Any, error: type[BenchError]
) -> None:
    """Each is an error of the bench, with its own name."""
    with replay(Driver, [(b"OPEN\n", answer)]) as switch, pytest.raises(error):
        switch.set_closed(closed=False)


def test_a_state_nobody_knows_is_garbled() -> None:
    """It is neither open nor closed."""
    with replay(Driver, [(b"STATE?\n", b"BOOTING\r\n")]) as switch, pytest.raises(Garbled):
        switch.closed()


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ([], "1 to 32"),
        ([(False, MS), (True, MS)] * 17, "1 to 32"),
        ([(False, Seconds(5e-6))], "10 us"),
        ([(False, Seconds(2000))], "999999999"),
    ],
)
def test_what_it_cannot_time_is_refused_before_the_wire(pattern: Any, said: str) -> None:
    """Nothing is written for an impossible pattern."""
    with replay(Driver, []) as switch, pytest.raises(DeviceRefused, match=said):
        switch.pulse(pattern)


def test_it_says_who_it_is_and_leaves_the_line_open() -> None:
    """After its reset the terminal has no power."""

    def story(bench: Bench) -> None:
        assert bench.driver.identify().startswith(IDENTITY.removeprefix("^"))
        assert not bench.driver.closed()
        bench.clock.sleep(0.1)
        assert bench.feed.load.volts() == 0.0
        bench.driver.set_closed(closed=True)
        bench.clock.sleep(0.01)
        assert bench.feed.load.volts() == 5.0
        assert bench.seen == [("closed", {})]

    on_bench(story)


def test_a_pulse_lasts_as_long_as_asked_and_reports_it() -> None:
    """3 ms by its own timer; the host has only begun it."""

    def story(bench: Bench) -> None:
        falls: list[float] = []
        bench.feed.load.watch(4.9, above=lambda: falls.append(bench.clock.now()),
                              below=lambda: falls.append(bench.clock.now()))  # fmt: skip
        bench.driver.set_closed(closed=True)
        bench.clock.sleep(0.01)
        falls.clear()
        bench.driver.pulse([(False, Seconds(0.003))])
        assert bench.driver.closed(), "a pattern ends closed"
        bench.clock.sleep(0.1)
        assert falls[1] - falls[0] == pytest.approx(0.003, abs=0.0001)
        bench.driver.attend()
        kind, fields = bench.seen[-1]
        assert kind == "pulsed"
        assert fields["asked"] == [[False, 0.003]]
        assert fields["measured"] == [[False, pytest.approx(0.003, abs=2e-6)]]

    on_bench(story)


def test_a_pattern_has_several_openings() -> None:
    """Plug bounce: each closing is there, and the line ends closed."""

    def story(bench: Bench) -> None:
        edges: list[str] = []
        bench.driver.set_closed(closed=True)
        bench.clock.sleep(0.01)
        bench.feed.load.watch(4.0, above=lambda: edges.append("up"),
                              below=lambda: edges.append("down"))  # fmt: skip
        bench.driver.pulse([(False, Seconds(0.002)), (True, MS)] * 2)
        bench.clock.sleep(0.1)
        assert edges == ["down", "up", "down", "up"]
        bench.driver.attend()
        assert [step[0] for step in bench.seen[-1][1]["measured"]] == [False, True, False, True]

    on_bench(story)


def test_an_end_that_comes_between_question_and_answer_is_no_answer() -> None:
    """DONE may stand before any answer; it is told and skipped."""
    talk: list[Pair] = [
        (b"PULSE o1000us\n", b"OK 1\r\n"),
        (b"STATE?\n", b"DONE o1001us\r\nCLOSED\r\n"),
    ]
    seen: list[str] = []
    with replay(Driver, talk) as switch:
        switch.observe = lambda kind, /, **_: seen.append(kind)
        switch.pulse([(False, MS)])
        assert switch.closed()
    assert seen == ["pulsed"]


def test_another_pattern_than_the_asked_one_is_an_error() -> None:
    """Its measured steps must be those that were asked for."""
    talk: list[Pair] = [
        (b"PULSE o1000us\n", b"OK 1\r\n"), (b"STATE?\n", b"DONE c1001us\r\nCLOSED\r\n"),
    ]  # fmt: skip
    with replay(Driver, talk) as switch:
        switch.pulse([(False, MS)])
        with pytest.raises(BenchError, match="asked were"):
            switch.closed()


def test_open_ends_a_pattern_at_once() -> None:
    """The safe state does not wait for a long pattern's end."""

    def story(bench: Bench) -> None:
        bench.driver.set_closed(closed=True)
        bench.driver.pulse([(True, Seconds(10))])
        bench.driver.make_safe()
        bench.clock.sleep(0.1)
        assert bench.feed.load.volts() == 0.0
        bench.clock.sleep(20)
        assert bench.feed.load.volts() == 0.0, "no late DONE closes it again"

    on_bench(story)


def test_the_load_is_shorted_only_behind_an_open_line() -> None:
    """Open first, then the short; closing takes the short away first."""

    def story(bench: Bench) -> None:
        bench.driver.set_closed(closed=True)
        bench.clock.sleep(0.01)
        bench.driver.set_short(on=True)
        bench.clock.sleep(0.001)
        assert bench.feed.load.volts() == 0.0
        assert bench.feed.amps() == 0.0
        assert bench.seen[-1] == ("opened", {"shorted": True})
        bench.driver.set_closed(closed=True)
        bench.clock.sleep(0.001)
        assert bench.feed.load.volts() == 5.0

    on_bench(story)


def test_the_firmware_itself_refuses_what_would_short_the_supply() -> None:
    """Also a foreign client cannot."""

    def story(bench: Bench) -> None:
        for said, wanted in (
            ("CLOSE", "OK CLOSED"), ("SHORT ON", "ERR 3 the line is closed"), ("open", "OK OPEN"),
            ("SHORT ON", "OK SHORT"), ("CLOSE", "ERR 3 the load is shorted"),
            ("PULSE 100us", "ERR 3 the line is not closed"), ("PULSE 1ms", "ERR 2 bad argument"),
            ("PULSE 1us", "ERR 2 too short"), ("PULSE", "ERR 2 bad argument"),
            ("PULSE" + " 100us" * 33, "ERR 4 too many steps"), ("FOO", "ERR 1 unknown word"),
            ("SHORT", "ERR 2 bad argument"),
        ):  # fmt: skip
            bench.port.write(f"{said}\n".encode())
            chunk = bench.port.read(bench.clock.now() + 1)
            assert chunk is not None
            assert chunk.data.decode() == f"{wanted}\r\n"

    on_bench(story)


def test_without_its_second_mosfet_nothing_is_shorted() -> None:
    """The driver refuses by option, the firmware by itself."""

    def story(bench: Bench) -> None:
        with pytest.raises(DeviceRefused, match="ERR 5"):
            bench.driver.set_short(on=True)
        with pytest.raises(DeviceRefused, match="nothing to short"):
            Driver(bench.port, shorts=False).set_short(on=True)

    on_bench(story, shorts=False)
