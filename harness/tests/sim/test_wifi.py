"""An access point and the terminal's station on it."""

import random

import pytest

from harness.clock import CooperativeClock
from harness.errors import PortLost
from harness.links.link import Link
from harness.ports.base import Port
from harness.sim.internet import Internet, NoBearer
from harness.sim.wifi import AccessPoint, Station


def bench(clock: CooperativeClock) -> tuple[AccessPoint, Station, Link]:
    """An echo server behind the access point."""
    link = Link(clock, rng=random.Random(1))
    internet = Internet(clock, link)

    def accept(port: Port) -> None:
        def echo() -> None:
            try:
                while (chunk := port.read()) is not None:
                    port.write(chunk.data)
            except PortLost:
                return

        clock.spawn("echo", echo)

    internet.serve("echo.test", 7, accept)
    point = AccessPoint(clock, internet, rng=random.Random(2))
    return point, Station(point), link


def test_packets_go_past_the_carrier_and_are_counted_by_the_station() -> None:
    """An empty plan is nothing to Wi-Fi."""
    clock = CooperativeClock()
    _, station, link = bench(clock)
    link.carrier.set_left(0)

    def story() -> None:
        clock.sleep(4.0)
        port = station.connect("echo.test", 7, until=clock.now() + 5.0)
        port.write(b"hello")
        chunk = port.read(clock.now() + 5.0)
        assert chunk is not None
        assert chunk.data == b"hello"
        assert station.sent > 45
        assert station.received > 45

    clock.run(story)


def test_without_an_access_point_there_is_no_way_and_old_sockets_are_dead() -> None:
    """It goes, and nobody is told; it comes back, and the station associates by itself."""
    clock = CooperativeClock()
    point, station, _ = bench(clock)

    def story() -> None:
        clock.sleep(4.0)
        port = station.connect("echo.test", 7, until=clock.now() + 5.0)
        point.set_on(on=False)
        assert not station.associated
        with pytest.raises(NoBearer):
            station.connect("echo.test", 7, until=clock.now() + 5.0)
        point.set_on(on=True)
        clock.sleep(4.0)
        assert station.associated
        port.write(b"hello")
        assert port.read(clock.now() + 5.0) is None
        port.reset()

    clock.run(story)
