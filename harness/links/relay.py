"""A link for hosts where nothing may be done to packets: a relay of TCP and UDP in user space.

A door listens in a host's stead; what comes through it is carried over the link's own path (delay,
rate, the plan) to that host. Whatever the path cannot take just now is not read, so that the sender
is held back and no stream ever lacks a piece. What a relay cannot do is in ``relay_limits``.

The plan is charged 40 bytes for each piece of a stream and 28 for each datagram on top, as their
headers would be; how many pieces the real packets were it cannot know.
"""

import contextlib
import random
import select
import socket
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from harness.clock import CooperativeClock
from harness.errors import BenchError
from harness.links.flow import Flow
from harness.links.link import WAYS, Link
from harness.links.path import Shape

PIECE = 1360  # bytes of a stream read at once: a usual segment
TCP_HEADERS, UDP_HEADERS = 40, 28  # IPv4 and the rest
HOLD = 8000  # bytes that wait for the rate before the sender is held back
AGAIN = 0.01  # s until somebody who was held back is looked at again
CONNECT = 10.0  # s a host may take to answer
LINGER_NOT = struct.pack("ii", 1, 0)  # close() sends RST (socket(7))
CLEAN = Shape(delay=0.0, jitter=0.0, rate=None)


class RelayLink(Link):
    """The link of a relay: an outage holds back instead of losing, so does a full queue."""

    def __init__(self, clock: CooperativeClock, *, rng: random.Random) -> None:
        super().__init__(clock, rng=rng, up=CLEAN, down=CLEAN)
        self.name = "relay"
        self.stalled: set[str] = set()

    def set_outage(self, *, on: bool, way: str = "both") -> None:
        """Nothing is read or delivered while on."""
        self.stalled = self.stalled | set(WAYS[way]) if on else self.stalled - set(WAYS[way])
        self._tell("outage", on=self.outage)

    @property
    def outage(self) -> bool:
        """Whether one way is held at least."""
        return bool(self.stalled)

    def room(self, way: str) -> int:
        """How much may be read now: the sender is held back before the queue is full."""
        if way in self.stalled:
            return 0
        path = self.paths[way]
        path.cap = self.carrier.cap(up=way == "up")
        queue = min(HOLD, path.cap[1] if path.cap else path.shape.queue)
        most = max(1, min(PIECE, queue - TCP_HEADERS))
        return most if path.waiting + most + TCP_HEADERS <= queue else 0


class Door:
    """Listens in a host's stead.

    Args:
        clock: Keeps pace with the wall.
        link: What carries.
        at: Where it listens; port 0 for any.
        host: Whom it stands for.

    Attributes:
        address: Where it listens.

    Raises:
        BenchError: The place is taken, or not ours.
    """

    def __init__(
        self, clock: CooperativeClock, link: RelayLink, kind: str, at: tuple[str, int],
        host: tuple[str, int],
    ) -> None:  # fmt: skip
        self._clock, self._link, self._host = clock, link, host
        try:
            self._socket = _listening(kind, at)
        except OSError as error:
            raise BenchError(f"{at[0]}:{at[1]}: {error.strerror}") from error
        self.address: tuple[str, int] = self._socket.getsockname()
        self._datagrams: dict[Any, socket.socket] = {}
        clock.listen(self._socket.fileno(), self._accept if kind == "tcp" else self._datagram)

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # it has gone meanwhile
            near, _ = self._socket.accept()
            Conversation(self._clock, self._link, near, self._host)

    def _datagram(self) -> None:
        seen, whom = self._socket.recvfrom(65535)
        far = self._datagrams.get(whom)
        if far is None:
            far = self._datagrams[whom] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            far.setblocking(False)
            far.connect(self._host)
            self._clock.listen(far.fileno(), partial(self._answer, far, whom))
        self._carry(seen, far.send, up=True)

    def _answer(self, far: socket.socket, whom: Any) -> None:
        with contextlib.suppress(OSError):  # nobody there: as silent as UDP is
            seen = far.recv(65535)
            self._carry(seen, lambda answer: self._socket.sendto(answer, whom), up=False)

    def _carry(self, seen: bytes, send: Callable[[bytes], object], *, up: bool) -> None:
        way = "up" if up else "down"

        def deliver() -> None:
            if way not in self._link.stalled:
                with contextlib.suppress(OSError):
                    send(seen)

        if way not in self._link.stalled:
            flow = Flow("udp", *self._host)
            self._link.carry(len(seen) + UDP_HEADERS, up=up, deliver=deliver, flow=flow)


