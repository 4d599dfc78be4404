"""Real packets between two network namespaces; rootless, skipped where a machine forbids it."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scapy.utils import PcapNgReader

from harness.clock import ThreadClock
from harness.errors import DeviceRefused, NotSupported, PortLost
from harness.links import names
from harness.links.endings import PORTAL
from harness.links.tun import Tun, probe
from harness.ports.worker import WorkerPort

HOST = ("198.51.100.7", 443)
LIMIT = 30.0  # s: for what comes at once on a machine that does not stall
CLOCK = ThreadClock()
PLAIN = {"delay": 0.0, "jitter": 0.0, "rate": None}


@pytest.fixture(scope="module")
def worker() -> Iterator[Tun]:
    """One worker for all tests of this file."""
    why = probe()
    if why:
        pytest.skip(f"no links of real packets here: {why}")
    with Tun(seed="1") as tun:
        yield tun


@pytest.fixture
def tun(worker: Tun) -> Tun:
    """A link that does nothing to its packets yet."""
    worker.ask("restore")
    worker.ask("shape", **PLAIN)
    return worker


def joined(tun: Tun, host: tuple[str, int] = HOST) -> tuple[socket.socket, socket.socket]:
    """A TCP connection: the terminal's end and the host's."""
    with tun.socket("host") as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(host)
        listening.listen()
        listening.settimeout(LIMIT)
        near = tun.socket("terminal")
        near.settimeout(LIMIT)
        near.connect(host)
        far, _ = listening.accept()
    far.settimeout(LIMIT)
    return near, far


def receive(end: socket.socket, size: int) -> bytes:
    """As many bytes."""
    seen = b""
    while len(seen) < size:
        more = end.recv(size - len(seen))
        assert more
        seen += more
    return seen


def decided(tun: Tun) -> tuple[int, int]:
    """Packets let in and dropped so far."""
    told, _ = tun.ask("stats")
    return told["packets"], told["dropped"]


def wait_for(true: Callable[[], bool]) -> None:
    """Until it is, or the limit has passed."""
    limit = CLOCK.now() + LIMIT
    while not true() and CLOCK.now() < limit:
        CLOCK.sleep(0.02)
    assert true()


def test_a_connection_costs_what_the_path_takes(tun: Tun) -> None:
    """Two delays for the handshake; the host sees whom the terminal meant."""
    tun.ask("shape", delay=0.1)

    before = CLOCK.now()
    near, far = joined(tun)
    took = CLOCK.now() - before

    with near, far:
        assert took >= 0.2
        assert far.getsockname() == HOST


def test_the_rate_is_kept(tun: Tun) -> None:
    """20 kB at 256 kbit/s take 0.6 s at least, and all arrives."""
    near, far = joined(tun)
    tun.ask("shape", rate=256_000, way="up")

    before = CLOCK.now()
    near.sendall(bytes(20_000))
    seen = receive(far, 20_000)

    with near, far:
        assert len(seen) == 20_000
        assert CLOCK.now() - before >= 20_000 * 8 / 256_000


def test_loss_is_what_was_asked(tun: Tun) -> None:
    """What arrives and what the link says it dropped add up; the share is in its interval."""
    with tun.socket("host", "udp") as far, tun.socket("terminal", "udp") as near:
        far.bind(HOST)
        far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 21)
        far.settimeout(LIMIT)
        tun.ask("shape", loss=0.2, way="up")
        before = decided(tun)
        for number in range(500):
            near.sendto(number.to_bytes(2, "big"), HOST)
        wait_for(lambda: sum(decided(tun)) >= sum(before) + 500)
        dropped = decided(tun)[1] - before[1]
        tun.ask("shape", loss=0.0)
        near.sendto(b"end", HOST)
        seen = [far.recv(200)]
        while seen[-1] != b"end":
            seen.append(far.recv(200))

    assert seen[:-1] == sorted(seen[:-1])
    assert len(seen) - 1 == 500 - dropped
    assert 60 <= dropped <= 140  # 4.5 standard deviations


def test_a_spent_plan_stops_a_connection_and_a_top_up_resumes_it(tun: Tun) -> None:
    """Never a byte over; the same connection goes on, as nobody told it anything."""
    near, far = joined(tun)
    tun.ask("set_data_left", bytes=4000)
    used = tun.ask("stats")[0]["bytes"]

    near.sendall(bytes(20_000))
    far.settimeout(1.0)
    with pytest.raises(TimeoutError):
        receive(far, 20_000)
    assert tun.ask("stats")[0]["bytes"] - used <= 4000
    assert tun.ask("data_left")[0]["bytes"] == 0

    far.settimeout(LIMIT)
    tun.ask("top_up", bytes=1_000_000)
    with near, far:
        assert receive(far, 1)


def test_an_empty_plan_can_reset_both_ends(tun: Tun) -> None:
    """The gateway sends RST in each one's name to the other."""
    near, far = joined(tun)
    tun.ask("set_exhaustion", mode="reset")
    tun.ask("set_data_left", bytes=0)

    near.sendall(b"x")

    with near, far:
        for end in (near, far):
            with pytest.raises(ConnectionResetError):
                end.recv(1)


