"""An adb connection of either end: many streams over one line, each with its own pace.

Source: AOSP, packages/modules/adb, docs/dev/protocol.md: OPEN is answered by OKAY or CLSE; a WRTE
waits for the OKAY of the one before; what names no open stream is ignored; a broken message ends
the connection. sockets.cpp: a stream that the other end closes is closed by a CLSE of one's own.
"""

from collections.abc import Callable

from harness.clock import Clock
from harness.errors import Garbled, PortLost
from harness.ports.base import BufferedPort, Port
from harness.wire import adb

#: Messages that do not belong to a stream.
GREETINGS = ("CNXN", "AUTH", "STLS")
FLUSH = 10.0  # s that the end of a stream may wait for its last bytes to be taken
PIPE = 65536  # bytes written that wait for their turn: as many as a pipe of Linux holds


class Stream(BufferedPort):
    """One stream: a port for whoever sits at this end of it.

    Attributes:
        name: What was opened.
        local: Its number here.
        remote: Its number at the other end; 0 until that is known.
        when_lost: Called once when the other end has closed it, or has gone.
    """

    def __init__(self, line: "Line", local: int, name: str, remote: int = 0) -> None:
        super().__init__(line.clock, name)
        self.name, self.local, self.remote = name, local, remote
        self.when_lost: Callable[[], None] | None = None
        self._line = line
        self._ready = line.clock.signal(f"room in {name}")
        self._may_write = bool(remote)  # an OPEN implies that its sender is ready
        self._written = bytearray()

    def open(self) -> None:
        self.check_alive()

    @property
    def accepted(self) -> bool:
        """Whether the other end has said that it is there."""
        return bool(self.remote)

    def await_accepted(self, until: float) -> bool:
        """Wait for the answer to our OPEN: whether it was an OKAY."""
        self._ready.wait_for(lambda: self.accepted or self._lost is not None, until)
        return self.accepted

    def write(self, data: bytes) -> None:
        """As into a pipe: what is written while an OKAY is awaited goes out together after it."""
        rest = memoryview(data)
        while True:
            self._ready.wait_for(lambda: len(self._written) < PIPE or self._lost is not None)
            self.check_alive()
            room = PIPE - len(self._written)
            self._written += rest[:room]
            rest = rest[room:]
            self._send()
            if not rest:
                return

    def _send(self) -> None:
        if not self._may_write or not self._written:
            return
        self._may_write = False
        chunk = bytes(self._written[: self._line.longest])
        del self._written[: self._line.longest]
        self._line.say(adb.Message("WRTE", self.local, self.remote, chunk))

    def finish(self) -> None:
        """Close it once all that was written has been taken."""
        until = self.clock.now() + FLUSH
        self._ready.wait_for(lambda: self._may_write or self._lost is not None, until)
        self.close()

    def close(self) -> None:
        if self._line.forget(self):
            self._line.say(adb.Message("CLSE", self.local, self.remote))
        self.lose("closed here")

    def lose(self, reason: str) -> None:
        """For the line: it is over."""
        self.put_lost(reason)
        self._ready.notify()
        when_lost, self.when_lost = self.when_lost, None
        if when_lost is not None:
            when_lost()

    def take_ready(self, remote: int) -> None:
        """For the line: the other end takes the next WRTE."""
        self.remote, self._may_write = remote, True
        self._send()
        self._ready.notify()


