"""The store offers an image that must not run."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Literal, Self

from harness.model.cast import Cast
from harness.model.means import Means
from harness.model.trace import Observation
from harness.model.updates import SpoilingStore, Updates

#: Phases of a terminal that has the whole image.
HAD = ("verifying", "installing")


@dataclass(frozen=True, slots=True)
class UpdateCorrupt:
    """Offer a bad image until it is cleared; then ``then``, or nothing, is offered.

    Attributes:
        image: What is wrong with it. Its manifest looks newer than what runs in any case.
        bit: Which bit of ``bit_flipped`` is wrong, from the highest of its first byte; one of the
            payload's where it is not given.
        then: A good image that is offered afterwards, to who looks by himself.
    """

    NEEDS: ClassVar[tuple[type, ...]] = (Updates,)
    image: Literal[
        "corrupt", "bit_flipped", "wrong_key", "unsigned", "older", "nine", "replayed", "truncated",
        "wrong_model", "too_large", "settings_unsigned", "keys_of_a_stranger",
    ]  # fmt: skip
    bit: int | None = None
    then: str | None = None

    def refusal(self, means: Means) -> str:
        """Why this rig, or anybody, cannot do it; ``""`` where it can be done."""
        if self.bit is not None and self.image != "bit_flipped":
            return f"`bit` is of `bit_flipped`, and not of {self.image}"
        return ""

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        store = cast.playing(Updates)
        try:
            if self.bit is None:
                store.offer(self.image)
            else:
                cast.playing(SpoilingStore).offer_spoilt(self.image, f"bit={self.bit}")
            yield self
        finally:
            store.withdraw()
            if self.then is not None:
                store.offer(self.then)

    def took_effect(self, seen: Observation) -> bool:
        """The whole image was served: until then there was nothing to refuse.

        What is too large, or older by what is announced, is refused unfetched: the offer was it.
        Of one that is handed over only the terminal, or its answer, can say that it has it.
        """
        if seen.source == "terminal":
            return seen.kind == "update" and seen.get("phase") in HAD
        if seen.kind == "handed_over":
            return seen.get("outcome") == "approved" or bool(seen.get("code"))
        fits = seen.source == "updates" and seen.get("image", self.image) == self.image
        if self.image in ("too_large", "nine") and seen.kind == "requested":
            return fits and seen.get("path") == "/manifest" and seen.get("status") == 200
        fetched = bool(seen.get("path"))
        return fits and seen.kind == "served" and fetched and bool(seen.get("done"))
