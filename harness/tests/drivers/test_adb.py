"""The client of an adb server, against a simulated server and device, and against bad ones."""

import io
import zipfile
from collections.abc import Callable
from unittest.mock import patch

import pytest

from harness.drivers._adb import Adb, NoServer, quoted
from harness.errors import DeviceRefused, Garbled, PortLost, UsageError
from harness.ports.base import BufferedPort
from harness.sim.android import server
from harness.sim.android.adbd import Daemon
from harness.testing import SteppingClock
from harness.tests.sim.android.smart import Smart, play

SERIAL = "SMHIL00003"
HOSTILE = (
    "1.00; reboot", "$(reboot)", "`reboot`", "a'b", 'a"b', "a\\b", "--es amt 0.01", "-n x/y",
    "", " ", "a\nreboot", "|| reboot", "> /sdcard/x", "${IFS}", "a && b", "流量不足", "*", "~",
    "#", "\t", "'; reboot #",
)  # fmt: skip


class Canned(BufferedPort):
    """A server that answers each write with the next of these; ``None``: nobody listens."""

    def __init__(self, *answers: bytes | None) -> None:
        super().__init__(SteppingClock(), "127.0.0.1:5037")
        self._answers = list(answers)
        self.said: list[bytes] = []
        self._lost = "not open"

    def open(self) -> None:
        if self._answers[:1] == [None]:
            raise PortLost("connection refused")
        self._lost = None

    def write(self, data: bytes) -> None:
        self.said.append(data)
        answer = self._answers.pop(0) if self._answers else b""
        self.put_arrived(answer or b"")

    def close(self) -> None:
        self.put_lost("closed here")


def apk(name: str) -> bytes:
    """A ZIP with a manifest and a signature."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as parts:
        parts.writestr("AndroidManifest.xml", f'<manifest package="{name}">')
        parts.writestr("META-INF/CERT.RSA", "x")
    return octets.getvalue()


@pytest.mark.parametrize("features", [("shell_v2", "cmd"), ()])
def test_commands_have_output_and_a_status(features: tuple[str, ...]) -> None:
    """With the shell protocol and without it; only the former tells errors apart."""

    def act(smart: Smart) -> None:
        adb = Adb(smart.port())
        good, bad = adb.shell("getprop", "ro.serialno"), adb.shell("cat", "/nope")
        assert (good.status, good.text) == (0, SERIAL)
        assert bad.status == 1
        assert "No such file" in bad.complaint
        assert bool(bad.err) == bool(features)
        assert adb.run("exit 7" if features else "false").status == (7 if features else 1)

    with patch.object(server, "FEATURES", features):
        play(act)


@pytest.mark.parametrize("features", [("shell_v2", "cmd"), ()])
def test_no_argument_is_more_than_an_argument(features: tuple[str, ...]) -> None:
    """Whatever an argument is, the device's shell hands it on as it is, and runs nothing else."""

    def act(smart: Smart) -> None:
        adb = Adb(smart.port(), SERIAL)
        for word in HOSTILE:
            assert adb.shell("echo", word).out.decode() == f"{word}\n"
        assert smart.bench.terminal.deaths == 0
        assert adb.shell("ls", "/sdcard").status == 1

    with patch.object(server, "FEATURES", features):
        play(act)


def test_what_cannot_be_said_is_refused_before() -> None:
    """A NUL in an argument, a serial number with a colon's tricks, a request beyond all length."""
    with pytest.raises(UsageError, match="NUL"):
        quoted("echo", "a\0b")
    with pytest.raises(UsageError, match="serial number"):
        Adb(Canned(), "x\nhost:kill")
    adb = Adb(Canned(b"OKAY0008shell_v2", b"OKAY"))
    with pytest.raises(UsageError, match="bytes"):
        adb.shell("echo", "x" * 70_000)


