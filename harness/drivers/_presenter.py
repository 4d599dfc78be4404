"""What every card presenter does: which card, which way round, on which contacts, and what is said.

A driver gives the motions: ``_bring`` (a card to where it is pushed from), ``_push``, ``_pull``,
``_draw`` (a swipe) and ``_switch`` (one contact).
"""

import random
from abc import ABC, abstractmethod
from collections.abc import Sequence

from harness.errors import DeviceRefused
from harness.model.roles import Observe, ignore


class Presenter(ABC):
    """Plays Reader, StandIn, Turning and Intermittent, over a driver's motions."""

    def __init__(self, cards: Sequence[str], contacts: Sequence[str], *, turns: bool) -> None:
        self.observe: Observe = ignore
        self._cards, self._contacts, self._turns = tuple(cards), tuple(contacts), turns
        self._inside: str | None = None
        self._instead: str | None = None
        self._backwards = False
        self._worn: dict[str, tuple[float, random.Random]] = {}
        self._cut: set[str] = set()

    # --- the driver's motions -------------------------------------------------------------------

    @abstractmethod
    def _bring(self, card: str, *, backwards: bool) -> None:
        """A card to where it is pushed or drawn from."""

    @abstractmethod
    def _push(self) -> None:
        """The card onto the contacts; returns when it is there."""

    @abstractmethod
    def _pull(self) -> float:
        """The card off the contacts; when it was off."""

    @abstractmethod
    def _draw(self) -> None:
        """The card through the stripe reader; returns when it is through."""

    @abstractmethod
    def _switch(self, contact: str, *, cut: bool) -> float:
        """Open or close one contact; when it was verified."""

    # --- what is asked of it --------------------------------------------------------------------

    def cards(self) -> Sequence[str]:
        return self._cards

    def ways(self) -> Sequence[str]:
        return ("forwards", "backwards") if self._turns else ("forwards",)

    def contacts(self) -> Sequence[str]:
        return self._contacts

    def stand_in(self, card: str | None) -> None:
        if card is not None:
            self._known(card)
        self._instead = card

    def turn(self, *, backwards: bool) -> None:
        if backwards and not self._turns:
            raise DeviceRefused("this presenter cannot turn its cards round")
        self._backwards = backwards

    def wear_contact(self, contact: str, share: float, *, seed: int = 0) -> None:
        self._check_contact(contact)
        if not 0 <= share <= 1:
            raise DeviceRefused(f"a share of {share:g}; wanted 0 to 1")
        if share:
            self._worn[contact] = share, random.Random(f"{seed}/{contact}")
        elif self._worn.pop(contact, None) and contact in self._cut:
            self.cut_contact(contact, cut=False)

    def insert(self, card: str) -> None:
        """Push a card into the slot, after taking out the one that is there."""
        card = self._ready(card, backwards=self._backwards)
        self._wear()
        self._inside = card
        self._push()
        way = {"backwards": True} if self._backwards else {}
        self.observe("card_inserted", card=card, **way)

    def remove(self) -> None:
        """Take the card out; says nothing when none was put in."""
        card, self._inside = self._inside, None
        t = self._pull()
        if card is not None:
            self.observe("card_removed", t=t, card=card)

    def swipe(self, card: str) -> None:
        card = self._ready(card, backwards=False)
        self._draw()
        self.observe("card_swiped", card=card)

    def cut_contact(self, contact: str, *, cut: bool) -> None:
        self._check_contact(contact)
        t = self._switch(contact, cut=cut)
        (self._cut.add if cut else self._cut.discard)(contact)
        self.observe("contact", t=t, contact=contact, cut=cut)

    def _ready(self, card: str, *, backwards: bool) -> str:
        self._known(card)
        card = self._instead or card
        if self._inside is not None:
            self.remove()
        self._bring(card, backwards=backwards)
        return card

    def _wear(self) -> None:
        for contact, (share, rng) in self._worn.items():
            bad = rng.random() < share
            if bad != (contact in self._cut):
                self.cut_contact(contact, cut=bad)

    def _check_contact(self, contact: str) -> None:
        if contact not in self._contacts:
            known = ", ".join(self._contacts) or "none that this presenter could cut"
            raise DeviceRefused(f"no contact {contact!r}; there are {known}")

    def _known(self, card: str) -> int:
        if card not in self._cards:
            raise DeviceRefused(f"no card {card!r}; the presenter holds {', '.join(self._cards)}")
        return self._cards.index(card)
