"""The datagram port: one peer, whole datagrams, and an answer of nobody."""

import socket

import pytest

from harness.clock import ThreadClock
from harness.errors import PortLost
from harness.model.address import way_to
from harness.ports.udp import UdpPort
from harness.rig.address import port_to
from harness.tests.patience import LIMIT


def test_its_address_leads_to_it() -> None:
    """As a rig file spells it; without a port it is no address."""
    assert way_to("udp://10.0.0.7:161") == "udp"
    assert way_to("udp://[::1]:161") == "udp"
    assert isinstance(port_to("udp://127.0.0.1:161", ThreadClock()), UdpPort)
    with pytest.raises(ValueError, match="no address"):
        way_to("udp://10.0.0.7")


@pytest.mark.parametrize(
    ("family", "place"), [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
)
def test_a_write_is_a_datagram_and_a_datagram_is_a_chunk(
    family: socket.AddressFamily, place: str
) -> None:
    """An empty one ends nothing; what somebody else sends is not taken."""
    with socket.socket(family, socket.SOCK_DGRAM) as peer:
        try:
            peer.bind((place, 0))
        except OSError:
            pytest.skip("no IPv6 here")
        clock, number = ThreadClock(), peer.getsockname()[1]
        host = f"[{place}]" if family == socket.AF_INET6 else place
        port = UdpPort(clock, f"udp://{host}:{number}")
        port.open()
        port.write(b"one")
        port.write(b"two")
        first, client = peer.recvfrom(100)
        assert (first, peer.recv(100)) == (b"one", b"two")
        with socket.socket(family, socket.SOCK_DGRAM) as stranger:
            stranger.sendto(b"mine", client)
        for answer in (b"", b"three", b"four"):
            peer.sendto(answer, client)
        chunks = [port.read(clock.now() + LIMIT) for _ in range(2)]
        assert [chunk and chunk.data for chunk in chunks] == [b"three", b"four"]
        port.close()
        with pytest.raises(PortLost):
            port.write(b"five")


def test_a_port_that_nobody_has_is_told_at_the_next_read() -> None:
    """By ICMP; opening it again is possible."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as gone:
        gone.bind(("127.0.0.1", 0))
        number = gone.getsockname()[1]
    clock = ThreadClock()
    port = UdpPort(clock, f"udp://127.0.0.1:{number}")
    port.open()
    port.write(b"anybody?")
    with pytest.raises(PortLost, match="refused"):
        port.read(clock.now() + LIMIT)
    port.open()
    port.close()


@pytest.mark.parametrize("address", ["udp://nowhere.invalid:161", "udp://127.0.0.1:99999", "x:1"])
def test_a_place_that_is_none_is_a_lost_port(address: str) -> None:
    """Not an error of the library underneath."""
    with pytest.raises(PortLost):
        UdpPort(ThreadClock(), address).open()
