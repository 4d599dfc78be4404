"""The daemon of a simulated device, spoken to message by message."""

import io
import zipfile
from collections.abc import Callable
from typing import TypeVar

import pytest

from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.android.adbd import Daemon
from harness.sim.android.packages import wrong_with
from harness.sim.android.server import HostLine
from harness.sim.android.system import system_of
from harness.tests.sim.android.smart import Smart, play
from harness.wire import adb, adb_shell

T = TypeVar("T")


class Host:
    """The other end, by hand."""

    def __init__(self, smart: Smart, port: Port) -> None:
        self.smart, self.port = smart, port
        self._frames = adb.Deframer(checked=False)

    def say(self, *message: object) -> None:
        """One message."""
        self.port.write(adb.Message(*message).to_bytes())  # type: ignore[arg-type]

    def hear(self, within: float = 5.0) -> adb.Message | None:
        """The next message; None when none comes."""
        until = self.smart.clock.now() + within
        while (message := self._frames.take()) is None:
            chunk = self.port.read(until)
            if chunk is None:
                return None
            self._frames.feed(chunk.data)
        return message

    def enter(self) -> adb.Message | None:
        """CNXN, a signature, CNXN."""
        self.say("CNXN", adb.UNCHECKED, adb.MOST, b"host::\0")
        self.hear()
        self.say("AUTH", adb.SIGNATURE, 0, bytes(256))
        return self.hear()

    def run(self, service: str) -> bytes:
        """All that a service says."""
        self.say("OPEN", 7, 0, service.encode() + b"\0")
        said, remote = b"", 0
        while (message := self.hear()) is not None and message.command != "CLSE":
            if message.command == "OKAY":
                remote = message.first
            if message.command == "WRTE":
                said += message.payload
                self.say("OKAY", 7, remote)
        return said


def with_host(act: Callable[[Host], T], daemon: type[Daemon] | None = None) -> T:
    """What ``act`` hears of a started terminal, at its own daemon or one made for it."""

    def live(smart: Smart) -> T:
        ours, theirs = pair(smart.clock, "by hand")
        if daemon is None:
            smart.bench.outlet("terminal/adb")(theirs)
        else:
            line = daemon(system_of(smart.firmware), theirs)
            smart.clock.spawn("daemon", line.run)
        return act(Host(smart, ours))

    return play(live)


class Strict(Daemon):
    """Nobody has allowed this computer."""

    AUTHORIZED = False


def test_a_signature_lets_in() -> None:
    """A token of 20 bytes is asked to be signed; then the device says what it is and can do."""

    def act(host: Host) -> None:
        host.say("OPEN", 1, 0, b"shell:id\0")  # before CNXN: ignored
        host.say("CNXN", adb.UNCHECKED, adb.MOST, b"host::\0")
        token = host.hear()
        assert token is not None
        assert (token.command, token.first, len(token.payload)) == ("AUTH", adb.TOKEN, 20)
        host.say("AUTH", adb.SIGNATURE, 0, bytes(256))
        welcome = host.hear()
        assert welcome is not None
        assert welcome.command == "CNXN"
        banner = adb.Banner.from_bytes(welcome.payload)
        assert banner.properties["ro.product.model"] == "HIL-SM300"
        assert {"shell_v2", "cmd"} <= set(banner.features)

    with_host(act)


def test_a_stranger_is_not_let_in() -> None:
    """Without a confirmation a signature is answered by another token, a key by nothing."""

    def act(host: Host) -> None:
        again = host.enter()
        assert again is not None
        assert (again.command, again.first) == ("AUTH", adb.TOKEN)
        host.say("AUTH", adb.PUBLIC_KEY, 0, b"key\0")
        assert host.hear() is None
        host.say("OPEN", 1, 0, b"shell:id\0")
        assert host.hear() is None

    with_host(act, Strict)


