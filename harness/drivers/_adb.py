"""A client of an adb server: one device, one service a connection.

Source: AOSP, packages/modules/adb: docs/dev/services.md (``host:transport:``, ``shell,v2,raw:``,
``exec:``, ``sync:``), shell_protocol.h, docs/dev/sync.md. Arguments reach the device's shell
quoted, so that none of them is ever more than an argument.

Whose fault something is: no server is the bench's (``PortError``); a device that is not there or
says nothing is the terminal without power (``PortLost``); a key that nobody has confirmed is
``DeviceRefused``.
"""

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from harness.drivers._adb_link import LONGEST, WITHIN, Link, NoServer
from harness.errors import DeviceRefused, Garbled, PortLost, UsageError
from harness.ports.base import Chunk, Port
from harness.wire import adb_shell, adb_sync

__all__ = ["Adb", "Answer", "NoServer", "quoted"]

#: Ends the output where the shell protocol does not tell the exit status.
MARK = "hil-status="
MARKED = re.compile(rb"hil-status=(\d{1,3})\s*$")
TEMPORARY = "/data/local/tmp/hil-install.apk"


def quoted(*words: str) -> str:
    """A command line of these words, each exactly one; raises UsageError for what none can be."""
    if any("\0" in word for word in words):
        raise UsageError("a NUL cannot be an argument")
    return shlex.join(words)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command came to.

    Attributes:
        status: Its exit status.
        out: Its output.
        err: Its errors; without the shell protocol they are in the output.
    """

    status: int
    out: bytes
    err: bytes = b""

    @property
    def text(self) -> str:
        """The output, without blanks around it."""
        return self.out.decode("utf-8", "replace").strip()

    @property
    def complaint(self) -> str:
        """What an error's text quotes: its last words."""
        said = (self.err or self.out).decode("utf-8", "replace").strip()
        return f"exit status {self.status}: {said[-120:]}"


#: Makes output of a stream's chunk.
Decode = Callable[[Chunk], bytes]


class Adb(Link):
    """See the module text."""

    def __init__(self, port: Port, device: str = "", *, within: float = WITHIN) -> None:
        """As ``Link``."""
        super().__init__(port, device, within=within)
        self._known: frozenset[str] | None = None

    # --- commands ---------------------------------------------------------------------------

    def shell(self, *words: str, within: float | None = None) -> Answer:
        """Run one command with these arguments."""
        return self.run(quoted(*words), within=within)

    def run(self, line: str, *, within: float | None = None) -> Answer:
        """Run a command line, whose parts are ``quoted``.

        Raises:
            PortError: No server (``PortLost``: no device, or no answer from it).
            DeviceRefused: The device does not let us in.
            Garbled: What came is no answer.
        """
        until = self._until(within)
        framed = "shell_v2" in self.features()
        asked = f"shell,v2,raw:{line}" if framed else f"shell:{line}; echo {MARK}$?"
        self.select(until)
        try:
            self.open(asked, until)
            return self._framed(until) if framed else self._marked(until)
        finally:
            self.close()

    def follow(self, line: str, until: float) -> Decode:
        """Begin a command that goes on; on a device that is selected. The port is its output."""
        framed = "shell_v2" in (self._known or ())
        self.open(f"shell,v2,raw:{line}" if framed else f"shell:{line}", until)
        frames = adb_shell.Deframer()

        def decode(chunk: Chunk) -> bytes:
            if not framed:
                return chunk.data.replace(b"\r\n", b"\n")
            found = frames.feed(chunk.data)
            if any(one.kind == adb_shell.EXIT for one in found):
                self.close()
            return b"".join(one.octets for one in found if one.kind == adb_shell.STDOUT)

        early = self._inbox.rest()
        if not early:
            return decode
        first = [early]

        def decode_early(chunk: Chunk) -> bytes:
            before = first.pop() if first else b""
            return decode(Chunk(chunk.t, before + chunk.data))

        return decode_early

    def features(self) -> frozenset[str]:
        """What device and server can do together; asked once."""
        if self._known is None:
            until = self._until(None)
            whose = f"host-serial:{self.device}" if self.device else "host"
            self._connect()
            try:
                self._ask(f"{whose}:features", until)
                said = self._whole(self._inbox.text, until)
            finally:
                self.close()
            self._known = frozenset(said.split(","))
        return self._known

    def screenshot(self) -> bytes:
        """A PNG of the display. It may show a card number: it belongs into no trace and no file."""
        octets = self._raw("exec:screencap -p", b"", self._until(None))
        if not octets.startswith(b"\x89PNG\r\n\x1a\n"):
            raise DeviceRefused(f"{self._port.address}: no picture came: {octets[:60]!r}")
        return octets

    # --- files ------------------------------------------------------------------------------

    def push(self, path: str, content: bytes, *, mode: int = 0o644) -> None:
        """Write a file on the device; raises DeviceRefused in its own words."""
        until = self._until(self._for(content))
        sent = b"".join(adb_sync.sent(path, mode, content, 0))
        self.select(until)
        try:
            self.open("sync:", until)
            self._send(sent)
            answers = adb_sync.Deframer(adb_sync.ANSWERS)
            found = answers.feed(self._inbox.rest())
            while not found:
                found = answers.feed(self._next(until).data)
        finally:
            self.close()
        if found[0].word != "OKAY":
            said = found[0].octets.decode("utf-8", "replace")
            raise DeviceRefused(f"{self._port.address}: {path} was not taken: {said}")

    def install(self, content: bytes) -> None:
        """Install an APK over what is there; raises DeviceRefused in the device's own words."""
        within = self._for(content)
        if "cmd" in self.features():
            wanted = f"exec:cmd package install -r -S {len(content)}"
            said = self._raw(wanted, content, self._until(within)).decode("utf-8", "replace")
        else:
            self.push(TEMPORARY, content)
            said = self.shell("pm", "install", "-r", TEMPORARY, within=within).text
            self.shell("rm", "-f", TEMPORARY)
        if not re.search(r"^Success", said, re.MULTILINE):
            raise DeviceRefused(f"{self._port.address}: not installed: {said.strip()[:200]}")

    def _framed(self, until: float) -> Answer:
        frames, held = adb_shell.Deframer(), {kind: bytearray() for kind in range(6)}
        octets = self._inbox.rest()
        while True:
            for packet in frames.feed(octets):
                held[packet.kind] += packet.octets
                if packet.kind == adb_shell.EXIT:
                    out, err = held[adb_shell.STDOUT], held[adb_shell.STDERR]
                    return Answer(packet.octets[0], bytes(out), bytes(err))
            if len(held[adb_shell.STDOUT]) > LONGEST:
                raise Garbled(f"{self._port.address}: a command does not stop talking")
            octets = self._next(until).data

    def _marked(self, until: float) -> Answer:
        said = self._all(until).replace(b"\r\n", b"\n")
        found = MARKED.search(said)
        if found is None:
            raise PortLost(f"{self._port.address}: a command was broken off")
        return Answer(int(found[1]), said[: found.start()])
