"""The simulated Android terminal and our client, with Android's own adb between and around them.

The device is served on a real TCP port; adb's own server connects to it, and our drivers go through
that server. Everything waits for what happens, and nothing for how soon.
"""

import os
import select
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import pytest

from harness.clock import ThreadClock
from harness.drivers._adb import Adb
from harness.drivers.android import Driver as Console
from harness.drivers.lakala_intent import Driver as Register
from harness.errors import DeviceRefused, PortLost
from harness.model.roles import SaleResult
from harness.model.units import Money, Seconds
from harness.ports.tcp import TcpPort
from harness.sim.android.disk import LARGEST
from harness.tests.drivers.test_adb import HOSTILE, apk
from harness.tests.drivers.test_android import Heard
from harness.tests.patience import soon

ADB = shutil.which("adb")
pytestmark = pytest.mark.skipif(ADB is None, reason="Android's adb is not installed")
T = TypeVar("T")
PATIENCE = Seconds(120)


class Desk:
    """Where everything is.

    Attributes:
        device: ``host:port`` of the device's daemon, which is its serial number, too.
        server: ``host:port`` of Android's adb server.
        simulated: ``host:port`` of our simulated server of the same device.
    """

    def __init__(self, daemon: int, server: int, simulated: int, home: Path) -> None:
        self.device = f"127.0.0.1:{daemon}"
        self.server, self.simulated = f"127.0.0.1:{server}", f"127.0.0.1:{simulated}"
        self._home = home

    def adb(self, *words: str, server: str = "") -> subprocess.CompletedProcess[bytes]:
        """Android's client."""
        port = (server or self.server).rpartition(":")[2]
        return subprocess.run(
            [str(ADB), "-P", port, *words], env=environment(self._home), capture_output=True,
            timeout=PATIENCE,
        )  # fmt: skip

    def on_device(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        """Android's client, for our device."""
        return self.adb("-s", self.device, *words)


def environment(home: Path) -> dict[str, str]:
    """A home of its own: adb makes its key there."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
    return {**kept, "HOME": str(home), "ANDROID_SDK_HOME": str(home)}


def free_port() -> int:
    """A TCP port that nobody has now."""
    with socket.create_server(("127.0.0.1", 0)) as held:
        return int(held.getsockname()[1])


def ports_of(started: subprocess.Popen[bytes]) -> list[int]:
    """The ports that the served terminal prints."""
    assert started.stdout is not None
    assert select.select([started.stdout], [], [], PATIENCE)[0], "the terminal was not served"
    return [int(word) for word in started.stdout.readline().split()]


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The device served, and Android's server connected to it."""
    home, server = tmp_path_factory.mktemp("home"), free_port()
    terminal = subprocess.Popen(
        [sys.executable, "-m", "harness.tests.sim.android.smart_served"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
    )  # fmt: skip
    adb = subprocess.Popen(
        [str(ADB), "-P", str(server), "server", "nodaemon"], env=environment(home),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        daemon, simulated = ports_of(terminal)
        found = Desk(daemon, server, simulated, home)
        soon(lambda: listens(server), PATIENCE)
        soon(lambda: connected(found), PATIENCE)
        yield found
    finally:
        for process in (adb, terminal):
            process.kill()
            process.communicate()


def listens(port: int) -> bool:
    """Whether somebody takes a connection there."""
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def connected(desk: Desk) -> bool:
    """Whether their server has the device; asked again and again, as a slow start is no failure."""
    if desk.on_device("get-state").stdout == b"device\n":
        return True
    desk.adb("connect", desk.device)
    return False


def played(act: Callable[[ThreadClock], T]) -> T:
    """What ``act`` finds, on the machine's clock."""
    clock = ThreadClock()
    return clock.run(lambda: act(clock))


def test_their_client_finds_a_device(desk: Desk, tmp_path: Path) -> None:
    """Exit statuses, both directions of files, a picture, the log, an installation."""
    assert b"model:HIL_SM300" in desk.adb("devices", "-l").stdout
    assert desk.on_device("shell", "getprop", "ro.product.model").stdout == b"HIL-SM300\n"
    assert desk.on_device("shell", "exit 7").returncode == 7
    failed = desk.on_device("shell", "cat /nope")
    assert (failed.returncode, b"No such file" in failed.stderr) == (1, True)
    there, back = tmp_path / "there", tmp_path / "back"
    there.write_bytes(bytes(range(256)) * 700)
    assert desk.on_device("push", str(there), "/data/local/tmp/x").returncode == 0
    assert desk.on_device("pull", "/data/local/tmp/x", str(back)).returncode == 0
    assert back.read_bytes() == there.read_bytes()
    assert desk.on_device("push", str(there), "/system/x").returncode != 0
    assert desk.on_device("exec-out", "screencap", "-p").stdout.startswith(b"\x89PNG")
    assert b" HilPay  : boot: HIL-SM300" in desk.on_device("logcat", "-d").stdout
    good, bad = tmp_path / "good.apk", tmp_path / "bad.apk"
    good.write_bytes(apk("test.hil.theirs"))
    bad.write_bytes(b"no application")
    soon(lambda: b"Success" in desk.on_device("install", str(good)).stdout, PATIENCE)
    assert desk.on_device("install", str(bad)).returncode != 0


def test_our_client_gets_on_with_their_server(desk: Desk) -> None:
    """Statuses, arguments as they are, files, installation, refusals; devices told apart."""

    def act(clock: ThreadClock) -> None:
        adb = Adb(TcpPort(clock, desk.server), desk.device, within=PATIENCE)
        assert {"shell_v2", "cmd"} <= adb.features()
        assert adb.shell("getprop", "ro.serialno").text == "SMHIL00003"
        assert adb.run("exit 7").status == 7
        for word in HOSTILE:
            assert adb.shell("echo", word).out.decode() == f"{word}\n"
        content = bytes(range(256)) * 300
        adb.push("/sdcard/ours", content)
        assert adb.shell("cat", "/sdcard/ours").out == content
        adb.install(apk("test.hil.ours"))
        with pytest.raises(DeviceRefused, match="NOT_APK"):
            adb.install(b"no application")
        assert adb.screenshot().startswith(b"\x89PNG")
        with pytest.raises(PortLost, match="not found"):
            Adb(TcpPort(clock, desk.server), "127.0.0.1:1").shell("id")

    played(act)


def test_what_the_device_refuses_or_never_ends_comes_through_their_server(desk: Desk) -> None:
    """No room, no signature, no end: in its own words, and the next command works."""

    def act(clock: ThreadClock) -> None:
        adb = Adb(TcpPort(clock, desk.server), desk.device, within=PATIENCE)
        with pytest.raises(DeviceRefused, match="No space left on device"):
            adb.push("/sdcard/large", bytes(LARGEST + 1))
        with pytest.raises(DeviceRefused, match="INSTALL_FAILED_INSUFFICIENT_STORAGE"):
            adb.install(bytes(LARGEST + 1) + apk("test.hil.large"))
        with pytest.raises(PortLost, match="no answer over adb in time"):
            adb.shell("logcat", within=2.0)
        assert adb.shell("getprop", "ro.serialno").text == "SMHIL00003"

    played(act)


def test_a_sale_and_its_log_through_their_server(desk: Desk) -> None:
    """The register asks, the log tells of it on another connection, and the result can be asked."""

    def act(clock: ThreadClock) -> None:
        options: dict[str, Any] = {"device": desk.device, "within": PATIENCE}
        register = Register(TcpPort(clock, desk.server), **options)
        console, heard = Console(TcpPort(clock, desk.server), **options), Heard()
        console.observe = heard

        def attended(kind: str) -> bool:
            console.attend()
            return bool(heard.of(kind))

        def sold() -> bool:
            """What did not happen may be tried again: the line may be slow to come up."""
            results.append(register.sell(Money(1234)))
            assert results[-1].outcome in ("approved", "failed"), results
            return results[-1].outcome == "approved"

        results: list[SaleResult] = []
        soon(lambda: register.status() == "00", PATIENCE)
        soon(sold, PATIENCE)
        result = results[-1]
        soon(lambda: attended("approved"), PATIENCE)
        assert heard.of("approved")[-1]["stan"] == result.stan
        again = register.last_result()
        assert again is not None
        assert (again.outcome, again.stan) == ("approved", result.stan)
        console.ask_journal()
        soon(lambda: attended("journal_end"), PATIENCE)
        assert heard.of("journal_entry")[-1]["amount"] == 1234

    played(act)


def test_their_client_gets_on_with_our_server(desk: Desk) -> None:
    """Android's client takes the simulated server for one of its own."""
    assert b"SMHIL00003" in desk.adb("devices", server=desk.simulated).stdout
    said = desk.adb("shell", "getprop ro.serialno; exit 3", server=desk.simulated)
    assert (said.stdout, said.returncode) == (b"SMHIL00003\n", 3)
