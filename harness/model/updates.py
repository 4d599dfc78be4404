"""The roles of updates: where they lie or are fetched from, and who takes them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, runtime_checkable

from harness.model.roles import SaleResult
from harness.model.units import BitRate


@runtime_checkable
class Updates(Protocol):
    """The store a terminal pulls its updates from."""

    def offer(self, image: str) -> None:
        """Offer an image by name: ``newer``, ``older``, ``corrupt``, ``wrong_key`` ..."""

    def withdraw(self) -> None: ...


@runtime_checkable
class Fetched(Protocol):
    """An update store that terminals fetch from, over whatever network they have."""

    def limit_rate(self, rate: BitRate | None) -> None:
        """What each connection is served at most, bit/s; None for no limit."""


@runtime_checkable
class Shelf(Protocol):
    """Updates that nobody fetches: what is offered lies here, and the terminal is handed it."""

    def image_size(self, image: str) -> int:
        """Bytes of what is offered; observed ``served`` as it is read."""

    def read_image(self, image: str, position: int, most: int) -> bytes:
        """What is at a position of it, ``most`` bytes at the most."""


@runtime_checkable
class SpoilingStore(Protocol):
    """An update store that can offer an image with something of the asker's choice wrong."""

    def offer_spoilt(self, image: str, spoil: str) -> None:
        """As ``offer``, but spoilt: ``bit=77``, ``truncated=1000`` (``harness/wire/spoil.py``).

        So is the same image whenever it is offered again, until something is withdrawn.
        """


@runtime_checkable
class MisbehavingStore(Protocol):
    """An update store that answers wrongly on request. Observed: ``misbehaved``."""

    def offer(self, image: str) -> None:
        """As of ``Updates``."""

    def misbehave(self, act: str, *, on: str = "any", **how: Any) -> None:
        """``act``: a word of ``faults/store_misbehaves.py``; ``on``: manifest, image, any."""

    def behave(self) -> None:
        """End all misbehaviour."""


@runtime_checkable
class Updatable(Protocol):
    """Can be asked to look for an update now."""

    def start_update(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Image:
    """An image that lies at the bench's end.

    Attributes:
        name: As scenarios name it.
        size: Bytes.
        read: What is at a position: (bytes before it, at most so many) -> bytes.
    """

    name: str
    size: int
    read: Callable[[int, int], bytes] = field(repr=False)


@runtime_checkable
class Pushable(Protocol):
    """Is given its updates: it does not fetch them."""

    def push_update(self, image: Image) -> SaleResult:
        """Hand an image over, to the end of that; ``failed`` with its cause where it refuses."""