def test_an_empty_plan_can_be_told_by_icmp(tun: Tun) -> None:
    """A new connection hears that it is prohibited; an established one hears nothing of it."""
    tun.ask("set_exhaustion", mode="drop", icmp=True)
    tun.ask("set_data_left", bytes=0)

    with tun.socket("terminal") as near:
        near.settimeout(LIMIT)
        with pytest.raises(OSError, match="No route to host"):
            near.connect(HOST)


def test_an_outage_swallows_and_ends(tun: Tun) -> None:
    """Nothing passes while it lasts; afterwards TCP takes up again."""
    near, far = joined(tun)
    tun.ask("outage", on=True)

    near.sendall(b"payment")
    far.settimeout(0.5)
    with pytest.raises(TimeoutError):
        far.recv(7)

    tun.ask("outage", on=False)
    far.settimeout(LIMIT)
    with near, far:
        assert receive(far, 7) == b"payment"


def test_a_narrow_path_tells_its_mtu(tun: Tun) -> None:
    """Packets that are too big come back by ICMP, and TCP makes smaller ones (RFC 1191)."""
    near, far = joined(tun)
    tun.ask("shape", mtu=700, way="up")

    near.sendall(bytes(5000))

    with near, far:
        assert len(receive(far, 5000)) == 5000


@pytest.mark.parametrize("trouble", ["corrupt", "duplicate", "reorder"])
def test_tcp_survives_what_a_bad_path_does(tun: Tun, trouble: str) -> None:
    """Wrong bits, copies and overtaking: everything arrives once, in order and right."""
    near, far = joined(tun)
    tun.ask("shape", delay=0.002, **{trouble: 0.2})
    sent = bytes(number % 251 for number in range(30_000))

    near.sendall(sent)

    with near, far:
        assert receive(far, len(sent)) == sent


def test_an_empty_plan_can_lead_to_a_portal(tun: Tun) -> None:
    """HTTP meets a 302 at whatever address, names lead there too, and what else there is hangs."""
    tun.ask("zone", hosts={"shop.test": HOST[0]})
    assert address_of(tun, "shop.test") == HOST[0]
    tun.ask("set_exhaustion", mode="redirect")
    tun.ask("set_data_left", bytes=0)

    with tun.socket("terminal") as near:
        near.settimeout(LIMIT)
        near.connect((HOST[0], 80))
        assert near.getpeername() == (HOST[0], 80)
        near.sendall(b"GET / HTTP/1.1\r\nHost: shop.test\r\n\r\n")
        assert near.recv(4096).startswith(b"HTTP/1.1 302")
    assert address_of(tun, "shop.test") == PORTAL[1]
    with tun.socket("terminal") as near:
        near.settimeout(0.5)
        with pytest.raises(TimeoutError):
            near.connect((HOST[0], 22))


def address_of(tun: Tun, host: str) -> str | None:
    """What the carrier's name service says, asked at some address."""
    with tun.socket("terminal", "udp") as line:
        line.settimeout(LIMIT)
        line.connect(("192.0.2.53", 53))
        line.send(names.question(host, 1))
        return names.reading(line.recv(4096), 1)