def test_what_is_written_while_an_okay_is_awaited_goes_out_together() -> None:
    """As through a pipe: the first bytes at once, all the rest after the OKAY, none lost."""

    def act(host: Host) -> None:
        host.enter()
        host.say("OPEN", 7, 0, b"shell:echo one; echo two; echo three; echo four\0")
        okay = host.hear()
        assert okay is not None
        assert okay.command == "OKAY"
        said = []
        while (message := host.hear()) is not None and message.command == "WRTE":
            assert host.hear(1.0) is None  # no other before the OKAY
            said.append(message.payload)
            host.say("OKAY", 7, okay.first)
        assert message is not None
        assert message.command == "CLSE"
        assert said == [b"one\n", b"two\nthree\nfour\n"]

    with_host(act)


def test_a_pipe_that_nobody_empties_is_full_some_time() -> None:
    """Who writes more than it holds waits; all of it arrives as it is taken."""

    def act(host: Host) -> None:
        host.enter()
        stamps = "; ".join(["echo " + 1000 * "x"] * 200)
        host.say("OPEN", 7, 0, f"shell:{stamps}; echo done >/dev/null".encode() + b"\0")
        okay = host.hear()
        assert okay is not None
        sizes = []
        while (message := host.hear()) is not None and message.command == "WRTE":
            sizes.append(len(message.payload))
            host.say("OKAY", 7, okay.first)
        assert sum(sizes) == 200 * 1001
        assert max(sizes) <= 65536 + 1001

    with_host(act)


@pytest.mark.parametrize(
    "message",
    [b"GET / HTTP/1.1\r\nHost: a\r\n\r\n", adb.Message("CNXN", 1, adb.MOST).to_bytes(),
     adb.Message("CNXN", adb.CHECKED, 16).to_bytes()],
)  # fmt: skip
def test_nonsense_ends_the_connection(message: bytes) -> None:
    """What is no message, an unknown version, and a payload too short to work with."""

    def act(host: Host) -> None:
        host.port.write(message)
        with pytest.raises(PortLost):
            talk_on(host)

    with_host(act)


def talk_on(host: Host) -> None:
    """Sign what may have been asked, and listen."""
    host.hear()
    host.say("AUTH", adb.SIGNATURE, 0, bytes(256))
    host.hear()


def test_checksums_are_looked_at_for_an_old_server() -> None:
    """After CNXN of the old version a wrong checksum ends the connection."""

    def act(host: Host) -> None:
        host.say("CNXN", adb.CHECKED, adb.USUAL, b"host::\0")
        host.hear()
        host.say("AUTH", adb.SIGNATURE, 0, bytes(256))
        host.hear()
        wrong = bytearray(adb.Message("OPEN", 1, 0, b"shell:id\0").to_bytes())
        wrong[16] ^= 1
        host.port.write(bytes(wrong))
        with pytest.raises(PortLost):
            host.hear()

    with_host(act)


def test_what_is_no_service_is_closed() -> None:
    """An OPEN of something unknown, or with the stream 0, is answered by CLSE."""

    def act(host: Host) -> None:
        host.enter()
        for message in (("OPEN", 5, 0, b"jdwp:12\0"), ("OPEN", 0, 0, b"shell:id\0")):
            host.say(*message)
            refusal = host.hear()
            assert refusal is not None
            assert (refusal.command, refusal.first, refusal.second) == ("CLSE", 0, message[1])

    with_host(act)


def test_shells_of_both_kinds() -> None:
    """Bare output, or packets with the exit status; a write waits for the OKAY before it."""

    def act(host: Host) -> None:
        host.enter()
        assert host.run("shell:echo a; echo b") == b"a\nb\n"
        found = adb_shell.Deframer().feed(host.run("shell,v2,raw:echo a; cat /nope"))
        assert [(one.kind, one.octets) for one in found] == [
            (adb_shell.STDOUT, b"a\n"),
            (adb_shell.STDERR, b"cat: /nope: No such file or directory\n"),
            (adb_shell.EXIT, b"\x01"),
        ]
        assert host.run("exec:screencap -p").startswith(b"\x89PNG")

    with_host(act)


