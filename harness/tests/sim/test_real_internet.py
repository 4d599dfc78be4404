"""The internet of real packets: the same failures as the virtual one's, from the kernel's TCP."""

import random
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost, RigError
from harness.links.carrier import Carrier
from harness.links.link import Link
from harness.links.tun import Tun, probe
from harness.model.network import Exhaustion
from harness.ports.base import Port
from harness.sim import internet as net
from harness.sim.bench import Bench
from harness.sim.bench_plan import check_plan
from harness.sim.real_internet import RealInternet
from harness.sim.tcp import End

HOST = "host.test"
LIMIT = 30.0  # s
SOON = 3.0  # s: for what never comes


@pytest.fixture(scope="module")
def in_world() -> Iterator["Run"]:
    """Runs a story in a new world, over the namespaces of one worker; skipped where forbidden."""
    why = probe()
    if why:
        pytest.skip(f"no links of real packets here: {why}")
    with Tun(bare=True, rto=1.0) as tun:
        yield partial(run_story, tun)


class World:
    """A link, a real internet behind it, and a host that echoes."""

    def __init__(self, clock: CooperativeClock, tun: Tun) -> None:
        self.clock = clock
        self.link = Link(clock, rng=random.Random(1))
        self.link.shape(delay=0.0, jitter=0.0, rate=None)
        self.internet = RealInternet(clock, self.link, tun, rng=random.Random(2))
        self.internet.serve(HOST, 443, self._accept)
        self.ends: list[End] = []
        self.far: list[Port] = []
        self.events: list[str] = []
        self.link.carrier.on_event.append(lambda event, _fields: self.events.append(event))

    def _accept(self, port: Port) -> None:
        self.far.append(port)
        self.clock.spawn("host", lambda: self._echo(port))

    def _echo(self, port: Port) -> None:
        try:
            while (chunk := port.read()) is not None:
                port.write(chunk.data)
        except PortLost:
            port.close()

    def connect(
        self, port: int = 443, host: str = HOST, within: float = LIMIT, way: Any = None
    ) -> End:
        until = self.clock.now() + within
        end = self.internet.connect(host, port, until=until, way=way)
        self.ends.append(end)
        return end

    def close(self) -> None:
        """Nothing is left open."""
        for end in (*self.ends, *self.far):
            end.close()
        self.clock.sleep(0.1)
        self.internet.close()

    def wait_for(self, true: Callable[[], bool]) -> None:
        """Until it is; looks often."""
        until = self.clock.now() + LIMIT
        while not true() and self.clock.now() < until:
            self.clock.sleep(0.01)
        assert true()


def read_all(port: Port, size: int) -> bytes:
    """So many bytes, or what came in time."""
    heard, until = b"", port.clock.now() + LIMIT
    while len(heard) < size and (chunk := port.read(until)) is not None:
        heard += chunk.data
    return heard


Story = Callable[[World], None]
Run = Callable[[Story], None]


def run_story(tun: Tun, story: Story) -> None:
    """In a new world, of which nothing is left open."""
    clock = CooperativeClock(wall=True)

    def main() -> None:
        world = World(clock, tun)
        try:
            story(world)
        finally:
            world.close()

    clock.run(main)


def test_names_connections_and_bytes(in_world: Run) -> None:
    """A name is asked for, a connection made, bytes come back; all of it is charged."""

    def story(world: World) -> None:
        world.link.carrier.set_left(1_000_000)
        port = world.connect()
        sent = random.Random(3).randbytes(50_000)
        port.write(sent)
        assert read_all(port, len(sent)) == sent
        assert world.events == ["name_asked"]
        left = world.link.carrier.left
        assert left is not None
        assert left < 1_000_000 - 2 * 50_000
        port.close()
        with pytest.raises(PortLost):
            port.write(b"more")

    in_world(story)


