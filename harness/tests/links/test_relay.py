"""The relay: a worker process, real sockets on loopback, and what it refuses to pretend."""

import contextlib
import re
import socket
import struct
from collections.abc import Iterator, Mapping

import pytest

from harness.clock import ThreadClock
from harness.drivers.relay import Driver
from harness.errors import DeviceRefused
from harness.links.relay_limits import LACKS, refusal
from harness.model.network import Exhaustion
from harness.model.units import BitRate, Bytes, Fraction, Seconds
from harness.ports.worker import WorkerPort

CLOCK = ThreadClock()
PATIENCE = 20  # s


@pytest.fixture(scope="module")
def host() -> Iterator[socket.socket]:
    """A host that listens."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(PATIENCE)
        yield made


@pytest.fixture(scope="module")
def datagrams() -> Iterator[socket.socket]:
    """A host that takes datagrams."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.settimeout(PATIENCE)
        yield made


@pytest.fixture(scope="module")
def started(host: socket.socket, datagrams: socket.socket) -> Iterator[Driver]:
    """A relay with a door for each; and one to where nobody listens."""
    port = WorkerPort(CLOCK, "relay://test")
    port.open()
    doors = {
        "tcp/0": f"127.0.0.1:{host.getsockname()[1]}",
        "udp/0": f"127.0.0.1:{datagrams.getsockname()[1]}",
        "0": "127.0.0.1:1",
    }
    yield Driver(port, doors=doors)
    port.close()


@pytest.fixture
def relay(started: Driver) -> Iterator[Driver]:
    """A relay that only passes on, and will again afterwards."""
    yield started
    started.make_safe()


def place(relay: Driver, door: str) -> tuple[str, int]:
    """Where a door listens."""
    address, _, port = relay.open_doors()[door].rpartition(":")
    return address, int(port)


