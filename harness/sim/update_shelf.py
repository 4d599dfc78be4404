"""What an update store has: images by name, made on the fly or read from files, and campaigns.

A campaign offers one image to the terminals of a model whose version is in a span, or to a share of
them: which ones is decided by a hash of each terminal's id, so that one that was chosen stays so
while the share grows.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from harness.clock import Clock
from harness.sim.on_disk import OnDisk
from harness.sim.update_images import announced, make_image
from harness.wire.extent import PIECE, Extent, Held
from harness.wire.image import Unreadable, inspect, version_key
from harness.wire.spoil import Spoil

BREATH = 0.001  # s between two stretches of a file that is hashed: others are served meanwhile
STRETCH = 16 * PIECE
SPAN = 1 << 32


class Thing:
    """What a path leads to.

    Attributes:
        extent: Its bytes.
        sha256: Of them, hex.
        etag: Strong: other bytes have another.
        kind: Media type.
        image: Its name, where it is an image.
        version: As it is announced.
        of: What it is of: code, configuration, keys.
    """

    def __init__(
        self, extent: Extent, sha256: str, kind: str, *, image: str = "", version: str = "",
        of: str = "code",
    ) -> None:  # fmt: skip
        self.extent, self.sha256, self.kind = extent, sha256, kind
        self.image, self.version, self.of = image, version, of
        self.etag = f'"{sha256[:24]}"'

    @cached_property
    def size(self) -> int:
        return self.extent.size


@dataclass(frozen=True, slots=True)
class Campaign:
    """Who is offered what.

    Attributes:
        image: Which one.
        model: Whose.
        since: The oldest version it is offered to.
        before: The first version that it is not offered to any more; ``""``: to any.
        share: Percent of the terminals.
    """

    image: str
    model: str
    since: str = "0"
    before: str = ""
    share: float = 100.0

    def __post_init__(self) -> None:
        """Raises ValueError for what is no version, or no share."""
        if not all(isinstance(word, str) for word in (self.model, self.since, self.before)):
            raise ValueError("model, since and before are texts")
        version_key(self.since)
        version_key(self.before or "0")
        if type(self.share) not in (int, float) or not 0 <= self.share <= 100:
            raise ValueError(f"share is in percent, not {self.share!r}")

    def fits(self, model: str, version: str, who: str) -> bool:
        """Whether it is for this terminal. Who does not say who he is gets no part of a share."""
        if model != self.model or not self._spans(version):
            return False
        return self.share >= 100 or (bool(who) and self._lot(who) * 100 < self.share * SPAN)

    def _spans(self, version: str) -> bool:
        try:
            has = version_key(version or "0")
        except ValueError:
            return False
        old = has < version_key(self.since)
        return not old and (not self.before or has < version_key(self.before))

    def _lot(self, who: str) -> int:
        drawn = hashlib.sha256(f"{self.image} {who}".encode()).digest()
        return int.from_bytes(drawn[:4], "big")


class Shelf:
    """Everything that can be offered.

    Args:
        clock: Files are hashed beside whatever else it runs.
        personality: ``fixtures/updates/test_store.yaml``.
    """

    def __init__(self, clock: Clock, personality: Mapping[str, Any]) -> None:
        self._clock = clock
        self._own = personality
        self._things: dict[str, Thing] = {}
        self._files: dict[str, tuple[str, str, str]] = {}

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys([*self._own["images"], *self._files]))

    def put(self, name: str, file: str, spoil: str = "", version: str = "") -> None:
        """Put a file on the shelf, or in a made image's place.

        Args:
            name: By which it is offered.
            file: Path.
            spoil: What is made wrong with it (``wire/spoil.py``).
            version: As announced; that of its own manifest where it is an image of ours.

        Raises:
            ValueError: In words, where that cannot be.
        """
        if spoil:
            Spoil.parse(spoil)
        if version:
            version_key(version)
        self._things.pop(name, None)
        self._files[name] = (file, spoil, version)
        self._open(name)

    def image(self, name: str, spoil: str = "") -> Thing:
        """An image, with something wrong where asked; may wait. Raises LookupError, ValueError."""
        key = f"{name} {spoil}" if spoil else name
        if key not in self._things:
            find = self._from_file if name in self._files else self._made
            self._things[key] = find(name, spoil)
        return self._things[key]

    def manifest(self, image: Thing, model: str) -> Thing:
        """What is announced; nothing of it is signed."""
        said = {
            "model": model, "version": image.version, "kind": image.of,
            "path": f"/images/{image.image}", "size": image.size, "etag": image.etag,
            "sha256": image.sha256, "chunk": self._own["chunk"],
        }  # fmt: skip
        text = Held(json.dumps(said).encode())
        return Thing(text, self._hash(text), "application/json")

    # --- within -----------------------------------------------------------------------------

    def _made(self, name: str, spoil: str) -> Thing:
        held = Held(make_image(self._own, name, spoil))
        of = str(self._own["images"][name].get("kind", "code"))
        return self._thing(held, name, announced(self._own, name), of)

    def _from_file(self, name: str, spoil: str) -> Thing:
        extent, version, of = self._open(name)
        bad = Spoil.parse(spoil).of(extent) if spoil else extent
        return self._thing(bad, name, version, of)

    def _open(self, name: str) -> tuple[Extent, str, str]:
        file, spoil, version = self._files[name]
        try:
            whole: Extent = OnDisk(Path(file))
        except OSError as error:
            raise ValueError(f"{file}: {error.strerror}") from None
        of = "code"
        try:
            manifest = inspect(whole)
            version, of = version or manifest.version, manifest.kind
        except Unreadable:
            if not version:
                raise ValueError(f"{file} is no image of ours: say its `version`") from None
        return Spoil.parse(spoil).of(whole) if spoil else whole, version, of

    def _thing(self, extent: Extent, name: str, version: str, of: str) -> Thing:
        return Thing(
            extent, self._hash(extent), "application/octet-stream", image=name, version=version,
            of=of,
        )  # fmt: skip

    def _hash(self, extent: Extent) -> str:
        sha = hashlib.sha256()
        for at in range(0, extent.size, PIECE):
            sha.update(extent.read(at, PIECE))
            if at and at % STRETCH == 0:
                self._clock.sleep(BREATH)
        return sha.hexdigest()