def test_files_and_applications() -> None:
    """Files go where they may; applications are installed, or refused in the device's words."""

    def act(smart: Smart) -> None:
        adb = Adb(smart.port())
        content = bytes(range(256)) * 400
        adb.push("/sdcard/a b.bin", content)
        assert adb.shell("cat", "/sdcard/a b.bin").out == content
        with pytest.raises(DeviceRefused, match="Permission denied"):
            adb.push("/system/x", b"x")
        adb.install(apk("test.hil.one"))
        assert adb.shell("pm", "path", "test.hil.one").status == 0
        with pytest.raises(DeviceRefused, match="NOT_APK"):
            adb.install(b"no application")
        with patch.object(server, "FEATURES", ("shell_v2",)):
            old = Adb(smart.port())
            old.install(apk("test.hil.two"))
            assert old.shell("pm", "path", "test.hil.two").status == 0
        assert adb.screenshot().endswith(b"IEND\xaeB`\x82")

    play(act)


def test_a_device_that_is_not_there_is_lost() -> None:
    """Another serial number, and a terminal without power: for a while, nobody's fault."""

    def act(smart: Smart) -> None:
        with pytest.raises(PortLost, match="not found"):
            Adb(smart.port(), "SM00000000").shell("id")
        adb = Adb(smart.port())
        assert adb.shell("id").status == 0
        smart.cut(20.0)
        with pytest.raises(PortLost, match="no devices"):
            adb.shell("id")
        smart.clock.sleep(6.0)
        assert adb.shell("id").status == 0

    play(act)


def test_a_command_that_the_supply_breaks_off_is_lost() -> None:
    """The terminal dies under a command: no answer is made up."""

    def act(smart: Smart) -> None:
        adb = Adb(smart.port(), within=30.0)
        off = smart.bench.feed.source.go_to
        smart.clock.call_at(smart.clock.now() + 0.1, lambda: off(0.0))
        with pytest.raises(PortLost):
            adb.run("am start -n a/b; logcat")

    play(act)


def test_a_key_that_nobody_confirmed() -> None:
    """The device shows a question that somebody has to answer: said so."""

    def act(smart: Smart) -> None:
        with patch.object(Daemon, "AUTHORIZED", new=False):
            with pytest.raises(DeviceRefused, match="key on its display"):
                Adb(smart.port()).shell("id")
            assert smart.bench.adb_server.state() == "unauthorized"

    play(act)


@pytest.mark.parametrize(
    ("answers", "error", "told"),
    [
        ((None,), NoServer, "start-server"),
        ((b"FAIL0022more than one device/emulator here",), DeviceRefused, "rig file"),
        ((b"HTTP/1.1 400 Bad Request\r\n\r\n",), Garbled, "neither"),
        ((b"",), PortLost, "no answer"),
        ((b"OKAY",), PortLost, "no answer"),
        ((b"OKAY0008shell_v2", b"FAIL000edevice offline"), PortLost, "offline"),
        ((b"OKAY0008shell_v2", b"OKAY", b"FAIL0006closed"), PortLost, "closed"),
        ((b"OKAY0008shell_v2", b"OKAY", b"OKAY\x09\x01\0\0\0x"), Garbled, "kind 9"),
        ((b"OKAY0008shell_v2", b"OKAY", b"OKAY\x01\x01\0\0\0x"), PortLost, "no answer"),
        ((b"OKAY0008shell_v2", b"OKAY", b"FAIL0007strange"), DeviceRefused, "strange"),
    ],
)  # fmt: skip
def test_servers_that_say_no_or_nonsense(
    answers: tuple[bytes | None, ...], error: type[Exception], told: str
) -> None:
    """No server, several devices, no adb at all, silence, and answers that break off."""
    with pytest.raises(error, match=told):
        Adb(Canned(*answers)).shell("id")


def test_a_mark_that_is_missing_is_no_status() -> None:
    """Without the shell protocol, output that ends without its mark was broken off."""
    port = Canned(b"OKAY0003cmd", b"OKAY", b"OKAYhalf an answ")
    close: Callable[[], None] = lambda: port.put_lost("gone")  # noqa: E731
    port.clock.call_at(1.0, close)

    with pytest.raises(PortLost, match="broken off"):
        Adb(port).shell("id")
