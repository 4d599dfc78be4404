"""Which image runs: the boot record in two copies, and the loader that reads it.

The record is never overwritten in place: a new one goes over the older of two copies, with a
counter and a CRC, so a cut in mid-write leaves the other. A new image is on trial until it confirms
itself; after so many boots without that the loader goes back to the old one.
"""

import hashlib
import json
import zlib
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from harness.sim.terminal.flash import Flash
from harness.wire import image as images

COPIES = ("boot.0", "boot.1")
SLOT_FILES = {"A": "slot.a", "B": "slot.b"}
OTHER = {"A": "B", "B": "A"}


@dataclass(frozen=True, slots=True)
class BootRecord:
    """What the loader goes by.

    Attributes:
        counter: Counts up with every record written; the higher valid copy counts.
        active: The slot to boot.
        confirmed: Whether its image has proved itself.
        tries: Boots of an image on trial so far.
        floor: The version below which nothing may run.
        bad: A version that was rolled back, ``""`` when there is none.
    """

    counter: int = 0
    active: str = "A"
    confirmed: bool = True
    tries: int = 0
    floor: str = "0"
    bad: str = ""

    def sealed(self) -> bytes:
        """The bytes of one copy."""
        text = json.dumps(asdict(self), sort_keys=True).encode()
        return text + b"\n%08x" % zlib.crc32(text)

    @classmethod
    def unseal(cls, held: bytes | None) -> Self | None:
        """Read one copy; None when it is torn or absent."""
        text, _, check = (held or b"").partition(b"\n")
        if check != b"%08x" % zlib.crc32(text) or not text:
            return None
        plain: Any = json.loads(text)
        return cls(**plain)


def load_record(flash: Flash) -> BootRecord:
    """The newest valid record; a fresh one when there is none. Waits."""
    copies = [BootRecord.unseal(flash.read(name)) for name in COPIES]
    valid = [copy for copy in copies if copy is not None]
    return max(valid, key=lambda copy: copy.counter, default=BootRecord())


def save_record(flash: Flash, record: BootRecord) -> BootRecord:
    """Make a record the newest one; it counts once this returns, and not half. Waits."""
    newest = replace(record, counter=load_record(flash).counter + 1)
    flash.write(COPIES[newest.counter % 2], newest.sealed())
    flash.sync()
    return newest


@dataclass(frozen=True, slots=True)
class BootSlot:
    """What was chosen to run.

    Attributes:
        name: ``A`` or ``B``.
        version: Of its image.
        trial: It has not confirmed itself yet.
        rolled_back: The version that was given up for it, ``""`` when none was.
    """

    name: str
    version: str
    trial: bool = False
    rolled_back: str = ""


class Bootloader:
    """Chooses the image to run. It never runs an unsigned one, nor one older than confirmed.

    Args:
        model: The terminal's model.
        trusted_key: Raw Ed25519 public key.
        tries: Boots an image on trial gets.
    """

    def __init__(self, *, model: str, trusted_key: bytes, tries: int = 3) -> None:
        self._model = model
        self._trusted = trusted_key
        self._tries = tries

    def choose(self, flash: Flash) -> BootSlot | None:
        """The slot to run, with the record brought up to date; None when nothing may run. Waits."""
        record = load_record(flash)
        if record.confirmed:
            return self._confirmed(flash, record)
        version = self.version_in(flash, record.active, record)
        if version is None or self.has_failed(record):
            return self._roll_back(flash, record)
        save_record(flash, replace(record, tries=record.tries + 1))
        return BootSlot(record.active, version, trial=True)

    def has_failed(self, record: BootRecord) -> bool:
        """Whether an image on trial has had its chances."""
        return record.tries >= self._tries

    def version_in(self, flash: Flash, slot: str, record: BootRecord) -> str | None:
        """The version in a slot if it may run, else None."""
        held = flash.read(SLOT_FILES[slot])
        if held is None or not self.is_genuine(held):
            return None
        manifest = images.inspect(held)
        old = images.version_key(manifest.version) < images.version_key(record.floor)
        return None if old or manifest.model != self._model else manifest.version

    def is_genuine(self, image: bytes) -> bool:
        """Whether an image is whole and signed."""
        return images.check_origin(image, trusted=self._trusted) is None

    def _confirmed(self, flash: Flash, record: BootRecord) -> BootSlot | None:
        for slot in (record.active, OTHER[record.active]):
            version = self.version_in(flash, slot, record)
            if version is not None:
                if slot != record.active:
                    save_record(flash, replace(record, active=slot))
                return BootSlot(slot, version)
        return None

    def _roll_back(self, flash: Flash, record: BootRecord) -> BootSlot | None:
        old = OTHER[record.active]
        version = self.version_in(flash, old, record)
        if version is None:
            return None
        bad = self.version_in(flash, record.active, record) or "?"
        save_record(flash, replace(record, active=old, confirmed=True, tries=0, bad=bad))
        return BootSlot(old, version, rolled_back=bad)


def is_whole(image: bytes) -> bool:
    """Whether the payload is what its own manifest says, whoever signed it: else it crashes."""
    try:
        digest = images.inspect(image).sha256
        return hashlib.sha256(images.payload_of(image)).hexdigest() == digest
    except images.Unreadable:
        return False


def install_factory(flash: Flash, image: bytes) -> None:
    """What the factory does: an image in slot A, and a record that says so. Waits."""
    flash.write(SLOT_FILES["A"], image)
    flash.sync()
    save_record(flash, BootRecord(active="A", floor=images.inspect(image).version))
