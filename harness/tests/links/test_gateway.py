"""The gateway in namespaces of its own: terminal - gateway - host, with the kernel's own queues."""

import contextlib
import os
import re
import socket
import ssl
import threading
from collections.abc import Iterator

import pytest

from harness.clock import ThreadClock
from harness.drivers.gateway import Driver
from harness.errors import DeviceRefused
from harness.links import names
from harness.model.network import Exhaustion, NamesMode
from harness.model.units import BitRate, Bytes, Fraction, Seconds
from harness.ports.gateway import GatewayPort
from harness.tests.links.lab import GATEWAY, HOST, Lab, lab

CLOCK = ThreadClock()
HEADERS = 28  # IPv4 and UDP


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """The three boxes."""
    with pytest.MonkeyPatch.context() as patch, lab(f"gw{os.getpid()}") as made:
        patch.setenv("HARNESS_LINKS", str(tmp_path_factory.mktemp("links")))
        yield made


@pytest.fixture(scope="module")
def started(boxes: Lab) -> Iterator[Driver]:
    """A gateway at work."""
    port = GatewayPort(CLOCK, boxes.address)
    port.open()
    yield Driver(port)
    port.close()


@pytest.fixture
def box(started: Driver) -> Iterator[Driver]:
    """A gateway that does nothing yet, and will not afterwards."""
    yield started
    started.make_safe()


def flood(boxes: Lab, packets: int, size: int, *, seconds: float = 1.0) -> tuple[int, float]:
    """UDP to the host: how many packets arrived, and how long the last one took."""
    with (
        boxes.make_socket(boxes.host, socket.SOCK_DGRAM) as there,
        boxes.make_socket(boxes.terminal, socket.SOCK_DGRAM) as here,
    ):
        there.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        here.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 1 << 20)
        there.bind((HOST, 7000))
        there.settimeout(seconds)
        began = last = CLOCK.now()
        for _ in range(packets):
            with contextlib.suppress(OSError):  # an ICMP error of the packet before
                here.sendto(bytes(size - HEADERS), (HOST, 7000))
        arrived = 0
        with contextlib.suppress(TimeoutError):
            while arrived < packets:
                there.recv(2048)
                arrived, last = arrived + 1, CLOCK.now()
        return arrived, last - began


def joined(boxes: Lab, port: int) -> tuple[socket.socket, socket.socket]:
    """A TCP connection: the terminal's end and the host's."""
    with boxes.listen(port) as door:
        near = boxes.connect(port)
        far, _ = door.accept()
    far.settimeout(20)
    return near, far


def received(end: socket.socket, amount: int) -> int:
    """How much came, up to ``amount``; 20 s of silence end it."""
    came = 0
    with contextlib.suppress(TimeoutError):
        while came < amount:
            part = end.recv(65536)
            if not part:
                break
            came += len(part)
    return came


def test_without_a_wish_everything_passes(boxes: Lab, box: Driver) -> None:
    """A gateway that was told nothing is no obstacle, and counts what passes."""
    arrived, _ = flood(boxes, 20, 500)

    assert re.search("terminal-harness gateway", box.identify())
    assert arrived == 20
    assert box.stats()["packets"] >= 20
    assert box.data_left() is None


def test_a_rate_is_kept_in_the_queue_of_the_kernel(boxes: Lab, box: Driver) -> None:
    """20 packets of 1000 bytes take no less than their time at 128 kbit/s, and none is lost."""
    box.shape(rate=BitRate(128_000))

    arrived, took = flood(boxes, 20, 1000, seconds=20)

    assert arrived == 20
    assert took >= (20 - 3) * 1000 * 8 / 128_000  # a burst of the bucket is free


def test_what_finds_no_room_in_the_queue_is_dropped(boxes: Lab, box: Driver) -> None:
    """A queue of 3000 bytes in front of a slow line takes no more."""
    box.set_profile({"rate": 64_000, "queue": 3000}, {})

    arrived, _ = flood(boxes, 40, 1000)

    assert 2 <= arrived < 20
    assert box.stats()["dropped"] >= 20


