"""A card presenter behind a serial relay board: sixteen relays, a carousel of cards, a motor.

The board is of the LCUS kind (``_lcus.py``).
Wiring: relays 1, 2, 9, 10 and 11 choose the card (lowest bit first), 3 is the motor that holds it
in the slot while it is on, 4 the drive that swipes it when it goes on, 5 to 8 each cut one contact
of the slot and 13 its card switch, 12 turns the chosen card round.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from harness.clock import Clock, Timer
from harness.ports.base import Port
from harness.sim._lcus import LcusBoard
from harness.sim.card import Card, make_card
from harness.sim.slot import Slot

RELAYS = 16
SELECT, INSERT, SWIPE, FLIP = (1, 2, 9, 10, 11), 3, 4, 12
CUTS = {5: "vcc", 6: "rst", 7: "clk", 8: "io", 13: "detect"}
TRAVEL = 0.3  # s from the motor's start to the contacts, and for a swipe
RELEASE = 0.02  # s from the motor's stop until the card is off the contacts
HELD = (
    "chip", "stripe", "mute", "bad_atr", "plain_stripe", "silent", "long", "bad_ts", "bad_protocol",
    "cut_atr", "ones_atr", "refuses_select", "deactivated", "not_satisfied", "blocked",
    "no_diagnosis", "garbage", "noisy", "wrong_parity", "second",
    "inverse", "block", "inverse_block", "declines",
)  # fmt: skip


class Presenter:
    """The presenter on one slot.

    Args:
        clock: The bench's clock.
        slot: Where it puts its cards.
        deck: The plain content of ``fixtures/cards/deck.yaml``.
        rng: Where its cards' cryptograms come from.
        cards: Which cards of the deck it holds, by place.

    Attributes:
        outlets: ``relay``: the board's serial line.
    """

    def __init__(
        self,
        clock: Clock,
        slot: Slot,
        deck: Mapping[str, Any],
        *,
        rng: random.Random | None = None,
        cards: Sequence[str] = HELD,
    ) -> None:
        rng = rng or random.Random("cards")
        self._clock, self._slot = clock, slot
        self._cards: list[Card] = [make_card(name, deck["cards"][name], rng) for name in cards]
        self._board = LcusBoard(clock, RELAYS, self._switch)
        self._moving: Timer | None = None
        self.outlets: dict[str, Callable[[Port], None]] = {"relay": self._board.accept}

    def _switch(self, channel: int, on: bool) -> None:
        if channel == INSERT:
            self._move(TRAVEL if on else RELEASE, self._arrive if on else self._slot.remove)
        elif channel == SWIPE and on:
            card = self._chosen()
            self._clock.call_at(self._clock.now() + TRAVEL, lambda: self._slot.swipe(card))
        elif channel in CUTS:
            self._slot.cut(CUTS[channel], cut=on)

    def _move(self, seconds: float, end: Callable[[], None]) -> None:
        if self._moving is not None:
            self._moving.cancel()
        self._moving = self._clock.call_at(self._clock.now() + seconds, end)

    def _arrive(self) -> None:
        self._slot.insert(self._chosen(), backwards=self._board.on[FLIP])

    def _chosen(self) -> Card:
        place = sum(self._board.on[channel] << bit for bit, channel in enumerate(SELECT))
        return self._cards[place % len(self._cards)]
