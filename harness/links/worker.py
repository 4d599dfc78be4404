"""A helper process of a link engine: whoever started it controls it, and it ends with them.

The controlling connection is a UNIX socket of type SEQPACKET. What it carries is the control
protocol of ``harness.links.link``, JSON lines, with words of the worker's own among them; the
answers of those may bring descriptors along (SCM_RIGHTS, unix(7)). The first line is the worker's:
``{"event": "started"}``, or ``{"error": ...}`` when it cannot work here. At the end of that
connection, whoever closed it and why, the worker ends and leaves nothing behind.
"""

import contextlib
import json
import os
import signal
import socket
import struct
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.clock import CooperativeClock
from harness.errors import BenchError, PortLost
from harness.ports.base import Port
from harness.ports.memory import pair

#: Bytes of one datagram at most, and of all that nobody has read.
PIECE, BACKLOG = 32768, 1 << 20
NICE = -10  # of a process that is root's
TRY_AGAIN = 0.005  # s until a full socket is tried again

Accept = Callable[[Port], None]
#: A worker's own word: takes the request, returns its answer and descriptors to be given away.
Own = Mapping[str, Callable[[Mapping[str, Any]], tuple[Mapping[str, Any], Sequence[int]]]]


class Unfit(Exception):
    """The worker cannot work on this machine; the text says why."""


def serve(
    control: socket.socket,
    build: Callable[[CooperativeClock], tuple[Accept, Own]],
    *,
    others: socket.socket | None = None,
    clean: Callable[[], None] = lambda: None,
) -> None:
    """Work until the controlling connection ends, or SIGTERM.

    Args:
        control: The controlling connection.
        build: Makes what is controlled; called within the clock. Its own failure is told.
        others: Listens for more connections of this user, which control as well and may go.
        clean: Called on every way out but SIGKILL.
    """
    _come_first()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # meant for who started this, who makes it safe
    clock = CooperativeClock(wall=True, precise=True)

    def stop(*_: object) -> None:
        clock.interrupt(SystemExit(0))

    def live() -> None:
        try:
            accept, own = build(clock)
        except (Unfit, BenchError, OSError) as error:
            control.send(_line({"error": str(error)}))
            return
        control.send(_line({"event": "started"}))
        ended: list[bool] = []
        over = clock.signal("the end of the controlling connection")

        def end() -> None:
            ended.append(True)
            over.notify()

        _Conversation(clock, control, accept, own, end)
        if others is not None:
            clock.listen(others.fileno(), lambda: _admit(clock, others, accept, own))
        over.wait_for(lambda: bool(ended))

    signal.signal(signal.SIGTERM, stop)
    try:
        clock.run(live)
    finally:
        clean()


def _come_first() -> None:
    """A link that is late shapes wrongly: before others, where this user may (sched(7))."""
    with contextlib.suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, 0, NICE)
        Path("/proc/self/autogroup").write_text(str(NICE), encoding="ascii")


def _admit(clock: CooperativeClock, others: socket.socket, accept: Accept, own: Own) -> None:
    connection, _ = others.accept()
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)
    _, user, _ = struct.unpack("3i", credentials)
    if user != os.getuid():  # as seen from our user namespace
        connection.close()
        return
    connection.send(_line({"event": "started"}))
    _Conversation(clock, connection, accept, own, lambda: None)


class _Conversation:
    """One controlling connection, joined to one end of a memory port."""

    def __init__(
        self, clock: CooperativeClock, connection: socket.socket, accept: Accept, own: Own,
        gone: Callable[[], None],
    ) -> None:  # fmt: skip
        self._clock, self._socket, self._own, self._gone = clock, connection, own, gone
        self._unsent = bytearray()
        self._ended = False
        connection.setblocking(False)
        self._ours, theirs = pair(clock, "control")
        accept(theirs)
        clock.listen(connection.fileno(), self._from_socket)
        clock.spawn("control", self._to_socket)

    def _from_socket(self) -> None:
        try:
            seen = self._socket.recv(PIECE * 2)
        except BlockingIOError:
            return
        except OSError:
            seen = b""
        if not seen:
            self._end()
            return
        for line in seen.splitlines(keepends=True):
            own = self._is_own(line)
            if own is None:
                self._ours.write(line)
            else:
                self._answer(own)

    def _is_own(self, line: bytes) -> Mapping[str, Any] | None:
        try:
            request = json.loads(line)
        except (ValueError, RecursionError):  # also a piece of a long line
            return None
        ours = isinstance(request, dict) and request.get("do") in self._own
        return request if ours else None

    def _answer(self, request: Mapping[str, Any]) -> None:
        try:
            answer, descriptors = self._own[request["do"]](request)
            said = {"ok": True, **answer}
        except (BenchError, OSError, LookupError, ValueError) as error:
            said, descriptors = {"error": f"{type(error).__name__}: {error}"}, ()
        try:
            socket.send_fds(self._socket, [_line(said)], list(descriptors))
        except OSError:
            self._end()
        for descriptor in descriptors:
            os.close(descriptor)

    def _to_socket(self) -> None:
        try:
            while (chunk := self._ours.read()) is not None:
                self._unsent += chunk.data
                self._send()
        except PortLost:
            self._end()

    def _send(self) -> None:
        try:
            while self._unsent and not self._ended:
                del self._unsent[: self._socket.send(self._unsent[:PIECE])]
        except BlockingIOError:
            if len(self._unsent) > BACKLOG:
                self._end()
            else:
                self._clock.call_at(self._clock.now() + TRY_AGAIN, self._send)
        except OSError:
            self._end()

    def _end(self) -> None:
        if self._ended:
            return
        self._ended = True
        self._clock.unlisten(self._socket.fileno())
        self._socket.close()
        self._ours.close()
        self._gone()


def _line(fields: Mapping[str, Any]) -> bytes:
    return (json.dumps(fields, separators=(",", ":")) + "\n").encode()