class Line:
    """One connection. Subclasses say how it begins.

    Attributes:
        online: Whether both ends know each other.
        lost: Whether it is over.
        longest: Bytes of a payload that both ends take.
        version: The lower of both ends'.
        changed: Notified when any of these changes.
    """

    def __init__(self, clock: Clock, port: Port) -> None:
        self.clock = clock
        self._port = port
        self._messages = adb.Deframer()
        self._streams: dict[int, Stream] = {}
        self._count = 0
        self.online = self.lost = False
        self.longest = adb.USUAL
        self.version = adb.CHECKED
        self.changed = clock.signal(f"an adb connection on {port.address}")
        self._acts: dict[str, Callable[[adb.Message], None]] = {
            "OPEN": self._open, "OKAY": self._okay, "CLSE": self._close, "WRTE": self._write,
        }  # fmt: skip

    # --- what a subclass says ---------------------------------------------------------------

    def greet(self, message: adb.Message) -> None:
        """One of ``GREETINGS`` came; raises Garbled."""

    def accepts(self, name: str) -> bool:
        """Whether there is such a service; an OPEN of anything else is refused."""
        return False

    def serve(self, stream: Stream) -> None:
        """The other end has opened a stream; must not wait."""

    # --- the line ---------------------------------------------------------------------------

    def run(self) -> None:
        """Take what comes until it ends; a task of its own."""
        try:
            while not self.lost:
                chunk = self._port.read()
                self._messages.feed(chunk.data if chunk else b"")
                while (message := self._messages.take()) is not None:
                    self._sort(message)
        except Garbled:
            self._port.close()
        except PortLost:
            pass
        finally:
            self.end()

    def end(self) -> None:
        """It is over: so is every stream."""
        self.lost, self.online = True, False
        streams, self._streams = list(self._streams.values()), {}
        for stream in streams:
            stream.lose("the other end does not answer any more")
        self.changed.notify()

    def say(self, message: adb.Message) -> None:
        """Send; a line that has gone is noticed by ``run``."""
        try:
            self._port.write(message.to_bytes())
        except PortLost:
            self.end()

    def agree(self, version: int, longest: int) -> None:
        """Both ends' CNXN are known; raises Garbled where the other end's cannot be right."""
        if version < adb.CHECKED or longest < adb.USUAL:
            raise Garbled(f"adb: version {version:08x} with {longest} bytes")
        self.version = min(version, adb.UNCHECKED)
        self.longest = min(longest, adb.MOST)
        self._messages.checked = self.version < adb.UNCHECKED
        self.online = True
        self.changed.notify()

    def open_stream(self, name: str) -> Stream:
        """Ask the other end for a service; ``await_accepted`` tells its answer."""
        stream = self._new(name)
        self.say(adb.Message("OPEN", stream.local, 0, name.encode() + b"\0"))
        return stream

    def forget(self, stream: Stream) -> bool:
        """It is closed here; whether the other end must still be told."""
        known = self._streams.pop(stream.local, None) is not None
        return known and stream.accepted and not self.lost

    def _new(self, name: str, remote: int = 0) -> Stream:
        self._count += 1
        stream = self._streams[self._count] = Stream(self, self._count, name, remote)
        return stream

    def _sort(self, message: adb.Message) -> None:
        if message.command in GREETINGS:
            self.greet(message)
        elif self.online and message.command in self._acts:
            self._acts[message.command](message)

    def _open(self, message: adb.Message) -> None:
        name = message.payload.rstrip(b"\0").decode("utf-8", "surrogateescape")
        if not message.first or not self.accepts(name):
            self.say(adb.Message("CLSE", 0, message.first))
            return
        stream = self._new(name, message.first)
        self.say(adb.Message("OKAY", stream.local, stream.remote))
        self.serve(stream)

    def _okay(self, message: adb.Message) -> None:
        stream = self._streams.get(message.second)
        if stream is not None and message.first:
            stream.take_ready(message.first)

    def _write(self, message: adb.Message) -> None:
        stream = self._streams.get(message.second)
        if stream is not None:
            stream.put_arrived(message.payload)
            self.say(adb.Message("OKAY", stream.local, stream.remote))

    def _close(self, message: adb.Message) -> None:
        stream = self._streams.pop(message.second, None)
        if stream is not None:
            if stream.accepted:  # not by protocol.md; but adbd does, and clients wait for it
                self.say(adb.Message("CLSE", stream.local, stream.remote))
            stream.lose("closed by the other end")
