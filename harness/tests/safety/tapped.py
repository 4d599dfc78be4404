"""A simulated bench whose wires can be tampered with, one device at a time."""

import random
from collections.abc import Callable
from typing import Any

from harness.errors import PortLost
from harness.ports.base import Port
from harness.ports.memory import pair
from harness.sim.bench import Bench

#: What becomes of one chunk from the device: (seconds from now, bytes) of each piece.
Bend = Callable[[bytes], list[tuple[float, bytes]]]

_NOISE = random.Random(7)

BENDS: dict[str, Bend] = {
    "garbage": lambda chunk: [(0.0, _NOISE.randbytes(len(chunk) + 3))],
    "text garbage": lambda chunk: [(0.0, b"\xff?? 12;;ERR,+1.0E\r\n")],
    "never": lambda chunk: [],
    "twice": lambda chunk: [(0.0, chunk + chunk)],
    "late": lambda chunk: [(7.0, chunk)],
    "very late": lambda chunk: [(90.0, chunk)],
    "torn": lambda chunk: [(0.0, chunk[: len(chunk) // 2])],
}


class Tapped(Bench):
    """Tampers with what ``device`` says from the time ``since`` on."""

    def __init__(self, *args: Any, device: str, bend: Bend, since: float, **keys: Any) -> None:
        super().__init__(*args, **keys)
        self._device, self._bend, self._since = device, bend, since

    def connect(self, name: str) -> Port:
        inner = super().connect(name)
        if name != self._device:
            return inner
        clock = self.clock
        near, far = pair(clock, inner.address)

        def outwards() -> None:
            try:
                while (chunk := far.read()) is not None:
                    inner.write(chunk.data)
            except PortLost:
                inner.close()

        def inwards() -> None:
            try:
                while (chunk := inner.read()) is not None:
                    bent = [(0.0, chunk.data)] if clock.now() < self._since else self._bend(chunk.data)
                    for delay, piece in bent:
                        clock.call_at(clock.now() + delay, lambda piece=piece: say(piece))
            except PortLost:
                far.close()

        def say(piece: bytes) -> None:
            if not far.closed and piece:
                far.write(piece)

        clock.spawn(f"tap on {name}, outwards", outwards)
        clock.spawn(f"tap on {name}, inwards", inwards)
        return near
