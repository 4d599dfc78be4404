"""Two ports back to back in one process: the wire of the virtual bench.

Bytes written at one end can be read at the other at once, or after ``latency`` seconds, always in
order. ``vanish`` models a peer that lost power: nothing is sent, and this end's partner learns of
it only when its keepalive gives up.
"""

from typing import Self

from harness.clock import Clock
from harness.ports.base import BufferedPort


class MemoryPort(BufferedPort):
    """One end. Make both with ``pair``."""

    def __init__(self, clock: Clock, address: str, latency: float = 0.0) -> None:
        super().__init__(clock, address)
        self._latency = latency
        self._peer: Self | None = None
        self.closed = False

    def join(self, peer: Self) -> None:
        self._peer, peer._peer = peer, self

    def open(self) -> None:
        self.check_alive()

    def write(self, data: bytes) -> None:
        self.check_alive()
        if not self._latency:
            self._deliver(data)
            return
        self.clock.call_at(self.clock.now() + self._latency, lambda: self._deliver(data))

    @property
    def unsent(self) -> int:
        return self._peer.unread if self._peer is not None and not self._peer.closed else 0

    def _deliver(self, data: bytes) -> None:
        if self._peer is not None and not self._peer.closed:
            self._peer.put_arrived(data)

    def close(self) -> None:
        self._part("closed by the other end", after=0.0)

    def vanish(self, *, keepalive: float) -> None:
        """Go without a word; the partner is told after ``keepalive`` seconds."""
        self._part("the other end does not answer any more", after=keepalive)

    def _part(self, reason: str, *, after: float) -> None:
        if self.closed:
            return
        self.closed = True
        self.put_lost("closed here")
        peer = self._peer
        if peer is None:
            return
        if after or self._latency:
            self.clock.call_at(
                self.clock.now() + after + self._latency, lambda: peer.put_lost(reason)
            )
        else:
            peer.put_lost(reason)


def pair(clock: Clock, address: str, *, latency: float = 0.0) -> tuple[MemoryPort, MemoryPort]:
    """Two joined ends; ``latency`` in seconds, each way."""
    ours, theirs = MemoryPort(clock, address, latency), MemoryPort(clock, address, latency)
    ours.join(theirs)
    return ours, theirs
