"""How a cardholder presents a card: what ``card:`` of a transaction says.

``chip`` is inserted, ``stripe`` swiped and ``tap`` tapped, as their names say; ``swipe chip``,
``tap other_tap`` and ``insert stripe`` name the way themselves. ``mute, then swipe mute`` is a
cardholder who goes on to the next when the first has failed for good.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.model.roles import Contactless, Reader, Swiper, plays

#: Cards whose names say how they are presented; all others are inserted.
USUAL_WAYS = {"stripe": "swipe", "plain_stripe": "swipe", "tap": "tap", "other_tap": "tap"}
#: Way -> who can do it, the best first.
WAYS: dict[str, tuple[Any, ...]] = {
    "insert": (Reader,), "swipe": (Swiper, Reader), "tap": (Contactless,),
}  # fmt: skip
THEN = ", then "
#: Way -> what of ``Means.offers`` it takes, by who does it.
OFFERED = {Reader: "card", Swiper: "swipe", Contactless: "tap"}


@dataclass(frozen=True, slots=True)
class Presented:
    """One card, presented one way.

    Attributes:
        way: ``insert``, ``swipe`` or ``tap``.
        card: Its name.
    """

    way: str
    card: str


def presented(text: str) -> tuple[Presented, ...]:
    """What ``card:`` says, in its order; nothing for an empty text."""
    return tuple(_read(part.strip()) for part in text.split(THEN) if part.strip())


def _read(text: str) -> Presented:
    way, _, card = text.partition(" ")
    return Presented(way, card) if card and way in WAYS else Presented(_usual(text), text)


def _usual(card: str) -> str:
    return USUAL_WAYS.get(card, "insert")


def player_for(players: Any, one: Presented) -> Any:
    """Who of a rig presents this; None when nobody can.

    The first who has the card; where nobody has it, the first who could, who will say so.
    """
    able = [
        player
        for role in WAYS[one.way]
        for player in players
        if plays(getattr(player, "driver", player), role)
    ]
    has = (player for player in able if one.card in getattr(player, "driver", player).cards())
    return next(has, able[0] if able else None)


def asked(text: str) -> Iterator[tuple[tuple[Any, ...], tuple[str, ...]]]:
    """For each card: the roles of which one is needed, and what of ``Means.offers`` one needs."""
    for one in presented(text):
        roles = WAYS[one.way]
        yield roles, tuple(f"{OFFERED[role]} {one.card}" for role in roles)
