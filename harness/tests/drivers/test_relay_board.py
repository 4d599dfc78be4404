"""The relay in the supply line: each kind of board, and the simulated LCUS board in a feed."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.drivers.relay_board import Driver
from harness.errors import BenchError, DeviceRefused, PortLost, PortTimeout, UsageError
from harness.files import fixture, read_plain
from harness.model.power import PulseSwitch, Switch
from harness.model.roles import SafeState, plays
from harness.ports.memory import pair
from harness.sim.feed import Feed
from harness.sim.switch import RelayBoard
from harness.testing import Pair, replay

PERSONALITY = read_plain(fixture("switch", "lcus", "personality.yaml"))


class Bench:
    """The driver, the simulated board, and a feed of 5 V."""

    def __init__(self, clock: CooperativeClock, **changes: Any) -> None:
        self.clock = clock
        self.feed = Feed(clock, lambda: 0.3, lambda: None)
        self.feed.source.go_to(5.0)
        own = {**PERSONALITY, **changes}
        self.board = RelayBoard(clock, own, self.feed, rng=random.Random(2))
        ours, theirs = pair(clock, "relay board")
        self.board.outlets["relay"](theirs)
        self.port = ours
        self.driver = Driver(ours, contact=own["contact"], read_back=own["tells"])
        self.seen: list[str] = []
        self.driver.observe = lambda kind, /, **_: self.seen.append(kind)


def on_bench(story: Callable[[Bench], None], **changes: Any) -> None:
    """Run a story in virtual time."""
    clock = CooperativeClock()
    clock.run(lambda: story(Bench(clock, **changes)))


def test_it_is_a_switch_and_times_nothing_itself() -> None:
    """A relay board has no firmware for pulses."""
    assert plays(Driver, Switch)
    assert plays(Driver, SafeState)
    assert not plays(Driver, PulseSwitch)


LCUS_CLOSE: list[Pair] = [(bytes.fromhex("A00201A3"), None), (b"\xff", b"CH1:OFF\r\nCH2:ON\r\n")]
DEVANTECH_CLOSE: list[Pair] = [(b"\x66", None), (b"\x5b", b"\x02")]
NUMATO_CLOSE: list[Pair] = [
    (b"relay on 1\r", b"relay on 1\n\r>"), (b"relay read 1\r", b"relay read 1\n\ron\n\r>"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "talk"),
    [("lcus", LCUS_CLOSE), ("devantech", DEVANTECH_CLOSE), ("numato", NUMATO_CLOSE)],
)
def test_each_kind_is_switched_and_read_back_in_its_own_words(kind: Any, talk: list[Pair]) -> None:
    """Relay 2 of each, closed."""
    with replay(partial(Driver, kind=kind, channel=2), talk) as switch:
        switch.set_closed(closed=True)


@pytest.mark.parametrize(
    ("kind", "talk"),
    [
        ("lcus", [(bytes.fromhex("A00100A1"), None), (b"\xff", b"CH1:ON\r\n")]),
        ("devantech", [(b"\x6f", None), (b"\x5b", b"\x01")]),
        ("numato", [(b"relay off 0\r", b"\n\r>"), (b"relay read 0\r", b"\n\ron\n\r>")]),
    ],
)
def test_a_welded_contact_is_told(kind: Any, talk: list[Pair]) -> None:
    """Told to open, still closed: that is no safe state."""
    with replay(partial(Driver, kind=kind), talk) as switch, pytest.raises(BenchError):
        switch.make_safe()


def test_relays_above_nine_have_capital_letters() -> None:
    """A lower-case one is not understood by the board."""
    blind = partial(Driver, kind="numato", channel=13, read_back=False)
    with replay(blind, [(b"relay on C\r", b"\n\r>")]) as switch:
        switch.set_closed(closed=True)


def test_an_answer_that_is_neither_is_refused() -> None:
    """The module's error text is no state."""
    talk: list[Pair] = [(b"relay read 0\r", b"\n\rERROR\n\r>")]
    with (
        replay(partial(Driver, kind="numato"), talk) as switch,
        pytest.raises(DeviceRefused, match="neither"),
    ):
        switch.closed()


@pytest.mark.parametrize("kind", ["lcus", "devantech"])
def test_silence_is_a_timeout_and_a_pulled_plug_a_loss(kind: Any) -> None:
    """Not a state of the relay."""
    question = {"lcus": b"\xff", "devantech": b"\x5b"}[kind]
    board = partial(Driver, kind=kind)
    with replay(board, [(question, None)]) as switch, pytest.raises(PortTimeout):
        switch.closed()
    with replay(board, [(question, PortLost("gone"))]) as switch, pytest.raises(PortLost):
        switch.closed()


def test_a_relay_the_board_does_not_have_is_refused() -> None:
    """At once, or by what it answers."""
    with pytest.raises(UsageError, match="1 to 8"):
        Driver(pair(CooperativeClock(), "x")[0], kind="devantech", channel=9)
    with (
        replay(partial(Driver, channel=4), [(b"\xff", b"CH1:OFF\r\n")]) as switch,
        pytest.raises(DeviceRefused, match="not there"),
    ):
        switch.closed()


def test_a_normally_open_contact_gives_power_only_while_it_is_on() -> None:
    """And none before it was switched; it takes its time, and is measured at the terminal."""

    def story(bench: Bench) -> None:
        bench.clock.sleep(0.1)
        assert not bench.driver.closed()
        assert bench.feed.load.volts() == 0.0
        bench.driver.set_closed(closed=True)
        assert bench.feed.load.volts() == 5.0
        assert bench.seen == ["closed"]
        bench.driver.make_safe()
        assert bench.seen == ["closed", "opened"]
        bench.clock.sleep(0.1)
        assert bench.feed.load.volts() == 0.0

    on_bench(story)


def test_a_normally_closed_contact_gives_power_while_it_is_off() -> None:
    """A board without power feeds the terminal."""

    def story(bench: Bench) -> None:
        assert bench.driver.closed()
        assert bench.feed.load.volts() == 5.0
        bench.driver.set_closed(closed=False)
        bench.clock.sleep(0.1)
        assert bench.feed.load.volts() == 0.0

    on_bench(story, contact="nc")


def test_a_closing_contact_bounces_and_then_rests() -> None:
    """The terminal's rail sees several closings within the bounce time."""

    def story(bench: Bench) -> None:
        edges: list[float] = []
        bench.clock.sleep(0.1)
        bench.feed.load.watch(4.999, above=lambda: edges.append(bench.clock.now()))
        bench.driver.set_closed(closed=True)
        assert len(edges) > 1
        assert edges[-1] - edges[0] <= PERSONALITY["bounce"] + 1e-4
        assert bench.board.operations == 1

    on_bench(story, bounces=4)


def test_a_board_that_cannot_tell_is_believed() -> None:
    """Without read-back the last order counts."""

    def story(bench: Bench) -> None:
        bench.driver.set_closed(closed=True)
        assert bench.driver.closed()
        bench.port.write(b"\xff")
        assert bench.port.read(bench.clock.now() + 1) is None

    on_bench(story, tells=False)


def test_noise_on_the_line_moves_nothing() -> None:
    """A frame with a wrong sum, a channel that is not there, half a frame."""

    def story(bench: Bench) -> None:
        for noise in ("A0010100", "A00901AA", "A00105A6", "42", "A001"):
            bench.port.write(bytes.fromhex(noise))
        bench.clock.sleep(0.1)
        assert bench.board.operations == 0

    on_bench(story)