@contextlib.contextmanager
def joined(relay: Driver, host: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    """A connection through the relay: the terminal's end, and the host's."""
    with socket.create_connection(place(relay, "tcp/0"), PATIENCE) as near:
        far, _ = host.accept()
        far.settimeout(PATIENCE)
        with far:
            yield near, far


def received(end: socket.socket, amount: int) -> int:
    """How much came, up to ``amount``; the end of the stream ends it."""
    came = 0
    while came < amount and (part := end.recv(65536)):
        came += len(part)
    return came


def first_word(there: tuple[str, int]) -> bytes:
    """What somebody says to who connects."""
    with socket.create_connection(there, PATIENCE) as near:
        return near.recv(100)


def test_it_passes_on_both_ways(relay: Driver, host: socket.socket) -> None:
    """What is said arrives whole, in order, both ways; and the end is passed on, too."""
    said = bytes(range(256)) * 800

    with joined(relay, host) as (near, far):
        near.sendall(said)
        near.shutdown(socket.SHUT_WR)
        heard = b""
        while part := far.recv(65536):
            heard += part
        far.sendall(b"answer")
        far.close()
        answer = near.recv(100), near.recv(100)

    assert re.search("terminal-harness relay", relay.identify())
    assert heard == said
    assert answer == (b"answer", b"")


def test_a_delay_comes_after_the_connection(relay: Driver, host: socket.socket) -> None:
    """A question takes no less than the way there and back."""
    relay.shape(delay=Seconds(0.1))

    with joined(relay, host) as (near, far):
        began = CLOCK.now()
        near.sendall(b"question")
        far.sendall(far.recv(100))
        near.recv(100)
        took = CLOCK.now() - began

    assert took >= 0.2


def test_a_rate_holds_the_sender_back_and_loses_nothing(relay: Driver, host: socket.socket) -> None:
    """30 kB at 320 kbit/s take no less than their time, and all of it arrives."""
    relay.set_profile({"rate": 320_000, "queue": 2000}, {})

    with joined(relay, host) as (near, far):
        began = CLOCK.now()
        near.sendall(bytes(30_000))
        came = received(far, 30_000)
        took = CLOCK.now() - began

    assert came == 30_000
    assert took >= 30_000 * 8 / 320_000 * 0.9


def test_a_plan_that_ends_by_reset_cuts_after_its_bytes(relay: Driver, host: socket.socket) -> None:
    """Both ends are reset once the plan is used up, and never more than it passed."""
    relay.set_exhaustion(Exhaustion("reset"))
    relay.set_data_left(Bytes(10_000))

    with joined(relay, host) as (near, far):
        near.sendall(bytes(50_000))
        came = 0
        with contextlib.suppress(ConnectionResetError):
            while part := far.recv(65536):
                came += len(part)
        with pytest.raises(ConnectionError):
            received(near, 1)

    assert 0 < came <= 10_000
    assert relay.data_left() == 0


def test_a_throttled_plan_goes_on_slowly(relay: Driver, host: socket.socket) -> None:
    """After the end of the plan everything still arrives, at the carrier's rate."""
    relay.set_exhaustion(Exhaustion("throttle", up=BitRate(320_000), down=BitRate(320_000)))
    relay.set_data_left(Bytes(0))

    with joined(relay, host) as (near, far):
        began = CLOCK.now()
        near.sendall(bytes(20_000))
        came = received(far, 20_000)
        took = CLOCK.now() - began

    assert came == 20_000
    assert took >= (20_000 - 8000) * 8 / 320_000


def test_a_stall_holds_everything_and_loses_nothing(relay: Driver, host: socket.socket) -> None:
    """While it lasts nothing arrives; afterwards all of it."""
    with joined(relay, host) as (near, far):
        relay.set_outage(on=True)
        near.sendall(b"held back")
        far.settimeout(0.3)
        with pytest.raises(TimeoutError):
            far.recv(100)

        relay.set_outage(on=False)
        far.settimeout(PATIENCE)

        assert far.recv(100) == b"held back"


def test_a_reset_is_passed_on(relay: Driver, host: socket.socket) -> None:
    """A terminal that resets its connection resets the host's."""
    with joined(relay, host) as (near, far):
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        near.close()

        with pytest.raises(ConnectionResetError):
            far.recv(100)


def test_nobody_behind_the_door_is_a_reset(relay: Driver) -> None:
    """The relay has taken the connection before it knows that the host refuses."""
    there = place(relay, "0")

    with pytest.raises(ConnectionResetError):  # by the first word, or sooner
        first_word(there)


def test_datagrams_find_their_way_back(relay: Driver, datagrams: socket.socket) -> None:
    """Each client has a way of its own."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as near:
        near.settimeout(PATIENCE)
        near.sendto(b"question", place(relay, "udp/0"))
        question, whom = datagrams.recvfrom(100)
        datagrams.sendto(b"answer", whom)

        assert (question, near.recv(100)) == (b"question", b"answer")


@pytest.mark.parametrize(
    ("request_", "word"),
    [
        ({"do": "shape", "loss": 0.1}, "loss"),
        ({"do": "shape", "burst": [0.1, 0.2]}, "burst"),
        ({"do": "set_profile", "up": {}, "down": {"mtu": 576}}, "mtu"),
        ({"do": "follow", "timeline": [[0, {"reorder": 0.1}]]}, "reorder"),
        ({"do": "set_exhaustion", "mode": "drop"}, "mode:drop"),
        ({"do": "set_exhaustion", "mode": "deactivate"}, "mode:deactivate"),
        ({"do": "set_exhaustion", "mode": "reset", "needs": "power"}, "needs"),
    ],
)
def test_what_it_cannot_model_is_refused_by_name(request_: Mapping[str, object], word: str) -> None:
    """The reason begins with the word that a scenario was refused for before the run."""
    assert refusal(request_) == f"{word}: {LACKS[word]}"


@pytest.mark.parametrize("word", ["set_names", "set_access", "set_congestion", "set_subscription"])
def test_what_is_the_carriers_is_not_played_at_all(word: str) -> None:
    """The driver has no such word, and the worker refuses it."""
    assert not hasattr(Driver, word)
    assert refusal({"do": word}).startswith(word)


@pytest.mark.parametrize(
    "request_",
    [
        {"do": "shape", "loss": 0, "burst": None, "delay": 0.1},
        {"do": "set_profile", "up": {"rate": 1e5, "loss": 0}, "down": {}},
        {"do": "set_exhaustion", "mode": "throttle"},
        {"do": "capture", "path": None},
        {"do": "stats"},
    ],
)
def test_what_it_can_do_is_not_refused(request_: Mapping[str, object]) -> None:
    """Nothing asked for is nothing refused."""
    assert refusal(request_) == ""


def test_the_worker_refuses_as_well(relay: Driver) -> None:
    """Who does not ask before is told in the run."""
    with pytest.raises(DeviceRefused, match="loss: a relay carries streams"):
        relay.shape(loss=Fraction(0.1))


@pytest.mark.parametrize("door", ["http", "99999", "sctp/5"])
def test_a_door_that_is_none_is_refused(door: str) -> None:
    """Told when the bench is looked at, before a run."""
    port = WorkerPort(CLOCK, "relay://wrong")
    port.open()
    try:
        with pytest.raises(DeviceRefused, match="is no door"):
            Driver(port, doors={door: "127.0.0.1:5000"}).identify()
    finally:
        port.close()
