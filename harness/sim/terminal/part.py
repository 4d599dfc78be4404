"""What has arrived of an image: its pages in a file, and a mark that says of which image they are.

Both outlive a cut. Pages are made durable a block at a time, so of what is there after a cut all
but the last block is as it arrived: a cut tears or loses only what was not synced, and a block is
not begun before the one before it is durable.
"""

from dataclasses import asdict, dataclass, replace

from harness.sim.terminal.flash import Flash
from harness.sim.terminal.records import seal, unseal

DOWNLOAD, MARK = "download.part", "update.mark"
BLOCK = 8  # pages


@dataclass(frozen=True, slots=True)
class Offer:
    """What the store says it has. Nothing of it is signed.

    Attributes:
        version: As announced.
        path: Where the image is; empty for one that is handed over.
        size: Bytes of the image.
        etag: Names the image's contents.
        kind: What it is of: ``code``, ``configuration`` or ``keys``.
    """

    version: str
    path: str
    size: int
    etag: str
    kind: str = "code"


@dataclass(frozen=True, slots=True)
class Mark:
    """An update that is not over.

    Attributes:
        offer: What it brings.
        running: It was under way; else it was given up for the time being.
    """

    offer: Offer
    running: bool = True


class Part:
    """The file and its mark. All methods wait, and raise FlashFull."""

    def __init__(self, flash: Flash) -> None:
        self._flash = flash

    def mark(self) -> Mark | None:
        """The update that is not over; None where there is none, or a cut tore its mark."""
        held = self._flash.read(MARK)
        plain = unseal(held) if held else None
        return Mark(Offer(**plain["offer"]), plain["running"]) if plain else None

    def begin(self, offer: Offer) -> int:
        """Get ready for an image; how many of its bytes are here already."""
        known = self.mark()
        if known is None or replace(known, running=True) != Mark(offer):
            self.drop()
            have = 0
        else:
            have = self.kept
            self._flash.truncate(DOWNLOAD, have)
        if known != Mark(offer):
            self._put(Mark(offer))
        self._flash.sync()
        return have

    @property
    def size(self) -> int:
        """Bytes that are here."""
        return len(self._flash.peek(DOWNLOAD) or b"")

    @property
    def kept(self) -> int:
        """Bytes that are here as they arrived, even after a cut."""
        block = BLOCK * self._flash.page
        return max(0, self.size - 1) // block * block

    def add(self, page: bytes) -> None:
        """One page more, or what a broken line has left of one; durable with its block."""
        block = BLOCK * self._flash.page
        room = block - self.size % block
        self._flash.append(DOWNLOAD, page[:room])
        if len(page) >= room:  # nothing of the next block before this one is durable
            self._flash.sync()
        if len(page) > room:
            self._flash.append(DOWNLOAD, page[room:])

    def start_over(self) -> None:
        """Another image is in its place: nothing of the old one may stay."""
        self._flash.delete(DOWNLOAD)
        self._flash.sync()

    def whole(self) -> bytes:
        """All that has arrived, made durable."""
        self._flash.sync()
        return self._flash.read(DOWNLOAD) or b""

    def rest(self) -> None:
        """Given up for now: what is here may be of use another time."""
        known = self.mark()
        if known is not None:
            self._put(replace(known, running=False))
        self._flash.sync()

    def drop(self) -> None:
        """Nothing of it is of any use."""
        for name in (DOWNLOAD, MARK):
            self._flash.delete(name)
        self._flash.sync()

    def _put(self, mark: Mark) -> None:
        self._flash.write(f"{MARK}.new", seal(asdict(mark)))
        self._flash.sync()
        self._flash.rename(f"{MARK}.new", MARK)