def test_a_second_write_waits_for_an_okay() -> None:
    """Without the OKAY of the first nothing more comes."""

    def act(host: Host) -> None:
        host.enter()
        host.say("OPEN", 7, 0, b"shell:echo a; echo b\0")
        first = [host.hear(), host.hear()]
        assert [message.command for message in first if message] == ["OKAY", "WRTE"]
        assert host.hear() is None

    with_host(act)


def test_a_process_ends_with_its_stream() -> None:
    """Whoever parts from a log is no longer waited for, and is told so, once."""

    def act(host: Host) -> None:
        host.enter()
        logd = system_of(host.smart.firmware).logd
        before = len(logd.listeners)
        host.say("OPEN", 7, 0, b"shell:logcat -T 1\0")
        opened = host.hear()
        assert opened is not None
        while (message := host.hear(1.0)) is not None:
            assert message.command == "WRTE"
            host.say("OKAY", 7, opened.first)
        assert len(logd.listeners) == before + 1
        host.say("CLSE", 7, opened.first)
        closed = host.hear(1.0)
        assert closed is not None
        assert (closed.command, closed.first, closed.second) == ("CLSE", opened.first, 7)
        host.say("CLSE", 7, opened.first)  # of a stream that is none any more
        assert host.hear(1.0) is None
        assert len(logd.listeners) == before

    with_host(act)


def test_it_dies_with_the_supply_and_starts_before_the_application() -> None:
    """No daemon while the loader runs; then a shell, but no services yet; at last all of it."""

    def act(smart: Smart) -> None:
        smart.cut(1.0)
        server = smart.bench.adb_server
        smart.clock.sleep(0.3)
        ours, theirs = pair(smart.clock, "early")
        with pytest.raises(PortLost):
            smart.bench.outlet("terminal/adb")(theirs)
        smart.clock.sleep(8.0)  # the server learns of it by its keepalive
        assert server.state() == "device"
        host = Host(smart, ours)
        smart.bench.outlet("terminal/adb")(theirs)
        host.enter()
        assert b"service: activity" in host.run("shell:am start -n a/b")
        assert host.run("shell:getprop sys.boot_completed") == b"\n"
        smart.clock.sleep(12.0)
        assert host.run("shell:getprop sys.boot_completed") == b"1\n"

    play(act, loader=2.0, start=15.0)


def apk(*names: str) -> bytes:
    """A ZIP with these files."""
    octets = io.BytesIO()
    with zipfile.ZipFile(octets, "w") as parts:
        for name in names:
            parts.writestr(name, '<manifest package="test.hil.app">' if "Man" in name else "x")
    return octets.getvalue()


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        (b"no zip", "INSTALL_PARSE_FAILED_NOT_APK"),
        (apk("classes.dex"), "INSTALL_PARSE_FAILED_BAD_MANIFEST"),
        (apk("AndroidManifest.xml"), "INSTALL_PARSE_FAILED_NO_CERTIFICATES"),
        (apk("AndroidManifest.xml", "META-INF/CERT.RSA"), ""),
    ],
)
def test_applications_are_checked(content: bytes, failure: str) -> None:
    """An APK is a ZIP with a manifest and a signature."""
    assert wrong_with(content) == failure


def read_on(port: Port) -> None:
    """Read whatever comes, for ever."""
    while True:
        port.read()


def test_a_line_that_is_lost_loses_its_streams() -> None:
    """When the device has gone, nobody waits for it any more."""

    def act(smart: Smart) -> bool:
        line = smart.bench.adb_server.line()
        assert isinstance(line, HostLine)
        stream = line.open_stream("shell:logcat")
        assert stream.await_accepted(smart.clock.now() + 5)
        smart.cut(1.0)
        smart.clock.sleep(9.0)
        with pytest.raises(PortLost):
            read_on(stream)
        return line.lost

    assert play(act)
