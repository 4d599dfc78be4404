"""The field of a contactless reader, and the cards in it.

The presenter moves cards (``bring``, ``take``), each with its coupling: 1 on the housing, 0 out of
reach. The terminal's firmware polls (``found``) and exchanges with the one card it has selected. A
coupling may do for an answer to the poll and not for a cryptogram, which draws more: the card
resets in the middle of it.

Source: EMV Contactless Book D (polling, collision detection, removal), ISO/IEC 14443-3, -4: 106
kbit/s; the couplings are (assumed), as no reader maker publishes them.
"""

from harness.clock import Clock, Signal
from harness.sim.card import Card, Chip

ANSWERS, WORKS = 0.35, 0.6  # coupling from which a card answers a poll, and finishes its work
BYTE = 9 / 106_000  # s
POLL = 0.02  # s: one round of polling
FRAME_WAIT = 0.3  # s: for a card that no longer answers (FWT, Book D)


class Antenna:
    """One antenna; tells what it sees only when asked.

    Attributes:
        changed: Notified when a card comes, goes or is coupled otherwise.
    """

    def __init__(self, clock: Clock, changed: Signal) -> None:
        self.changed = changed
        self._clock = clock
        self._near: dict[str, tuple[Card, float]] = {}
        self._selected: Card | None = None

    # --- the presenter's side -------------------------------------------------------------

    def bring(self, card: Card, coupling: float) -> None:
        """Hold a card in the field, with a coupling of 0 to 1."""
        if not 0 <= coupling <= 1:
            raise ValueError(f"a coupling of {coupling:g}; wanted 0 to 1")
        self._near[card.name] = card, coupling
        if self._selected is card and coupling < ANSWERS:
            self._selected = None
        self.changed.notify()

    def take(self, name: str) -> None:
        """Take a card out of the field; nothing when it is not in it."""
        card, _ = self._near.pop(name, (None, 0.0))
        if card is not None and card is self._selected:
            self._selected = None
        self.changed.notify()

    # --- the terminal's side --------------------------------------------------------------

    @property
    def answering(self) -> int:
        """How many cards would answer a poll now."""
        return len(self._answering())

    def poll(self) -> int:
        """One round: how many cards answered; one that is alone is selected. Blocks."""
        self._clock.sleep(POLL)
        cards = self._answering()
        self._selected = cards[0] if len(cards) == 1 else None
        chip = self._chip()
        if chip is not None:
            chip.reset()
        return len(cards)

    def exchange(self, apdu: bytes) -> bytes | None:
        """A command to the selected card; None when it is gone or has lost its power. Blocks."""
        chip = self._chip()
        said = chip.answer(apdu) if chip is not None else None
        if said is not None:
            answer, work = said
            finished = self._clock.now() + work + (len(apdu) + len(answer)) * BYTE
            self.changed.wait_for(lambda: self._chip() is not chip, finished)
            if self._chip() is chip and self._coupling() >= self._needed(work):
                return answer
        self._selected = None
        self._clock.sleep(FRAME_WAIT)
        return None

    def switch_off(self) -> None:
        """Take the field away; every card forgets where it was."""
        self._selected = None

    def _needed(self, work: float) -> float:
        return WORKS if work > HEAVY else ANSWERS

    def _answering(self) -> list[Card]:
        return [one for one, coupling in self._near.values() if one.air and coupling >= ANSWERS]

    def _coupling(self) -> float:
        return self._near[self._selected.name][1] if self._selected is not None else 0.0

    def _chip(self) -> Chip | None:
        return self._selected.air if self._selected is not None else None


HEAVY = 0.05  # s: what works longer than this computes a cryptogram
