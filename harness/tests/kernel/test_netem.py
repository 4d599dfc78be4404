"""A gateway on a kernel that has netem: delays and what else only netem does, through the driver.

Skipped where the kernel has none; ``tox -e kernel`` brings one that has. In an emulated machine
medians are evidence, extremes are not.
"""

import contextlib
import os
import socket
import statistics
import threading
from collections.abc import Iterator

import pytest

from harness.clock import ThreadClock
from harness.drivers.gateway import Driver
from harness.model.units import Seconds
from harness.ports.gateway import GatewayPort
from harness.tests.links.lab import HOST, Lab, lab

CLOCK = ThreadClock()
PORT = 7100
PATIENCE = 20.0  # s


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The three boxes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HARNESS_LINKS", str(tmp_path_factory.mktemp("links")))
        patch.setattr("harness.ports.gateway.START", 400.0)  # an emulated machine takes its time
        with lab(f"nt{os.getpid()}") as made:
            yield made


@pytest.fixture(scope="module")
def started(boxes: Lab) -> Iterator[Driver]:
    """A gateway at work."""
    port = GatewayPort(CLOCK, boxes.address)
    port.open()
    driver = Driver(port)
    if "delay" in driver.lacks():
        port.close()
        pytest.skip(driver.lacks()["delay"])
    yield driver
    port.close()


@pytest.fixture
def box(started: Driver) -> Iterator[Driver]:
    """A gateway that does nothing yet, and will not afterwards."""
    yield started
    started.make_safe()


@pytest.fixture
def echo(boxes: Lab) -> Iterator[None]:
    """The host sends back every datagram."""
    with boxes.make_socket(boxes.host, socket.SOCK_DGRAM) as line:
        line.bind((HOST, PORT))
        line.settimeout(0.2)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                with contextlib.suppress(TimeoutError):
                    seen, whom = line.recvfrom(2048)
                    line.sendto(seen, whom)

        thread = threading.Thread(target=serve)
        thread.start()
        yield
        over.set()
        thread.join()


def round_trips(boxes: Lab, number: int) -> list[float]:
    """Of datagrams, one after the other, s."""
    with boxes.make_socket(boxes.terminal, socket.SOCK_DGRAM) as line:
        line.settimeout(PATIENCE)
        took = []
        for _ in range(number):
            began = CLOCK.now()
            line.sendto(b"x" * 100, (HOST, PORT))
            line.recv(2048)
            took.append(CLOCK.now() - began)
        return took


def burst(boxes: Lab, number: int, *, quiet: float = 2.0) -> list[int]:
    """Numbered datagrams at once; the numbers in the order in which they came back."""
    with boxes.make_socket(boxes.terminal, socket.SOCK_DGRAM) as line:
        line.settimeout(quiet)
        for one in range(number):
            line.sendto(one.to_bytes(2, "big") * 50, (HOST, PORT))
        back = []
        with contextlib.suppress(TimeoutError):
            while True:
                back.append(int.from_bytes(line.recv(2048)[:2], "big"))
        return back


@pytest.mark.usefixtures("echo")
def test_a_delay_is_kept_both_ways(boxes: Lab, box: Driver) -> None:
    """50 ms each way: never less than 100 ms there and back, and in the middle not much more."""
    floor = statistics.median(round_trips(boxes, 10))
    box.shape(delay=Seconds(0.05))

    took = round_trips(boxes, 15)

    median = statistics.median(took)
    print(f"\nfloor {floor * 1000:.1f} ms; 50 + 50 ms: p50 {median * 1000:.1f} ms")  # noqa: T201
    assert min(took) >= 0.0995
    assert median < 0.15 + floor


@pytest.mark.usefixtures("echo")
def test_a_delay_is_changed_in_place(boxes: Lab, box: Driver) -> None:
    """What is under way is not lost when the delay changes (``change`` keeps the queue)."""
    box.set_profile({"delay": 1.0}, {})
    with boxes.make_socket(boxes.terminal, socket.SOCK_DGRAM) as line:
        line.settimeout(PATIENCE)
        for one in range(20):
            line.sendto(bytes([one]), (HOST, PORT))

        box.set_profile({"delay": 0.5}, {})

        came = {line.recv(100)[0] for _ in range(20)}
    assert came == set(range(20))


@pytest.mark.usefixtures("echo")
def test_packets_are_doubled(boxes: Lab, box: Driver) -> None:
    """Half of 100 packets arrives twice, within five standard deviations."""
    box.set_profile({"duplicate": 0.5}, {})

    assert 125 <= len(burst(boxes, 100)) <= 175


@pytest.mark.usefixtures("echo")
def test_packets_are_spoilt(boxes: Lab, box: Driver) -> None:
    """A wrong bit ends most of them at a checksum: clearly fewer than all arrive whole."""
    box.set_profile({"corrupt": 0.6}, {})

    assert 10 <= len(burst(boxes, 100)) <= 75


@pytest.mark.usefixtures("echo")
def test_packets_overtake_others(boxes: Lab, box: Driver) -> None:
    """Those that do without the delay come first."""
    box.set_profile({"delay": 0.3, "reorder": 0.3}, {})

    back = burst(boxes, 50)

    assert len(back) == 50
    assert back != sorted(back)


@pytest.mark.usefixtures("echo")
def test_rate_and_delay_go_together(boxes: Lab, box: Driver) -> None:
    """Twenty packets of 128 bytes at 32 kbit/s and 200 ms: none is lost, none is early."""
    box.set_profile({"rate": 32_000, "delay": 0.2, "jitter": 0.0, "queue": 20_000}, {})
    began = CLOCK.now()

    back = burst(boxes, 20)

    assert back == list(range(20))
    assert CLOCK.now() - began >= 0.2 + (20 - 15) * 142 * 8 / 32_000


def test_what_netem_was_told_is_read_back(box: Driver) -> None:
    """Every knob at once, and the box agrees with itself."""
    both = {"delay": 0.123, "jitter": 0.02, "duplicate": 0.01, "corrupt": 0.02, "rate": 1e6}

    box.set_profile(both, both)

    box.look()
