"""The cardholder pulls the card, whatever the terminal is doing with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import ClassVar, Self

from harness.model.cast import Cast
from harness.model.roles import Reader
from harness.model.trace import Observation


@dataclass(frozen=True, slots=True)
class CardPulled:
    """Pull the card out of the slot; it stays out. Without a card in the slot nothing happens."""

    NEEDS: ClassVar[tuple[type, ...]] = (Reader,)

    @contextmanager
    def inject(self, cast: Cast) -> Iterator[Self]:
        cast.playing(Reader).remove()
        yield self

    def took_effect(self, seen: Observation) -> bool:
        return seen.source == "reader" and seen.kind == "card_removed"
