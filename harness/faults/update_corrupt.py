"""The store offers an image that must not run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.roles import Updates
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class UpdateCorrupt:
    """Offer a bad image until it is cleared; then nothing is offered.

    Attributes:
        image: What is wrong with it. Its manifest looks newer than what runs in any case.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Updates,)
    image: Literal["corrupt", "wrong_key", "older", "truncated", "wrong_model"]

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        store = cast.playing(Updates)
        try:
            store.offer(self.image)
            yield self
        finally:
            store.withdraw()

    def took_effect(self, seen: Observation) -> bool:
        """The whole image was served: until then there was nothing to refuse."""
        if (seen.source, seen.kind) != ("updates", "served") or not seen.get("done"):
            return False
        return bool(seen.get("image", self.image) == self.image)
