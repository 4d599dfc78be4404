"""What every port is: bytes out, stamped chunks in."""

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass

from harness.clock import Clock
from harness.errors import NotSupported, PortLost


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes, and when they were read.

    Attributes:
        t: Seconds on the port's clock, at the moment of reading.
        data: What came; never empty.
    """

    t: float
    data: bytes


class Port(ABC):
    """Moves the bytes of one device.

    Attributes:
        clock: The clock that its stamps and its deadlines are on.
        address: Where the device is, as the rig file says it.
        arrived: Notified when something can be read, or the port was lost.
    """

    def __init__(self, clock: Clock, address: str) -> None:
        self.clock = clock
        self.address = address
        self.arrived = clock.signal(f"bytes from {address}")

    @abstractmethod
    def open(self) -> None:
        """Make the connection; raises PortLost. Opening an open port does nothing."""

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Send all of it; raises PortLost when the other end has gone."""

    @abstractmethod
    def read(self, until: float | None = None) -> Chunk | None:
        """The oldest chunk not read yet; None when the time ``until`` came first.

        Raises PortLost once everything has been read and the other end has gone.
        ``until`` in the past asks for what is already here.
        """

    @property
    @abstractmethod
    def readable(self) -> bool:
        """Whether ``read`` would return (or raise) at once."""

    @property
    def unsent(self) -> int:
        """Bytes written that have not left yet, as far as it is known; 0 where nobody can tell."""
        return 0

    @abstractmethod
    def close(self) -> None:
        """Let go; the other end notices. Closing twice does nothing."""

    def twin(self) -> "Port":
        """Another port to the same address, not open; raises NotSupported where there is one only.

        For protocols with a connection for each request.
        """
        raise NotSupported(f"{self.address}: there is only one line to it")


class BufferedPort(Port):
    """A port whose bytes arrive by themselves: a reader stamps them and puts them here."""

    def __init__(self, clock: Clock, address: str) -> None:
        super().__init__(clock, address)
        self._chunks: deque[Chunk] = deque()
        self._lost: str | None = None

    def read(self, until: float | None = None) -> Chunk | None:
        if not self._chunks and not self.arrived.wait_for(self._has_news, until):
            return None
        if self._chunks:
            return self._chunks.popleft()
        raise PortLost(f"{self.address}: {self._lost}")

    @property
    def readable(self) -> bool:
        return self._has_news()

    @property
    def unread(self) -> int:
        """Bytes that have arrived and were not read yet."""
        return sum(len(chunk.data) for chunk in self._chunks)

    def _has_news(self) -> bool:
        return bool(self._chunks) or self._lost is not None

    def put_arrived(self, data: bytes, t: float | None = None) -> None:
        """For the reader: these bytes were read, at ``t`` or just now."""
        if data:
            self._chunks.append(Chunk(self.clock.now() if t is None else t, data))
            self.arrived.notify()

    def put_lost(self, reason: str) -> None:
        """For the reader: the other end has gone."""
        self._lost = self._lost or reason
        self.arrived.notify()

    def check_alive(self) -> None:
        """Raise PortLost if the other end has gone."""
        if self._lost is not None:
            raise PortLost(f"{self.address}: {self._lost}")