def test_loss_is_even_and_about_what_was_asked(boxes: Lab, box: Driver) -> None:
    """Half of 400 packets is lost, within five standard deviations."""
    box.shape(loss=Fraction(0.5))

    arrived, _ = flood(boxes, 400, 100)

    assert 150 <= arrived <= 250


def test_a_plan_never_lets_more_through_than_it_has(boxes: Lab, box: Driver) -> None:
    """Of a quota of 20 kB at most one packet is missing, and nothing is over."""
    box.set_data_left(Bytes(20_000))

    arrived, _ = flood(boxes, 40, 700)

    assert 20_000 - 700 < arrived * 700 <= 20_000
    assert box.data_left() == 0


def test_a_top_up_in_place_revives_the_same_connection(boxes: Lab, box: Driver) -> None:
    """A TCP connection that the end of the plan has stopped goes on by itself after a top-up."""
    near, far = joined(boxes, 5001)
    box.set_data_left(Bytes(30_000))
    near.setblocking(False)
    sent = near.send(bytes(60_000))
    while box.data_left():
        CLOCK.sleep(0.05)
    far.settimeout(0.5)
    before = received(far, sent)

    box.top_up(Bytes(1_000_000))
    far.settimeout(20)
    after = received(far, sent - before)

    assert 0 < before < 30_000
    assert before + after == sent
    near.close()
    far.close()


def test_a_plan_that_ends_by_reset_ends_connections(boxes: Lab, box: Driver) -> None:
    """The terminal's connection is reset with its first packet over the plan."""
    near, far = joined(boxes, 5002)
    box.set_exhaustion(Exhaustion("reset"))
    box.set_data_left(Bytes(0))

    near.send(b"hello")

    with near, far, pytest.raises(ConnectionResetError):
        near.recv(10)


def test_a_plan_that_ends_in_silence_tells_nobody(boxes: Lab, box: Driver) -> None:
    """No answer at all: a connection attempt times out."""
    box.set_data_left(Bytes(0))

    with pytest.raises(TimeoutError), boxes.listen(5003):
        boxes.connect(5003, within=0.5)


def test_a_plan_that_ends_by_icmp_tells_the_sender(boxes: Lab, box: Driver) -> None:
    """ICMP administratively prohibited ends a connection attempt at once (RFC 1812, 5.2.7.1)."""
    box.set_exhaustion(Exhaustion("drop", icmp=True))
    box.set_data_left(Bytes(0))

    with pytest.raises(OSError, match="No route to host"), boxes.listen(5004):
        boxes.connect(5004)


def test_a_plan_that_ends_slowly_changes_the_class(boxes: Lab, box: Driver) -> None:
    """After the quota packets wait in the throttled class, and still arrive."""
    box.set_exhaustion(Exhaustion("throttle", up=BitRate(64_000), down=BitRate(64_000)))
    box.set_data_left(Bytes(0))

    arrived, took = flood(boxes, 10, 1000, seconds=20)

    assert arrived == 10
    assert took >= (10 - 3) * 1000 * 8 / 64_000


def test_a_restricted_plan_reaches_the_allowed_alone(boxes: Lab, box: Driver) -> None:
    """A white list is reached when the plan is used up; everything else is not."""
    box.set_exhaustion(Exhaustion("restrict", allow=[HOST]))
    box.set_data_left(Bytes(0))
    reached, _ = flood(boxes, 5, 100)
    box.set_exhaustion(Exhaustion("restrict", allow=["192.0.2.0/24"]))

    others, _ = flood(boxes, 5, 100)

    assert (reached, others) == (5, 0)


def test_an_outage_lets_nothing_pass(boxes: Lab, box: Driver) -> None:
    """Neither way, until it is over."""
    box.set_outage(on=True)
    during, _ = flood(boxes, 5, 100)
    box.set_outage(on=False)

    after, _ = flood(boxes, 5, 100)

    assert (during, after) == (0, 5)
    assert box.stats()["dropped"] >= 5


