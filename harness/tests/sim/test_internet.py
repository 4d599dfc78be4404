"""Connections over the link: what a socket's user sees when the network is in trouble."""

import random
from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.links.link import Link
from harness.ports.base import Port
from harness.sim import internet as net
from harness.sim.internet import Internet
from harness.sim.tcp import End

T = TypeVar("T")
HOST = "host.test"


class World:
    """A link, an internet, and a host that keeps what it hears and echoes it."""

    def __init__(self, clock: CooperativeClock, seed: int, **options: Any) -> None:
        self.clock = clock
        self.link = Link(clock, rng=random.Random(seed), **options)
        self.internet = Internet(clock, self.link)
        self.internet.serve(HOST, 443, self._accept)
        self.heard = b""
        self.ends: list[Port] = []
        self.lost = ""

    def _accept(self, port: Port) -> None:
        self.ends.append(port)
        self.clock.spawn("host", lambda: self._echo(port))

    def _echo(self, port: Port) -> None:
        try:
            while (chunk := port.read()) is not None:
                self.heard += chunk.data
                port.write(chunk.data)
        except PortLost as lost:
            self.lost = str(lost)

    def connect(self, port: int = 443, host: str = HOST, within: float = 20.0) -> End:
        return self.internet.connect(host, port, until=self.clock.now() + within)


def in_world(story: Callable[[World], T], *, seed: int = 1, **options: Any) -> T:
    """Run a story in a new world."""
    clock = CooperativeClock()
    return clock.run(lambda: story(World(clock, seed, **options)))


def read_all(port: Port, size: int, within: float) -> bytes:
    """So many bytes, or what came in time."""
    heard = b""
    until = port.clock.now() + within
    while len(heard) < size and (chunk := port.read(until)) is not None:
        heard += chunk.data
    return heard


@settings(max_examples=20, deadline=None)
@given(
    st.integers(0, 10_000),
    st.floats(0, 0.15),
    st.floats(0, 0.4),
    st.integers(1, 30_000),
)
def test_bytes_arrive_once_and_in_order_over_a_bad_link(
    seed: int, loss: float, jitter: float, size: int
) -> None:
    """Loss and jitter cost time, never bytes."""
    sent = random.Random(seed).randbytes(size)

    def story(world: World) -> tuple[bytes, bytes]:
        port = world.connect()  # a lost question to the name service is another test's
        world.link.shape(loss=loss, jitter=jitter)
        port.write(sent)
        return read_all(port, size, 600), world.heard

    back, heard = in_world(story, seed=seed)

    assert back == sent
    assert heard == sent


def test_closing_is_seen_at_the_other_end_after_the_last_byte() -> None:
    """FIN comes behind the data; both ends are done."""

    def story(world: World) -> tuple[bytes, str, str]:
        port = world.connect()
        port.write(b"x" * 5000)
        port.close()
        world.clock.sleep(5)
        with pytest.raises(PortLost):
            port.write(b"more")
        return world.heard, world.lost, port.state

    heard, lost, state = in_world(story)

    assert heard == b"x" * 5000
    assert "closed by the other end" in lost
    assert state == "ended"


def test_a_reset_is_seen_at_once() -> None:
    """RST ends the other end without a rest."""

    def story(world: World) -> str:
        port = world.connect()
        port.reset()
        world.clock.sleep(1)
        return world.lost

    assert "reset by the other end" in in_world(story)


def test_a_written_request_vanishes_in_a_hole_and_the_sender_is_not_told() -> None:
    """Write succeeds; the retries grow apart; after some two minutes the connection is dead."""

    def story(world: World) -> tuple[float, int, bytes, str]:
        port = world.connect()
        world.link.set_outage(on=True)
        begin = world.clock.now()
        port.write(b"request")
        assert port.read(begin + 60) is None
        with pytest.raises(PortLost, match="no answer"):
            port.read(begin + 500)
        return world.clock.now() - begin, port.sent_again, world.heard, port.state

    took, again, heard, state = in_world(story)

    assert took == pytest.approx(123, abs=1)
    assert (again, heard, state) == (6, b"", "ended")


def test_a_hole_that_closes_in_time_costs_only_time() -> None:
    """The same connection goes on, and the request arrives once."""

    def story(world: World) -> tuple[bytes, bytes]:
        port = world.connect()
        world.link.set_outage(on=True)
        port.write(b"request")
        world.clock.sleep(20)
        world.link.set_outage(on=False)
        return read_all(port, 7, 60), world.heard

    assert in_world(story) == (b"request", b"request")


def test_an_answer_lost_on_the_way_back_leaves_the_request_delivered() -> None:
    """The case payments are about: the host has it, the sender cannot know."""

    def story(world: World) -> tuple[bytes, object]:
        port = world.connect()
        world.link.set_outage(on=True, way="down")
        port.write(b"request")
        return world.heard, port.read(world.clock.now() + 30) or world.heard

    assert in_world(story) == (b"", b"request")


