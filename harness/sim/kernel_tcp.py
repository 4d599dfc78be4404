"""One end of a TCP connection of the machine's own kernel, with the face of ``sim/tcp.py``.

The socket is the terminal's, in its namespace. What ``sim/tcp.py`` gives up after, this does, too
(RFC 9293, 3.8.3); the first retransmission waits as long as the namespace's route says.
"""

import errno
import socket
import struct
from collections.abc import Callable

from harness.clock import CooperativeClock
from harness.ports.base import Chunk
from harness.sim.tcp import CONNECTING, ENDED, OPEN, End, Segment

GIVE_UP = 123_000  # ms without an acknowledgement, as ``sim/tcp.py`` does after its last try
TCP_USER_TIMEOUT, TCP_INFO = 18, 11  # tcp(7)
RETRANSMITTED = 100  # offset of tcpi_total_retrans in struct tcp_info (linux/tcp.h)
CHUNK = 65536
TRY_AGAIN = 0.005  # s until a full socket is tried again

#: errno -> ``End.why``.
WHY = {
    errno.ECONNREFUSED: "refused",
    errno.ECONNRESET: "reset by the other end",
    errno.EPIPE: "reset by the other end",
    errno.EHOSTUNREACH: "prohibited",
}
SILENT = "no answer from the other end"


class KernelEnd(End):
    """The terminal's end.

    Args:
        clock: The bench's.
        address: The other end, in words.
        line: The socket, bound to its port.
        place: Address and port of the other end.
        silence: Called before it vanishes: from then on no packet of it passes.
    """

    def __init__(
        self,
        clock: CooperativeClock,
        address: str,
        line: socket.socket,
        place: tuple[str, int],
        silence: Callable[[], None],
    ) -> None:
        super().__init__(clock, address, _nowhere)
        self._kernel, self._line, self._place, self._silence = clock, line, place, silence
        self._unsent = bytearray()
        self._listening = False
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setsockopt(socket.IPPROTO_TCP, TCP_USER_TIMEOUT, GIVE_UP)

    def connect(self) -> None:
        self.state = CONNECTING
        code = self._line.connect_ex(self._place)
        if code not in (0, errno.EINPROGRESS):
            self._fail(code)
            return
        self._listen(self._settled, writable=True)

    def _settled(self) -> None:
        self._unlisten()
        code = self._line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._fail(code)
            return
        self.state = OPEN
        self._listen(self._arrived, writable=False)
        self.arrived.notify()

    def _arrived(self) -> None:
        try:
            seen = self._line.recv(CHUNK)
        except BlockingIOError:
            return
        except OSError as error:
            self._fail(error.errno or 0)
            return
        if seen:
            self.put_arrived(seen)
        else:
            self._unlisten()
            self.put_lost("closed by the other end")

    def write(self, data: bytes) -> None:
        self.check_alive()
        self._unsent += data
        self._flush()

    def _flush(self) -> None:
        try:
            while self._unsent and self.state == OPEN:
                del self._unsent[: self._line.send(self._unsent)]
        except BlockingIOError:
            self._kernel.call_at(self._kernel.now() + TRY_AGAIN, self._flush)
        except OSError as error:
            self._fail(error.errno or 0)

    def read(self, until: float | None = None) -> Chunk | None:
        try:
            return super().read(until)
        finally:
            self._count_again()

    def _count_again(self) -> None:
        if self.state == OPEN:
            known = self._line.getsockopt(socket.IPPROTO_TCP, TCP_INFO, RETRANSMITTED + 4)
            self.sent_again = struct.unpack_from("I", known, RETRANSMITTED)[0]

    def close(self) -> None:
        """What is queued, then FIN: the kernel's work, once it has everything."""
        self._fail(0, "closed here")

    def reset(self) -> None:
        self._at_once()
        self._fail(0, "reset here")

    def vanish(self) -> None:
        self._silence()
        self._at_once()
        self._fail(0, "closed here")

    def _at_once(self) -> None:
        """Closing sends RST and forgets what is queued (socket(7), SO_LINGER)."""
        if self.state != ENDED:
            self._line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def _fail(self, code: int, why: str = "") -> None:
        if self.state == ENDED:
            return
        self._unlisten()
        self._line.close()
        self._end(why or WHY.get(code, SILENT))
        self.arrived.notify()

    def _listen(self, act: Callable[[], None], *, writable: bool) -> None:
        self._kernel.listen(self._line.fileno(), act, writable=writable)
        self._listening = True

    def _unlisten(self) -> None:
        if self._listening:
            self._kernel.unlisten(self._line.fileno())
            self._listening = False


def _nowhere(_segment: Segment) -> None:
    """The kernel sends its own segments."""
