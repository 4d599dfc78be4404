"""A card presenter behind a USB serial relay board of the LCUS kind.

Source: LC Technology LCUS-1/2/4/8; the frames are in ``_lcus.py``. Channels carry, by option: two
or more lines that choose the card (binary, lowest bit first), the motor that holds it in the slot
while it is on, the swipe drive, what turns the card round, and one relay for each contact, which is
cut while it is on: so a board without power leaves the card out and all contacts closed.
"""

from collections.abc import Sequence

from harness.drivers._lcus import Board
from harness.drivers._presenter import Presenter
from harness.ports.base import Port

IDENTITY = None


class Driver(Presenter):
    """Plays Reader, StandIn, Turning, Intermittent and SafeState."""

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
        detect: int | None = None,
        flip: int | None = None,
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
            detect: Channel that cuts the slot's card switch, where it is wired.
            flip: Channel that turns the chosen card round while it is on, where there is one.
            read_back: Whether the board answers ``FF``.
            turn: Seconds until a chosen card is in place, or turned round.
            travel: Seconds until an inserted card is at the contacts, or swiped.
            release: Seconds until a released card is off the contacts.
            gap: Seconds between two frames.
        """
        wired = {"vcc": vcc, "rst": rst, "clk": clk, "io": io, "detect": detect}
        self._channels = {name: channel for name, channel in wired.items() if channel is not None}
        super().__init__(cards, tuple(self._channels), turns=flip is not None)
        self._board = Board(port, read_back=read_back, gap=gap)
        self._select, self._insert, self._flip = tuple(select), insert, flip
        self._swiper = swipe
        self._turn, self._travel, self._release = turn, travel, release

    def make_safe(self) -> None:
        """Card out, contacts closed, verified where the board can."""
        self._instead, self._backwards = None, False
        self._worn.clear()
        self._cut.clear()
        flip = () if self._flip is None else (self._flip,)
        for channel in (
            self._insert, self._swiper, *self._channels.values(), *self._select, *flip,
        ):  # fmt: skip
            self._board.switch(channel, on=False)
        self._board.wait(self._release)
        t = self._board.verify()
        card, self._inside = self._inside, None
        if card is not None:
            self.observe("card_removed", t=t, card=card)

    def _bring(self, card: str, *, backwards: bool) -> None:
        place = self._known(card)
        for bit, channel in enumerate(self._select):
            self._board.switch(channel, on=bool(place >> bit & 1))
        if self._flip is not None:
            self._board.switch(self._flip, on=backwards)
        self._board.wait(self._turn)

    def _push(self) -> None:
        self._drive(self._insert)

    def _pull(self) -> float:
        self._board.switch(self._insert, on=False)
        self._board.wait(self._release)
        t = self._board.now()
        self._board.verify()
        return t

    def _draw(self) -> None:
        self._drive(self._swiper)
        self._board.switch(self._swiper, on=False)

    def _switch(self, contact: str, *, cut: bool) -> float:
        self._board.switch(self._channels[contact], on=cut)
        return self._board.verify()

    def _drive(self, channel: int) -> None:
        """Switch a motor on, check that it is, and wait until its card has come."""
        there = self._board.now() + self._travel
        self._board.switch(channel, on=True)
        self._board.verify()
        self._board.wait(there - self._board.now())