def test_power_loss_sends_nothing() -> None:
    """The host learns of a vanished end only by its own retries."""

    def story(world: World) -> tuple[str, str]:
        port = world.connect()
        world.clock.sleep(1)
        port.vanish()
        world.clock.sleep(60)
        before = world.lost
        world.ends[0].write(b"are you there?")
        world.clock.sleep(200)
        return before, world.lost

    before, after = in_world(story)

    assert before == ""
    assert "no answer" in after


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (lambda world: world.internet.withdraw(HOST, 443), net.Refused),
        (lambda world: world.internet.silent_hosts.add(HOST), net.TimedOut),
        (lambda world: setattr(world.internet, "names_silent", True), net.NameSilent),
        (lambda world: world.link.set_outage(on=True), net.NameSilent),
    ],
)
def test_each_trouble_has_its_own_error(
    trouble: Callable[[World], Any], error: type[Exception]
) -> None:
    """RST, silence and a dead name service are told apart."""

    def story(world: World) -> float:
        trouble(world)
        with pytest.raises(error):
            world.connect(within=15)
        return world.clock.now()

    assert in_world(story) <= 15.1


def test_an_unknown_name_and_an_address() -> None:
    """A name is asked for, an address is not."""

    def story(world: World) -> None:
        with pytest.raises(net.NameUnknown, match="nowhere"):
            world.connect(host="nowhere.test")
        world.internet.names_silent = True
        world.internet.serve("10.0.0.9", 443, lambda _: None)
        assert world.connect(host="10.0.0.9").state == "open"

    in_world(story)


def test_an_address_in_a_hole_times_out_at_the_callers_limit() -> None:
    """SYN is sent again meanwhile."""

    def story(world: World) -> tuple[float, int]:
        world.link.set_outage(on=True)
        with pytest.raises(net.TimedOut):
            world.connect(host="10.0.0.9", within=10)
        return world.clock.now(), world.link.stats()["dropped"]

    when, dropped = in_world(story)

    assert when == pytest.approx(10, abs=0.01)
    assert dropped == 4  # at 0, 1, 3 and 7 s


def test_headers_and_retries_are_charged() -> None:
    """A small request costs its headers, the handshake, the name, and every retry."""

    def story(world: World) -> tuple[int, int]:
        carrier = world.link.carrier
        port = world.connect()
        port.write(b"x" * 10)
        read_all(port, 10, 5)
        world.clock.sleep(1)
        quiet = 100_000 - (carrier.left or 0)
        world.internet.silent_hosts.add(HOST)
        port.write(b"x" * 10)
        world.clock.sleep(10)
        return quiet, 100_000 - (carrier.left or 0) - quiet

    quiet, retries = in_world(story, data_left=100_000)

    names = (46 + len(HOST)) + (46 + len(HOST) + 16)
    assert quiet == names + 3 * 40 + 2 * 50 + 2 * 40
    assert retries == 4 * 50  # at 0, 1, 3 and 7 s


@pytest.mark.parametrize("mode", ["drop", "reset"])
def test_the_end_of_the_plan_is_silence_or_a_reset(mode: str) -> None:
    """In the middle of a connection, as the carrier does it."""

    def story(world: World) -> str:
        port = world.connect()
        world.link.carrier.set_left(0)
        port.write(b"request")
        try:
            assert port.read(world.clock.now() + 30) is None
        except PortLost as lost:
            return str(lost)
        return "silence"

    said = in_world(story, exhaustion=mode, data_left=10_000)

    assert ("reset" in said) == (mode == "reset")


def test_a_new_connection_on_an_empty_plan_that_resets_is_refused() -> None:
    """As by a gateway."""

    def story(world: World) -> None:
        world.internet.serve("10.0.0.9", 443, lambda _: None)
        with pytest.raises(net.Refused):
            world.connect(host="10.0.0.9")

    in_world(story, exhaustion="reset", data_left=0)


def test_a_killed_caller_leaves_nothing_that_goes_on_sending() -> None:
    """A terminal that loses power while it connects sends no further SYN."""

    def story(world: World) -> int:
        world.internet.silent_hosts.add("10.0.0.9")
        task = world.clock.spawn("terminal", lambda: world.connect(host="10.0.0.9", within=100))
        world.clock.sleep(0.5)
        task.kill()
        world.clock.sleep(60)
        return world.link.stats()["packets"]

    assert in_world(story) == 1


def test_a_server_that_will_not_have_a_connection_resets_it() -> None:
    """It is the client's loss, and nobody else's."""

    def story(world: World) -> str:
        def refuse(port: Port) -> None:
            raise PortLost(f"{port.address}: refused")

        world.internet.serve(HOST, 444, refuse)
        end = world.connect(444)
        with pytest.raises(PortLost):
            end.read(until=world.clock.now() + 5.0)
        return end.state

    assert in_world(story) == "ended"
