"""What a row of ``fuzz.py`` is."""

import random
from collections.abc import Callable, Iterator
from typing import NamedTuple, Protocol

from harness.errors import Garbled


class Codec(NamedTuple):
    """A codec under noise.

    Attributes:
        valid: Makes a good message.
        feed: Reads anything.
        own: What it may raise; nothing else.
    """

    valid: Callable[[random.Random], bytes]
    feed: Callable[[bytes], object]
    own: tuple[type[Exception], ...] = (Garbled,)


class Written(Protocol):
    """Something that can be written."""

    def to_bytes(self) -> bytes: ...


def joined(rng: random.Random, *makes: Callable[[], Written]) -> bytes:
    """Some of these, one after the other."""
    return b"".join(rng.choice(makes)().to_bytes() for _ in range(rng.randrange(1, 4)))


def pieces(octets: bytes) -> Iterator[bytes]:
    """A stream in three pieces."""
    third = len(octets) // 3
    yield from (octets[:third], octets[third : 2 * third], octets[2 * third :])