def test_what_is_used_up_is_told(boxes: Lab, box: Driver) -> None:
    """The end of the plan is seen in the kernel's counters and becomes an observation."""
    said: list[tuple[str, object]] = []

    def hear(kind: str, /, *, t: float | None = None, **fields: object) -> None:
        said.append((kind, fields.get("state")))

    box.observe = hear
    box.set_data_left(Bytes(1000))

    flood(boxes, 5, 500)
    limit = CLOCK.now() + 20
    wanted = {("plan", "exhausted"), ("dropped", None)}
    while not wanted <= set(said) and CLOCK.now() < limit:
        CLOCK.sleep(0.05)
        box.attend()

    assert wanted <= set(said)


@pytest.mark.parametrize(
    ("how", "why"),
    [
        (Exhaustion("deactivate"), "mode deactivate"),
        (Exhaustion("drop", needs="bearer"), "needs bearer"),
    ],
)
def test_what_is_the_carriers_alone_is_refused(how: Exhaustion, why: str, box: Driver) -> None:
    """A gateway only sees packets, and says so."""
    with pytest.raises(DeviceRefused, match=why):
        box.set_exhaustion(how)


def test_a_kernel_without_netem_refuses_a_delay_by_name(box: Driver) -> None:
    """With netem a delay is read back; without it is refused, and the reason is told."""
    lacks = box.lacks()

    if "delay" in lacks:
        with pytest.raises(DeviceRefused, match="netem"):
            box.shape(delay=Seconds(0.05))
    else:
        box.shape(delay=Seconds(0.05))
        box.look()


def asked(boxes: Lab, host: str) -> str | None:
    """What the host's name service answers to the terminal; None for no answer."""
    with boxes.make_socket(boxes.terminal, socket.SOCK_DGRAM) as line:
        line.settimeout(2)
        line.sendto(names.question(host, 7), (HOST, 53))
        try:
            return names.reading(line.recv(2048), 7)
        except TimeoutError:
            return None


@contextlib.contextmanager
def name_service(boxes: Lab) -> Iterator[None]:
    """One at the host, which knows shop.test; it answers two queries at most."""
    with boxes.make_socket(boxes.host, socket.SOCK_DGRAM) as line:
        line.bind((HOST, 53))

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    query, whom = line.recvfrom(2048)
                    reply = names.answer(query, {"shop.test": "10.9.9.9"}).wire
                    if query == b"over" or reply is None:
                        return
                    line.sendto(reply, whom)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield
        finally:
            with boxes.make_socket(boxes.host, socket.SOCK_DGRAM) as end:
                end.sendto(b"over", (HOST, 53))
            thread.join()


@pytest.mark.parametrize(
    ("mode", "address"),
    [("answer", "10.9.9.9"), ("unknown", "unknown"), ("refused", "refused"), ("hijack", GATEWAY)],
)
def test_the_name_service_can_be_led_astray(
    mode: NamesMode, address: str, boxes: Lab, box: Driver
) -> None:
    """Whichever name service the terminal asks, the gateway answers in its stead."""
    box.set_names(mode)

    with name_service(boxes):
        assert asked(boxes, "shop.test") == address


def test_a_silent_name_service_answers_nothing(boxes: Lab, box: Driver) -> None:
    """Queries vanish."""
    box.set_names("silent")

    with name_service(boxes):
        assert asked(boxes, "shop.test") is None


def test_a_plan_can_end_at_a_portal(boxes: Lab, box: Driver) -> None:
    """Once the plan is used up HTTP meets a 302, TLS the portal's certificate, names the portal."""
    box.set_exhaustion(Exhaustion("redirect"))
    box.set_data_left(Bytes(0))
    flood(boxes, 1, 100)  # the packet that ends the plan

    with boxes.connect(80) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
        page = line.recv(4096)
    with boxes.connect(443) as line:
        context = ssl.create_default_context()
        with pytest.raises(ssl.SSLCertVerificationError):
            context.wrap_socket(line, server_hostname="shop.test")
    hijacked = asked(boxes, "shop.test")
    box.top_up(Bytes(1_000_000))

    assert page.startswith(b"HTTP/1.1 302")
    assert hijacked == GATEWAY
    with boxes.listen(80), boxes.connect(80):
        pass  # the host itself again
