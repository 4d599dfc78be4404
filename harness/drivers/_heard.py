"""What a device says until a time, though it may never be silent."""

from collections.abc import Iterator

from harness.errors import Garbled
from harness.ports.base import Chunk, Port

MOST = 1 << 16  # bytes: no switch has that much to say
BUSY = 2.0  # s after the time that a busy host may come to read


def heard(port: Port, until: float) -> Iterator[Chunk]:
    """The chunks until a time on the port's clock; raises Garbled when there is no end to them."""
    size = 0
    while (chunk := port.read(until)) is not None:
        size += len(chunk.data)
        if size > MOST or chunk.t > until + BUSY:
            raise Garbled(f"{port.address}: it does not stop talking")
        yield chunk


def drain(port: Port, seconds: float = 0.0) -> None:
    """Drop what comes for so long: said late, to what was asked before, it answers nothing now."""
    for _ in heard(port, port.clock.now() + seconds):
        pass