def test_what_passes_can_be_kept_without_card_numbers(tun: Tun, tmp_path: Path) -> None:
    """Seen at both ends, with what the link did; a number cut in two is found as well."""
    path = tmp_path / "capture.pcapng"
    near, far = joined(tun)
    with near, far:
        tun.ask("capture", path=str(path))
        tun.ask("shape", delay=0.01)
        near.sendall(b"pan=47617390")
        receive(far, 12)
        near.sendall(b"01010119;")
        receive(far, 9)
        dropped = decided(tun)[1]
        tun.ask("set_data_left", bytes=0)
        near.sendall(b"never")
        wait_for(lambda: decided(tun)[1] > dropped)
        tun.ask("capture", path=None)

    octets = path.read_bytes()
    with PcapNgReader(str(path)) as reader:
        seen = list(reader)
    assert b"pan=476173" in octets
    assert b"47617390" not in octets
    assert b"01010119" not in octets
    assert {one.sniffed_on for one in seen} == {"terminal", "host"}
    comments = b" ".join(comment for one in seen for comment in one.comments or ())
    assert b"dropped: plan" in comments
    assert b"arrives in 10.0 ms" in comments
    assert b"path" in comments


def test_nobody_answers_at_a_closed_port(tun: Tun) -> None:
    """The host's end has every address, and refuses where nobody listens."""
    with tun.socket("terminal") as near:
        near.settimeout(LIMIT)
        with pytest.raises(ConnectionRefusedError):
            near.connect(("203.0.113.9", 81))


def test_a_wrong_request_is_refused_and_harms_nobody(tun: Tun) -> None:
    """In words; the next one works."""
    for word, fields in (
        ("socket", {"end": "moon", "kind": "tcp"}),
        ("socket", {"end": "host"}),
        ("tuns", {}),
        ("explode", {}),
    ):
        with pytest.raises(DeviceRefused):
            tun.ask(word, **fields)
    assert tun.ask("identify")[0]["identity"].startswith("terminal-harness tun")


def test_a_named_link_is_one_and_can_be_joined(worker: Tun) -> None:
    """A second of the same name is refused with the reason; who joined may leave."""
    clock = ThreadClock()
    port = WorkerPort(clock, f"tun://test-{os.getpid()}")

    def main() -> None:
        port.open()
        try:
            with Tun.join(f"test-{os.getpid()}") as guest:
                assert guest.ask("identify")[0]["ok"]
                guest.socket("terminal", "udp").close()
            with pytest.raises(NotSupported, match="is there already"):
                WorkerPort(clock, port.address).open()
            port.write(b'{"do":"identify"}\n')
            chunk = port.read(clock.now() + LIMIT)
            assert chunk is not None
            assert b"terminal-harness tun" in chunk.data
        finally:
            port.close()

    clock.run(main)

    with pytest.raises(PortLost):
        Tun.join(f"test-{os.getpid()}")


ASKING = """
import socket
with socket.create_connection(("198.51.100.7", 443), 20) as line:
    line.sendall(b"hello from inside")
"""


def test_a_program_can_run_at_one_end(worker: Tun) -> None:
    """It knows nothing of the link; whom it reaches is in the other end's namespace."""
    name = f"run-{os.getpid()}"
    command = [sys.executable, "-m", "harness.links.tun_run", name, sys.executable, "-c", ASKING]
    with Tun(name=name) as tun, tun.socket("host") as listening:
        listening.bind(HOST)
        listening.listen()
        listening.settimeout(LIMIT)
        with subprocess.Popen(command) as program:
            far, _ = listening.accept()
            with far:
                far.settimeout(LIMIT)
                assert receive(far, 17) == b"hello from inside"
            assert program.wait(LIMIT) == 0

    assert subprocess.run(command, capture_output=True).returncode == 3


PARENT = """
import sys
from harness.links import names
from harness.links.endings import PORTAL
from harness.links.tun import Tun
with Tun() as tun:
    sys.stdout.write(f"{tun.pid}\\n")
    sys.stdout.flush()
    sys.stdin.read()
"""


def test_nothing_outlives_whoever_started_it(worker: Tun) -> None:
    """Killed without a chance to clean up: no process and no namespace of it is left."""
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    space = str(Path(f"/proc/{pid}/ns/user").readlink())
    assert space in spaces()

    parent.kill()
    parent.communicate()

    wait_for(lambda: space not in spaces())


def spaces() -> set[str]:
    """The user namespaces that any process is in."""
    found: set[str] = set()
    for one in Path("/proc").glob("[0-9]*/ns/user"):
        try:
            found.add(str(one.readlink()))
        except OSError:
            continue
    return found
