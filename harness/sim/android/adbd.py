"""The daemon of a simulated device: greets a server, and serves shells, programs and files.

Source: AOSP, packages/modules/adb: docs/dev/protocol.md (CNXN and AUTH), docs/dev/services.md
(``shell:``, ``shell,v2:``, ``exec:``, ``sync:``), shell_protocol.h, docs/dev/sync.md.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar

from harness.errors import Garbled, PortLost
from harness.ports.base import Port
from harness.sim.android.shell import Call
from harness.sim.android.streams import Line, Stream
from harness.sim.android.system import System
from harness.wire import adb, adb_shell, adb_sync

FEATURES = ("shell_v2", "cmd")
SERVICE = re.compile(r"(shell|exec|sync)((?:,[^:,]+)*):(.*)", re.DOTALL)
REGULAR, FOLDER = 0o100000, 0o040000
FOLDERS = ("/", "/sdcard", "/sdcard/", "/data/local/tmp", "/data/local/tmp/")


class Daemon(Line):
    """One connection of a server.

    Attributes:
        AUTHORIZED: Whether somebody has allowed this computer on the device's display.
    """

    AUTHORIZED: ClassVar[bool] = True

    def __init__(self, system: System, port: Port) -> None:
        super().__init__(system.clock, port)
        self._system = system
        self._theirs: tuple[int, int] | None = None

    def greet(self, message: adb.Message) -> None:
        """CNXN: who are you? A signature, and then a key: enter, where that is allowed."""
        if message.command == "CNXN":
            self.online = False
            self._theirs = (message.first, message.second)
            self._ask()
        elif message.command == "AUTH" and self._theirs is not None:
            if message.first not in (adb.SIGNATURE, adb.PUBLIC_KEY):
                raise Garbled(f"adb: AUTH {message.first}")
            if self.AUTHORIZED:
                self._welcome(*self._theirs)
            elif message.first == adb.SIGNATURE:
                self._ask()  # another key, or a person who agrees to a new one: never comes

    def _ask(self) -> None:
        self.say(adb.Message("AUTH", adb.TOKEN, 0, self._system.token(adb.TOKEN_SIZE)))

    def _welcome(self, version: int, longest: int) -> None:
        table = self._system.properties()
        named = ("ro.product.name", "ro.product.model", "ro.product.device")
        banner = adb.Banner("device", {name: table[name] for name in named}, FEATURES)
        self.agree(version, longest)
        self.say(adb.Message("CNXN", adb.UNCHECKED, adb.MOST, banner.to_bytes()))

    def accepts(self, name: str) -> bool:
        """Those of ``SERVICE``."""
        return SERVICE.fullmatch(name) is not None

    def serve(self, stream: Stream) -> None:
        """In a process of its own, which ends with the stream."""
        found = SERVICE.fullmatch(stream.name)
        assert found is not None  # noqa: S101 - it was accepted
        kind, how, line = found[1], found[2].split(",")[1:], found[3]
        served: Callable[[], object]
        if kind == "sync":
            served = Files(self._system, stream).run
        else:
            served = Terminal(self._system, stream, packets="v2" in how, apart=kind == "exec",
                              line=line).run  # fmt: skip

        def live() -> None:
            try:
                served()
            except PortLost:
                return
            except Garbled:
                stream.close()
            stream.when_lost = None
            stream.finish()

        stream.when_lost = self._system.spawn(f"adb {kind}", live)


@dataclass
class Terminal:
    """A shell on a stream: one command line, or many where none is given."""

    system: System
    stream: Stream
    packets: bool
    apart: bool
    line: str
    _frames: adb_shell.Deframer = field(default_factory=adb_shell.Deframer)
    _typed: bytes = b""

    def run(self) -> None:
        """To its end; with the shell protocol, the exit status is the last packet."""
        status = self._run(self.line) if self.line else self._converse()
        if self.packets:
            self.stream.write(adb_shell.Packet(adb_shell.EXIT, bytes([status & 0xFF])).to_bytes())

    def _converse(self) -> int:
        status = 0
        prompt = f"{self.system.properties()['ro.product.device']}:/ $ ".encode()
        while True:
            self._out(prompt)
            while b"\n" not in self._typed:
                piece = self._read()
                if piece is None:
                    return status
                self._typed += piece.replace(b"\r", b"\n")
            raw, _, self._typed = self._typed.partition(b"\n")
            line = raw.decode("utf-8", "surrogateescape").strip()
            if line == "exit":
                return status
            status = self._run(line)

    def _run(self, line: str) -> int:
        return self.system.shell().run(line, Call([], self._out, self._err, self._read))

    def _out(self, octets: bytes) -> None:
        packet = adb_shell.Packet(adb_shell.STDOUT, octets)
        self.stream.write(packet.to_bytes() if self.packets else octets)

    def _err(self, octets: bytes) -> None:
        packet = adb_shell.Packet(adb_shell.STDERR, octets)
        self.stream.write(packet.to_bytes() if self.packets else octets)

    def _read(self) -> bytes | None:
        """What was typed or sent; None at its end."""
        while True:
            try:
                chunk = self.stream.read()
            except PortLost:
                return None
            if chunk is None:
                return None
            if not self.packets:
                return chunk.data
            found = self._frames.feed(chunk.data)
            typed = b"".join(one.octets for one in found if one.kind == adb_shell.STDIN)
            if typed:
                return typed
            if any(one.kind == adb_shell.CLOSE_STDIN for one in found):
                return None


class Files:
    """File transfer on a stream."""

    def __init__(self, system: System, stream: Stream) -> None:
        self._disk = system.disk
        self._stream = stream
        self._parts = adb_sync.Deframer(adb_sync.REQUESTS)
        self._sending: tuple[str, bytearray] | None = None
        self._acts: dict[str, Callable[[adb_sync.Part], None]] = {
            "STAT": self._stat, "LIST": self._list, "RECV": self._receive, "SEND": self._send,
            "DATA": self._take, "DONE": self._done,
        }  # fmt: skip

    def run(self) -> None:
        """Until QUIT, or the other end goes; raises Garbled."""
        while True:
            chunk = self._stream.read()
            for part in self._parts.feed(chunk.data if chunk else b""):
                if part.word == "QUIT":
                    return
                self._acts[part.word](part)

    def _say(self, part: adb_sync.Part, shapes: adb_sync.Shapes = adb_sync.ANSWERS) -> None:
        self._stream.write(adb_sync.to_bytes(part, shapes))

    def _fail(self, text: str) -> None:
        self._say(adb_sync.Part("FAIL", (), text.encode()[: adb_sync.LONGEST_NAME]))

    def _stat(self, part: adb_sync.Part) -> None:
        path = part.octets.decode("utf-8", "surrogateescape")
        size = self._disk.size(path)
        mode = FOLDER | 0o771 if path in FOLDERS else 0 if size is None else REGULAR | 0o660
        self._say(adb_sync.Part("STAT", (mode, size or 0, 0)))

    def _list(self, part: adb_sync.Part) -> None:
        folder = part.octets.decode("utf-8", "surrogateescape").rstrip("/") + "/"
        for path in self._disk.paths(folder):
            name = path.removeprefix(folder)
            if "/" not in name:
                row = (REGULAR | 0o660, self._disk.size(path) or 0, 0)
                self._say(adb_sync.Part("DENT", row, name.encode()), adb_sync.LISTING)
        self._say(adb_sync.Part("DONE", (0, 0, 0, 0)), adb_sync.LISTING)

    def _receive(self, part: adb_sync.Part) -> None:
        try:
            content = self._disk.read(part.octets.decode("utf-8", "surrogateescape"))
        except OSError as error:
            self._fail(f"open failed: {error.strerror}")
            return
        for at in range(0, len(content), adb_sync.LONGEST_CHUNK):
            self._say(adb_sync.Part("DATA", (), content[at : at + adb_sync.LONGEST_CHUNK]))
        self._say(adb_sync.Part("DONE", (0,)))

    def _send(self, part: adb_sync.Part) -> None:
        path, _ = adb_sync.path_and_mode(part.octets)
        self._sending = (path, bytearray())

    def _take(self, part: adb_sync.Part) -> None:
        if self._sending is None:
            raise Garbled("adb sync: DATA without SEND")
        self._sending[1].extend(part.octets)

    def _done(self, part: adb_sync.Part) -> None:
        if self._sending is None:
            raise Garbled("adb sync: DONE without SEND")
        (path, content), self._sending = self._sending, None
        try:
            self._disk.write(path, bytes(content))
        except OSError as error:
            self._fail(f"couldn't create file: {error.strerror}")
        else:
            self._say(adb_sync.Part("OKAY", (0,)))
