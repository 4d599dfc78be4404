"""A simulated bench whose wires can be tampered with, one device at a time."""

import random
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.memory import MemoryPort, pair
from harness.sim.bench import Bench

#: What becomes of one chunk from the device: (seconds from now, bytes) of each piece.
Bend = Callable[[bytes], list[tuple[float, bytes]]]

_NOISE = random.Random(7)

BENDS: dict[str, Bend] = {
    "garbage": lambda chunk: [(0.0, _NOISE.randbytes(len(chunk) + 3))],
    "text garbage": lambda _: [(0.0, b"\xff?? 12;;ERR,+1.0E\r\n")],
    "never": lambda _: [],
    "twice": lambda chunk: [(0.0, chunk + chunk)],
    "late": lambda chunk: [(7.0, chunk)],
    "very late": lambda chunk: [(90.0, chunk)],
    "torn": lambda chunk: [(0.0, chunk[: len(chunk) // 2])],
}


class Tapped(Bench):
    """Tampers with what ``device`` says from the time ``since`` on; or several, each its way."""

    def __init__(
        self, *args: Any, since: float, device: str = "", bend: Bend | None = None,
        bends: Mapping[str, Bend] | None = None, **keys: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **keys)
        self._bends = {**(bends or {}), **({device: bend} if bend else {})}
        self._since = since

    def connect(self, name: str) -> Port:
        inner = super().connect(name)
        bend = self._bends.get(name)
        if bend is None:
            return inner
        near, far = pair(self.clock, inner.address)
        self.clock.spawn(f"to {name}", lambda: self._outwards(far, inner))
        self.clock.spawn(f"from {name}", lambda: self._inwards(inner, far, bend))
        return near

    def _outwards(self, far: MemoryPort, inner: Port) -> None:
        try:
            while (chunk := far.read()) is not None:
                inner.write(chunk.data)
        except PortLost:
            inner.close()

    def _inwards(self, inner: Port, far: MemoryPort, bend: Bend) -> None:
        def say(piece: bytes) -> None:
            with suppress(PortLost):  # nobody waits for it any more
                if piece and not far.closed:
                    far.write(piece)

        last = 0.0
        try:
            while (chunk := inner.read()) is not None:
                now = self.clock.now()
                bent = bend(chunk.data) if now >= self._since else [(0.0, chunk.data)]
                for delay, piece in bent:
                    last = max(last, now + delay)
                    self.clock.call_at(now + delay, partial(say, piece))
        except PortLost:  # what was said before comes before
            self.clock.call_at(max(last, self.clock.now()), far.close)