class Conversation:
    """One TCP connection on both sides of the relay."""

    def __init__(
        self, clock: CooperativeClock, link: RelayLink, near: socket.socket, host: tuple[str, int]
    ) -> None:
        """It is connected to the host at once; where that refuses it is reset."""
        self._clock, self._ended = clock, False
        self._flow = Flow("tcp", *host)
        far = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self._near, self._far = near, far
        for end in (near, far):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._pipes = (
            _Pipe(clock, link, near, far, "up", self), _Pipe(clock, link, far, near, "down", self),
        )  # fmt: skip
        far.connect_ex(host)
        self._wait(clock.now() + CONNECT)

    @property
    def flow(self) -> Flow:
        return self._flow

    def _wait(self, until: float) -> None:
        _, done, _ = select.select([], [self._far], [], 0)
        if done and not self._far.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            for pipe in self._pipes:
                pipe.go_on()
        elif done or self._clock.now() >= until:
            self.reset()
        else:
            self._clock.call_at(self._clock.now() + AGAIN, lambda: self._wait(until))

    def over(self) -> None:
        """Both ways have come to their end."""
        if not self._ended and all(pipe.over for pipe in self._pipes):
            self._close()

    def reset(self) -> None:
        """RST to both ends."""
        if self._ended:
            return
        for end in (self._near, self._far):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_NOT)
        self._close()

    def _close(self) -> None:
        self._ended = True
        for pipe in self._pipes:
            pipe.stop()
        self._near.close()
        self._far.close()


class _Pipe:
    """One way of a conversation."""

    def __init__(
        self, clock: CooperativeClock, link: RelayLink, source: socket.socket,
        sink: socket.socket, way: str, talk: Conversation,
    ) -> None:  # fmt: skip
        self._clock, self._link, self._way, self._talk = clock, link, way, talk
        self._source, self._sink = source, sink
        self._number = source.fileno()
        self._unsent = bytearray()
        self._ending = self._stopped = self._sending = False
        self._flying = 0
        self.over = False

    def go_on(self) -> None:
        """Listen again, or look again later."""
        if self._stopped or self._ending:
            return
        if self._link.room(self._way) and len(self._unsent) < HOLD:
            self._clock.listen(self._number, self._read)
        else:
            self._clock.call_at(self._clock.now() + AGAIN, self.go_on)

    def stop(self) -> None:
        """The conversation is over."""
        self._stopped = True
        self._unlisten()

    def _unlisten(self) -> None:
        if self._clock.listens_to(self._number):
            self._clock.unlisten(self._number)

    def _read(self) -> None:
        self._unlisten()
        room = self._link.room(self._way)  # others may have taken it meanwhile
        if not room:
            self.go_on()
            return
        try:
            seen = self._source.recv(room)
        except BlockingIOError:
            self.go_on()
            return
        except OSError:  # reset by its peer
            self._talk.reset()
            return
        if not seen:
            self._end()
            return
        self._flying += 1
        self._link.carry(
            len(seen) + TCP_HEADERS, up=self._way == "up", deliver=lambda: self._deliver(seen),
            reset=self._talk.reset, flow=self._talk.flow,
        )  # fmt: skip
        self.go_on()

    def _end(self) -> None:
        """The other end has said all: that is passed on behind what is still under way."""
        self._ending = True
        path = self._link.paths[self._way]
        self._clock.call_at(self._clock.now() + path.shape.delay, self._send)

    def _deliver(self, seen: bytes) -> None:
        self._flying -= 1
        self._unsent += seen
        self._send()

    def _send(self) -> None:
        if self._sending or self._stopped:
            return
        try:
            while self._unsent and self._way not in self._link.stalled:
                del self._unsent[: self._sink.send(self._unsent)]
        except BlockingIOError:
            pass
        except OSError:
            self._talk.reset()
            return
        if self._unsent:
            self._sending = True
            self._clock.call_at(self._clock.now() + AGAIN, self._send_again)
        elif self._ending and not self._flying and not self.over:
            self.over = True
            with contextlib.suppress(OSError):
                self._sink.shutdown(socket.SHUT_WR)
            self._talk.over()

    def _send_again(self) -> None:
        self._sending = False
        self._send()


def _listening(kind: str, at: tuple[str, int]) -> socket.socket:
    if kind == "tcp":
        made = socket.create_server(at, backlog=64)
    else:
        made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        made.bind(at)
    made.setblocking(False)
    return made
