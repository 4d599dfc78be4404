"""The card reader: a chip, a stripe or a card in the field, read fresh for every sale.

How a chip is read is in ``chip_reading.py``, a card in the field in ``contactless.py``; here is
what a cardholder is asked for, and what the reader says of itself.

Rules: a card that was there before the sale is taken out first (invariant 24); a stripe whose
service code says that its card has a chip is read only after the chip failed (ISO/IEC 7813, 7.3);
after one bad try another card, way or try may follow while the sale waits.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.clock import Clock
from harness.sim.slot import Slot
from harness.sim.terminal.card_read import TRACK_2, Card, CardTrouble, Wrong
from harness.sim.terminal.chip_reading import ChipReader
from harness.sim.terminal.contactless import Contactless
from harness.sim.terminal.log import Log
from harness.sim.terminal.outcome import Telling
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Alarms, Screen
from harness.sim.terminal.wear import Wear
from harness.wire import magstripe
from harness.wire.pan import luhn

__all__ = ["Card", "CardReader", "CardTrouble"]

Tell = Callable[[Telling], None]
Cancelled = Callable[[], bool]
#: A chip is tried again without anybody; at its second failure it is said.
NO_GLITCH = 2
#: What wears a contact, and not a card: counted.
CONTACT = ("card_mute", "card_unreadable")


def _nobody(what: Telling) -> None:
    """Nobody asked for anything."""


@dataclass
class _Wish:
    """One sale's wish for a card.

    Attributes:
        amount: Minor units.
        until: When the cardholder has taken too long.
        tell: Who is told.
        cancelled: Whether the register has given up.
        failed: Entry -> how often it went wrong.
        wrong: What went wrong last.
        given_up: Whether the chip is given up: the stripe will do.
    """

    amount: int
    until: float
    tell: Tell
    cancelled: Cancelled
    failed: dict[str, int] = field(default_factory=dict)
    wrong: Wrong | None = None
    given_up: bool = False


class CardReader(ChipReader):
    """Asks for cards and reads them.

    Attributes:
        wear: What its contacts have gone through since the start.
    """

    def __init__(
        self, clock: Clock, slot: Slot, *, personality: Personality, screen: Screen, alarms: Alarms,
        log: Log, rng: random.Random,
    ) -> None:  # fmt: skip
        super().__init__(slot, personality, rng)
        self.wear = Wear()
        self._air = Contactless(slot.antenna, personality, rng)
        self._clock = clock
        self._times = personality.times
        self._tries = personality.limits.chip_tries
        self._screen = screen
        self._alarms = alarms
        self._log = log
        self._tell: Tell = _nobody
        self._open = False

    @property
    def occupied(self) -> bool:
        return self._slot.present

    def read(self, amount: int, tell: Tell, cancelled: Cancelled) -> Card:
        """Ask for a card and read it; raises CardTrouble."""
        self._tell, self._open, self._in_use = tell, True, False
        self.empty_slot(tell, cancelled)
        self._forget_swipes()
        self.check_cable()
        wish = _Wish(amount, self._clock.now() + self._times.card_wait, tell, cancelled)
        self._ask(wish)
        while True:
            entry, bits = self._await_card(wish)
            try:
                return self._read_entry(entry, bits, wish)
            except Wrong as wrong:
                self._count(wrong, wish)

    def release(self) -> None:
        """The sale is over: the card may go."""
        tell, self._tell = self._tell, _nobody
        self._open = self._in_use = False
        self._slot.power_off()
        self._slot.antenna.switch_off()
        if self._slot.present:
            tell("remove_card")

    # --- what it watches ----------------------------------------------------------------------

    def watch(self) -> None:
        """Say at once when a chip in use is pulled; a task of its own."""
        while True:
            self._slot.changed.wait_for(lambda: self._in_use and not self._slot.present)
            self._in_use = False
            if self._slot.connected:
                self._alarms.begin("card_removed", "the card was pulled while in use")
            else:
                self.check_cable()

    def watch_left(self) -> None:
        """Say when a card is in the slot and nobody sells; a task of its own."""
        while True:
            self._slot.changed.wait_for(lambda: self._slot.present)
            soon = self._clock.now() + self._times.card_stays
            if self._slot.changed.wait_for(lambda: not self._slot.present, soon):
                continue
            if not self._open:
                self._alarms.begin("card_stays", "a card was left in the slot")
                self._slot.changed.wait_for(lambda: not self._slot.present)
                self._alarms.end("card_stays")

    def watch_cable(self) -> None:
        """Test every now and then whether the reader answers; a task of its own."""
        while True:
            self.check_cable()
            self._clock.sleep(self._times.reader_check)

    def check_cable(self) -> None:
        """Say that the reader is gone, or that it is back."""
        if self._slot.connected:
            self._alarms.end("reader_fault")
        else:
            self._alarms.begin("reader_fault", "the reader does not answer")

    # --- asking -------------------------------------------------------------------------------

    def empty_slot(self, tell: Tell, cancelled: Cancelled) -> None:
        """A card of before must go: each sale reads its card afresh."""
        if not self._slot.present:
            return
        self._screen.show("remove_card")
        tell("remove_card")
        until = self._clock.now() + self._times.card_out
        if not self._slot.changed.wait_for(lambda: not self._slot.present or cancelled(), until):
            raise CardTrouble("card_stays")
        if self._slot.present:
            raise CardTrouble("cancelled")

    def _ask(self, wish: _Wish) -> None:
        name = "insert_card" if self._slot.connected else "tap_card"
        self._screen.show(name, amount=f"{wish.amount / 100:.2f}")
        wish.tell("insert_card")

    def _forget_swipes(self) -> None:
        while self._slot.take_swipe() is not None:
            pass

    def _await_card(self, wish: _Wish) -> tuple[str, str]:
        """(entry, the bits of a swipe or ``""``); raises CardTrouble."""
        slot, swiped = self._slot, list[str]()

        def there() -> bool:
            bits = slot.take_swipe()
            swiped.extend([] if bits is None else [bits])
            chip = slot.present and not wish.given_up
            return bool(swiped) or chip or slot.antenna.answering > 0 or wish.cancelled()

        if not slot.changed.wait_for(there, wish.until):
            raise self._timed_out(wish)
        if wish.cancelled():
            raise CardTrouble("cancelled")
        if swiped:
            return "stripe", swiped[0]
        return ("chip" if slot.present and not wish.given_up else "contactless"), ""

    def _timed_out(self, wish: _Wish) -> CardTrouble:
        """Nobody came (again): the last thing that went wrong is why."""
        if wish.wrong is not None:
            return CardTrouble(wish.wrong.cause, str(wish.wrong))
        return CardTrouble("timed_out" if self._slot.connected else "reader_fault")

    # --- reading ------------------------------------------------------------------------------

    def _read_entry(self, entry: str, bits: str, wish: _Wish) -> Card:
        self._screen.show("reading_card")
        if entry == "stripe":
            return self._read_stripe(bits, wish)
        if entry == "contactless":
            return self._air.read(wish.amount)
        card = self._read_chip(wish.amount)
        self.count_insertion(bad="chip" in wish.failed)
        return card

    def _read_stripe(self, bits: str, wish: _Wish) -> Card:
        swipe = self.decode(bits)
        found = TRACK_2.match(swipe.text)
        if swipe.fault or not found or not luhn(found[1]):
            raise Wrong("card_unreadable", f"stripe: {swipe.fault or 'no number'}", "stripe")
        if not self.may_swipe(found[3], chip_failed=wish.given_up):
            raise Wrong("", "this card has a chip, which comes first", "chip_first")
        self._clock.sleep(self._times.read_step)
        track = swipe.text.replace("=", "D")
        return Card("stripe", found[1], found[2], track, mode="022")

    def decode(self, bits: str) -> magstripe.Swipe:
        """What a swipe says, in whichever direction it was made."""
        return magstripe.decode(bits)

    def may_swipe(self, service: str, *, chip_failed: bool) -> bool:
        """Whether the stripe of a card will do: fall-back only where the chip has been tried."""
        return chip_failed or not self._slot.connected or not magstripe.has_chip(service)

    # --- when it went wrong -------------------------------------------------------------------

    def _count(self, wrong: Wrong, wish: _Wish) -> None:
        """Another try, or CardTrouble when there have been enough."""
        if wrong.entry == "chip_first":
            self._log.say("card", str(wrong))
            self._screen.show("chip_first")
            wish.tell("insert_card")
            return
        tried = wish.failed[wrong.entry] = wish.failed.get(wrong.entry, 0) + 1
        wish.wrong = wrong
        self._log.say_warning("card", f"try {tried} of {self._tries}: {wrong}")
        last = tried >= self._tries
        if wrong.entry != "chip" or tried == NO_GLITCH:
            self._alarms.note(wrong.cause, str(wrong))
        wish.tell("card_again")
        if last:
            self._give_up(wrong, wish)
        if wrong.cause != "several_cards":  # which has a better word already
            self._screen.show("card_again" if not wish.given_up else "swipe_card")
        if wrong.entry == "contactless":
            self._wait_for_one(wish)
        self._clock.sleep(self._times.chip_retry)

    def _give_up(self, wrong: Wrong, wish: _Wish) -> None:
        """No more of this: the stripe will do for a chip, and nothing for a stripe."""
        if wrong.entry != "chip":
            raise CardTrouble(wrong.cause, str(wrong)) from wrong
        wish.given_up = True
        self._in_use = False
        self._slot.power_off()
        self.count_insertion(bad=wrong.cause in CONTACT)
        wish.until = min(wish.until, self._clock.now() + self._times.fallback_wait)

    def count_insertion(self, *, bad: bool) -> None:
        """How the contacts did; said when they fail too often."""
        self.wear.count(bad=bad)
        if self.wear.due:
            share = f"{100 * self.wear.rate:.0f} % of the insertions need another try"
            self._alarms.begin("maintenance_due", share)

    def _wait_for_one(self, wish: _Wish) -> None:
        """Until the field has changed: the same cards would give the same again."""
        antenna, before = self._slot.antenna, self._slot.antenna.answering
        self._slot.changed.wait_for(
            lambda: antenna.answering != before or self._slot.present or wish.cancelled(),
            wish.until,
        )