def test_every_failure_has_its_own_name(in_world: Run) -> None:
    """As on the virtual bench: what the terminal's diagnosis rests on."""

    def story(world: World) -> None:
        with pytest.raises(net.NameUnknown):
            world.connect(host="nobody.test")
        with pytest.raises(net.Refused):
            world.connect(port=81)
        world.internet.guard(HOST, 443, lambda: "closed")
        with pytest.raises(net.Refused):
            world.connect()
        world.internet.guard(HOST, 443, lambda: "silent")
        with pytest.raises(net.TimedOut):
            world.connect(within=SOON)
        world.internet.guard(HOST, 443, lambda: "open")
        world.link.carrier.set_names("refused")
        with pytest.raises(net.NameSilent):
            world.connect()
        world.link.carrier.set_names("answer")
        world.link.carrier.set_exhaustion(Exhaustion("drop", icmp=True))
        world.link.carrier.set_left(0)
        with pytest.raises(net.Unreachable):
            world.connect(host=world.internet.zone[HOST])
        world.link.carrier.set_exhaustion(Exhaustion("drop"))
        with pytest.raises(net.TimedOut):
            world.connect(host=world.internet.zone[HOST], within=SOON)
        world.internet.withdraw(HOST, 443)

    in_world(story)


def test_a_plan_that_ends_by_reset_ends_both_ends(in_world: Run) -> None:
    """The terminal's end says who did it; the host's is closed."""

    def story(world: World) -> None:
        port = world.connect()
        world.link.carrier.set_exhaustion(Exhaustion("reset"))
        world.link.carrier.set_left(0)

        port.write(b"x")

        with pytest.raises(PortLost, match="reset by the other end"):
            port.read(world.clock.now() + LIMIT)
        world.wait_for(lambda: world.far[0].readable)

    in_world(story)


def test_a_walled_garden_leads_to_the_portal(in_world: Run) -> None:
    """Whatever host was meant; it is told, and what is beyond comes back with a top-up."""

    def story(world: World) -> None:
        world.link.carrier.set_exhaustion(Exhaustion("redirect"))
        world.link.carrier.set_left(0)
        port = world.connect(port=80, host=world.internet.zone[HOST])
        port.write(b"GET / HTTP/1.1\r\nHost: host.test\r\n\r\n")
        chunk = port.read(world.clock.now() + LIMIT)
        assert chunk is not None
        assert chunk.data.startswith(b"HTTP/1.1 302")
        assert "diverted" in world.events

        world.link.carrier.top_up(1_000_000)
        again = world.connect()
        again.write(b"hello")
        assert read_all(again, 5) == b"hello"

    in_world(story)


def test_what_has_lost_its_power_says_nothing_any_more(in_world: Run) -> None:
    """Neither FIN nor RST: the host's end still waits."""

    def story(world: World) -> None:
        port = world.connect()
        port.write(b"hello")
        assert read_all(port, 5) == b"hello"

        port.vanish()
        world.clock.sleep(1.0)

        assert port.state == "ended"
        assert not world.far[0].readable

    in_world(story)


def test_what_is_sent_again_is_counted(in_world: Run) -> None:
    """As a small stack sends it again: after a second at the earliest."""

    def story(world: World) -> None:
        port = world.connect()
        world.link.set_outage(on=True)
        port.write(b"hello")
        port.read(world.clock.now() + 0.5)
        assert port.sent_again == 0
        until = world.clock.now() + LIMIT
        while not port.sent_again and world.clock.now() < until:
            port.read(world.clock.now() + 0.2)
        assert port.sent_again
        world.link.set_outage(on=False)
        assert read_all(port, 5) == b"hello"

    in_world(story)


def test_each_conversation_goes_its_own_way(in_world: Run) -> None:
    """Two accounts on one link: each is charged for its own, and its end is its own."""

    class Second:
        """A way on another account."""

        def __init__(self, link: Link) -> None:
            self.account, self._link = Carrier(1_000_000), link

        def carry(self, size: int, **more: object) -> None:
            self._link.carry(size, account=self.account, **more)  # type: ignore[arg-type]

    def story(world: World) -> None:
        way = Second(world.link)
        other = world.connect(way=way)
        world.link.carrier.set_left(0)

        other.write(b"hello")

        assert read_all(other, 5) == b"hello"
        assert way.account.left is not None
        assert way.account.left < 1_000_000

    in_world(story)


def test_a_bench_in_virtual_time_has_no_real_packets() -> None:
    """It says so, and so does a link that nobody knows."""
    clock = CooperativeClock()
    bench = Bench(clock, {"terminal": None, "link": "tun"})

    with pytest.raises(RigError, match="clock: real"):
        clock.run(lambda: bench.internet)
    assert not list(check_plan({"link": "tun"}))
    assert "did you mean" in next(iter(check_plan({"link": "tunn"})))
