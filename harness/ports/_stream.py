"""What serial lines and TCP connections share: a thread that stamps chunks the moment they come.

The thread waits in ``poll`` for the descriptor, reads, stamps and hands over, so a stamp is not
later because somebody was busy. For the thread kernel (``ThreadClock``) only.
"""

import contextlib
import os
import select
import threading
from abc import abstractmethod

from harness.clock import Clock
from harness.errors import PortError, PortLost
from harness.ports.base import BufferedPort

CHUNK = 65536  # bytes per read


class StreamPort(BufferedPort):
    """A stream with a reader thread. Once lost, ``open`` makes a new connection."""

    #: What the library underneath raises when the other end has gone.
    ERRORS: tuple[type[BaseException], ...] = (OSError,)

    def __init__(self, clock: Clock, address: str) -> None:
        super().__init__(clock, address)
        self._lost = "not open"
        self._reader: threading.Thread | None = None
        self._wake = (-1, -1)
        self._closing = False

    @abstractmethod
    def _connect(self) -> None:
        """Connect; raises one of ``ERRORS``."""

    @abstractmethod
    def _descriptor(self) -> int | None:
        """What to wait on; None where ``_receive`` waits by itself, for a short while."""

    @abstractmethod
    def _receive(self) -> bytes | None:
        """What is there; ``b""`` when the other end has gone, None when there is nothing yet."""

    @abstractmethod
    def _send(self, data: bytes) -> None: ...

    @abstractmethod
    def _disconnect(self) -> None:
        """Let go of the connection; may be called twice."""

    def open(self) -> None:
        if self._lost is None:
            return
        self.close()
        try:
            self._connect()
        except self.ERRORS as error:
            self._disconnect()
            raise PortLost(f"{self.address}: {told(error)}") from error
        self._lost = None
        self._closing = False
        self._wake = os.pipe()
        self._reader = threading.Thread(
            target=self._read_on, name=f"reader of {self.address}", daemon=True
        )
        self._reader.start()

    def write(self, data: bytes) -> None:
        self.check_alive()
        try:
            self._send(data)
        except PortError as error:
            self.put_lost(str(error))
            raise
        except self.ERRORS as error:
            self.put_lost(told(error))
            raise PortLost(f"{self.address}: {told(error)}") from error

    def close(self) -> None:
        self.put_lost("closed here")
        reader, self._reader = self._reader, None
        if reader is not None:
            self._closing = True
            os.write(self._wake[1], b"x")
            if reader is not threading.current_thread():
                reader.join()
            for end in self._wake:
                os.close(end)
        self._disconnect()

    def _read_on(self) -> None:
        reason = "closed by the other end"
        try:
            while not self._closing and self._wait_readable():
                seen = self._receive()
                if seen == b"":
                    break
                if seen is not None:
                    self.put_arrived(seen)
        except self.ERRORS as error:
            reason = told(error)
        except (TypeError, ValueError) as error:  # closed under our feet: no descriptor any more
            reason = told(error)
        if not self._closing:
            self.put_lost(reason)
            # At once: a tty held open while its device comes back returns under another name.
            with contextlib.suppress(*self.ERRORS):
                self._disconnect()

    def _wait_readable(self) -> bool:
        """Wait for bytes; False when the port is being closed."""
        descriptor = self._descriptor()
        if descriptor is None:
            return True
        both = select.poll()
        both.register(descriptor, select.POLLIN)
        both.register(self._wake[0], select.POLLIN)
        ready = dict(both.poll())
        return self._wake[0] not in ready


def told(error: BaseException) -> str:
    """An error of the library underneath, in one line and never empty."""
    return " ".join(str(error).split()) or type(error).__name__
