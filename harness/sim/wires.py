"""Two processes of one bench, joined: connections and questions over one socket.

What is on one side of a process boundary reaches what is on the other by its outlets, as within a
process: ``open`` is a connection that the other side accepts, ``ask`` a question that it answers,
``say`` a word that nobody answers. A frame is its kind, its channel and its length, and then that.
"""

import json
import os
import socket
import struct
from collections.abc import Callable, Mapping
from typing import Any

from harness.clock import Clock, CooperativeClock
from harness.errors import PortError, PortLost
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair

HEAD = struct.Struct(">cII")
OPEN, TAKEN, REFUSED, BYTES, CLOSED, ASK, ANSWER, SAY = (
    b"o", b"t", b"r", b"b", b"c", b"?", b"!", b".",
)  # fmt: skip
TRY_AGAIN = 0.002  # s until a full socket is tried again
CHUNK = 1 << 16

Accept = Callable[[Mapping[str, Any], Port], None]
Do = Callable[[str, Mapping[str, Any]], Any]


class Wires:
    """One side.

    Args:
        clock: Keeps pace with the wall.
        line: A connected stream socket; this object's from now on.
        accept: Takes a connection that the other side opens, ``to`` whatever; may wait; raises
            PortError where it will not.
        do: Carries out what the other side says or asks; may wait.
        lost: Called once when the other side has gone.
        odd: Whether its channels are the odd ones: one side's are, the other's are not.
    """

    def __init__(
        self, clock: CooperativeClock, line: socket.socket, *, accept: Accept, do: Do,
        lost: Callable[[], None], odd: bool,
    ) -> None:  # fmt: skip
        self._clock, self._line = clock, line
        self._accept, self._do, self._lost = accept, do, lost
        self._next = 1 if odd else 2
        self._ends: dict[int, MemoryPort] = {}  # the far ends of connections, by channel
        self._answers: dict[int, Any] = {}
        self._news = clock.signal("the other process")
        self._in, self._out = bytearray(), bytearray()
        self.closed = False
        line.setblocking(False)
        clock.listen(line.fileno(), self._arrived)

    # --- what each side does ----------------------------------------------------------------

    def say(self, word: str, **fields: Any) -> None:
        """A word that nobody answers; never waits."""
        self._send(SAY, 0, json.dumps({"do": word, **fields}).encode())

    def ask(self, word: str, **fields: Any) -> Any:
        """A question and its answer; raises PortLost when the other side goes."""
        number = self._number()
        self._send(ASK, number, json.dumps({"do": word, **fields}).encode())
        self._news.wait_for(lambda: number in self._answers or self.closed)
        if number not in self._answers:
            raise PortLost("the other process has gone")
        return self._answers.pop(number)

    def open(self, **to: Any) -> Port:
        """Our end of a new connection; raises what the other side raised, as PortLost."""
        number = self._number()
        ours, self._ends[number] = pair(self._clock, f"wires {to}")
        self._send(OPEN, number, json.dumps(to).encode())
        self._news.wait_for(lambda: number in self._answers or self.closed)
        refused = self._answers.pop(number, "PortLost the other process has gone")
        if refused:
            self._ends.pop(number, None)
            ours.close()
            raise Refusal(str(refused))
        self._pump(number)
        return ours

    def close(self) -> None:
        """Let go; every connection ends as by a loss of power."""
        if self.closed:
            return
        self.closed = True
        self._clock.unlisten(self._line.fileno())
        self._line.close()
        for end in list(self._ends.values()):
            end.vanish(keepalive=0.0)
        self._ends.clear()
        self._news.notify()

    # --- frames -----------------------------------------------------------------------------

    def _number(self) -> int:
        self._next += 2
        return self._next

    def _send(self, kind: bytes, channel: int, content: bytes = b"") -> None:
        if not self.closed:
            self._out += HEAD.pack(kind, channel, len(content)) + content
            self._flush()

    def _flush(self) -> None:
        try:
            while self._out and not self.closed:
                del self._out[: self._line.send(self._out)]
        except BlockingIOError:
            self._clock.call_at(self._clock.now() + TRY_AGAIN, self._flush)
        except OSError:
            self._end()

    def _arrived(self) -> None:
        try:
            seen = self._line.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError:
            seen = b""
        if not seen:
            self._end()
            return
        self._in += seen
        while len(self._in) >= HEAD.size:
            kind, channel, length = HEAD.unpack_from(self._in)
            if len(self._in) < HEAD.size + length:
                return
            content = bytes(self._in[HEAD.size : HEAD.size + length])
            del self._in[: HEAD.size + length]
            self._take(kind, channel, content)

    def _end(self) -> None:
        if not self.closed:
            self.close()
            self._lost()

    def _take(self, kind: bytes, channel: int, content: bytes) -> None:
        if kind == BYTES and channel in self._ends:
            self._ends[channel].write(content) if not self._ends[channel].closed else None
        elif kind == CLOSED and channel in self._ends:
            self._ends.pop(channel).close()
        elif kind in (TAKEN, REFUSED, ANSWER):
            self._answers[channel] = json.loads(content) if kind == ANSWER else content.decode()
            self._news.notify()
        elif kind == OPEN:
            self._clock.spawn("wires accept", lambda: self._let_in(channel, json.loads(content)))
        elif kind in (ASK, SAY):
            self._clock.spawn("wires do", lambda: self._carry_out(kind, channel, content))

    def _let_in(self, channel: int, to: Mapping[str, Any]) -> None:
        theirs, self._ends[channel] = pair(self._clock, f"wires {to}")
        try:
            self._accept(to, theirs)
        except PortError as error:
            self._ends.pop(channel, None)
            self._send(REFUSED, channel, f"{type(error).__name__} {error}".encode())
            return
        self._send(TAKEN, channel)
        self._pump(channel)

    def _carry_out(self, kind: bytes, channel: int, content: bytes) -> None:
        fields = json.loads(content)
        value = self._do(fields.pop("do"), fields)
        if kind == ASK:
            self._send(ANSWER, channel, json.dumps(value).encode())

    def _pump(self, channel: int) -> None:
        end = self._ends[channel]

        def carry() -> None:
            try:
                while (chunk := end.read()) is not None:
                    self._send(BYTES, channel, chunk.data)
            except PortLost:
                if self._ends.pop(channel, None) is not None:
                    self._send(CLOSED, channel)

        self._clock.spawn("wires pump", carry)


class Refusal(PortLost):
    """The other side did not take a connection.

    Attributes:
        kind: The name of what it raised.
    """

    def __init__(self, said: str) -> None:
        self.kind, _, text = said.partition(" ")
        super().__init__(text)


def join(clock: Clock, one: Port, other: Port, gone: Callable[[], None]) -> None:
    """Carry bytes between two ports until either ends; then ``gone`` ends what is left."""
    over: list[bool] = []

    def carry(source: Port, target: Port) -> None:
        try:
            while (chunk := source.read()) is not None:
                target.write(chunk.data)
        except PortLost:
            if not over:
                over.append(True)
                gone()

    clock.spawn("join", lambda: carry(one, other))
    clock.spawn("join", lambda: carry(other, one))


def socket_of(descriptor: int) -> socket.socket:
    """The stream socket that was handed down."""
    os.set_inheritable(descriptor, False)
    return socket.socket(fileno=descriptor)
