"""A card presenter behind a USB serial relay board of the LCUS kind.

Source: LC Technology LCUS-1/2/4/8; the frames are in ``_lcus.py``. Channels carry, by option: two
or more lines that choose the card (binary, lowest bit first), the motor that holds it in the slot
while it is on, the swipe drive, and one relay for each contact, which is cut while it is on: so a
board without power leaves the card out and all contacts closed.
"""

from collections.abc import Sequence

from harness.drivers._lcus import Board
from harness.errors import DeviceRefused
from harness.model.roles import Observe, ignore
from harness.ports.base import Port

IDENTITY = None


class Driver:
    """Plays Reader, StandIn and SafeState."""

    def __init__(
        self,
        port: Port,
        *,
        cards: Sequence[str] = ("chip", "stripe", "mute", "bad_atr"),
        select: Sequence[int] = (1, 2),
        insert: int = 3,
        swipe: int = 4,
        vcc: int = 5,
        rst: int = 6,
        clk: int = 7,
        io: int = 8,
        read_back: bool = True,
        turn: float = 0.2,
        travel: float = 0.3,
        release: float = 0.05,
        gap: float = 0.01,
    ) -> None:
        """Nothing is switched yet.

        Args:
            port: The serial line.
            cards: Names of the cards, in the order of their places.
            select: Channels of the lines that choose a place.
            insert: Channel of the motor.
            swipe: Channel of the swipe drive.
            vcc: Channel that cuts C1.
            rst: Channel that cuts C2.
            clk: Channel that cuts C3.
            io: Channel that cuts C7.
            read_back: Whether the board answers ``FF``.
            turn: Seconds until a chosen card is in place.
            travel: Seconds until an inserted card is at the contacts, or swiped.
            release: Seconds until a released card is off the contacts.
            gap: Seconds between two frames.
        """
        self.observe: Observe = ignore
        self._board = Board(port, read_back=read_back, gap=gap)
        self._cards = tuple(cards)
        self._select, self._insert, self._swipe = tuple(select), insert, swipe
        self._contacts = {"vcc": vcc, "rst": rst, "clk": clk, "io": io}
        self._turn, self._travel, self._release = turn, travel, release
        self._inside: str | None = None
        self._instead: str | None = None

    def cards(self) -> Sequence[str]:
        return self._cards

    def stand_in(self, card: str | None) -> None:
        if card is not None:
            self._place(card)
        self._instead = card

    def insert(self, card: str) -> None:
        """Push a card into the slot, after taking out the one that is there."""
        card = self._choose(card)
        self._inside = card
        self._drive(self._insert)
        self.observe("card_inserted", card=card)

    def remove(self) -> None:
        """Take the card out; says nothing when none was put in."""
        card, self._inside = self._inside, None
        self._board.switch(self._insert, on=False)
        self._board.wait(self._release)
        now = self._board.now()
        self._board.verify()
        if card is not None:
            self.observe("card_removed", t=now, card=card)

    def swipe(self, card: str) -> None:
        card = self._choose(card)
        self._drive(self._swipe)
        self.observe("card_swiped", card=card)
        self._board.switch(self._swipe, on=False)

    def cut_contact(self, contact: str, *, cut: bool) -> None:
        if contact not in self._contacts:
            raise DeviceRefused(f"no contact {contact!r}; there are {', '.join(self._contacts)}")
        self._board.switch(self._contacts[contact], on=cut)
        self.observe("contact", t=self._board.verify(), contact=contact, cut=cut)

    def make_safe(self) -> None:
        """Card out, contacts closed, verified where the board can."""
        self._instead = None
        for channel in (self._insert, self._swipe, *self._contacts.values(), *self._select):
            self._board.switch(channel, on=False)
        self._board.wait(self._release)
        t = self._board.verify()
        card, self._inside = self._inside, None
        if card is not None:
            self.observe("card_removed", t=t, card=card)

    def _choose(self, card: str) -> str:
        self._place(card)
        card = self._instead or card
        if self._inside is not None:
            self.remove()
        place = self._place(card)
        for bit, channel in enumerate(self._select):
            self._board.switch(channel, on=bool(place >> bit & 1))
        self._board.wait(self._turn)
        return card

    def _drive(self, channel: int) -> None:
        """Switch a motor on, check that it is, and wait until its card has come."""
        there = self._board.now() + self._travel
        self._board.switch(channel, on=True)
        self._board.verify()
        self._board.wait(there - self._board.now())

    def _place(self, card: str) -> int:
        if card not in self._cards:
            raise DeviceRefused(f"no card {card!r}; the presenter holds {', '.join(self._cards)}")
        return self._cards.index(card)
