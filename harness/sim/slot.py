"""The terminal's card slot: what its reader hardware sees of a card.

The presenter works on one side (``insert``, ``remove``, ``swipe``, ``pass_flux``, ``cut``), the
terminal's firmware on the other (``present``, ``reset``, ``exchange``, ``power_off``,
``take_swipe``, ``changed``). ``reset`` and ``exchange`` block for as long as the bits take, so a
card can go in the middle of either.
T=0's procedure bytes are below this interface: command APDU in, answer and status word out; a card
that works for longer than the waiting time sends NULL bytes (60) meanwhile, one that is silent does
not. A byte with a wrong parity is asked for again, three times at most.

Source: ISO/IEC 7816-3 (6 activation and reset, 7.3 error signal and repetition, 10.2 waiting time,
10.3.3 NULL), at 372 clocks per bit and 3.5712 MHz: 9600 bits a second, 12 bits a byte.
"""

from collections import deque
from collections.abc import Sequence

from harness.clock import Clock
from harness.sim.antenna import Antenna
from harness.sim.card import Card, Chip
from harness.wire import stripe_flux

CONTACTS = ("vcc", "rst", "clk", "io", "detect")  # C1, C2, C3, C7, and the card's switch
BYTE = 12 / 9600  # s: ten bits and two of guard time
ATR_BEGINS = 0.001  # s after the reset; the standard allows 400 to 40 000 clocks
ATR_WAIT = 42_000 / 3_571_200  # s: EMV Book 1, 8.1: a terminal gives up after 42 000 clocks
WORK_WAIT = 9600 / 9600  # s: WWT = 960 x D x WI etu, with WI = 10
REPEATS = 3  # of a byte whose parity was wrong
REPEAT = 2 * BYTE  # s: the error signal, and the byte again


class Slot:
    """One slot for chip and stripe, with the antenna of the same reader.

    Attributes:
        changed: Notified when a card comes, goes or is swiped, or a contact opens or closes, and
            when the field has other cards.
        antenna: For cards without contacts.
        connected: Whether its cable is plugged: without it nothing of a chip or a stripe is seen.
        work_wait: For how long a silent chip is waited for, s; the firmware takes it from the ATR.
        parity_wrong: Whether a byte of the last answer stayed wrong, however often it was repeated.
    """

    def __init__(self, clock: Clock) -> None:
        self.changed = clock.signal("a change in the card slot")
        self.antenna = Antenna(clock, self.changed)
        self.connected = True
        self.work_wait = WORK_WAIT
        self.parity_wrong = False
        self._clock = clock
        self._card: Card | None = None
        self._backwards = False
        self._cut: set[str] = set()
        self._powered = False  # the chip has been reset and has lost neither power nor clock since
        self._breaks = 0  # how often a bit in flight would have been lost
        self._swipes: deque[str] = deque()

    # --- the presenter's side -------------------------------------------------------------

    def insert(self, card: Card, *, backwards: bool = False) -> None:
        """Push a card in, after what is there; backwards, its contacts touch nothing."""
        if self._card is not None:
            self.remove()
        self._card, self._backwards = card, backwards
        self.changed.notify()

    def remove(self) -> None:
        """Pull the card, whatever it is doing; nothing when there is none."""
        if self._card is None:
            return
        self._card = None
        self._lose_power()
        self.changed.notify()

    def swipe(self, card: Card, *, backwards: bool = False) -> None:
        """Draw a card through the stripe reader; one without a stripe is read as zeros."""
        bits = card.stripe or "0" * 200
        self.pass_flux(stripe_flux.flux_of(bits[::-1] if backwards else bits))

    def pass_flux(self, intervals: Sequence[float]) -> None:
        """Flux reversals have passed the head: seconds between each two of track 2."""
        if self.connected:
            self._swipes.append(stripe_flux.bits_of(intervals))
            self.changed.notify()

    def connect(self, *, plugged: bool) -> None:
        """Plug or pull the reader's cable; pulled, the chip in it loses its power."""
        if self.connected != plugged:
            self.connected = plugged
            self._lose_power()
            self.changed.notify()

    def cut(self, contact: str, *, cut: bool) -> None:
        """Open or close one contact; raises ValueError for a contact that is not there."""
        if contact not in CONTACTS:
            raise ValueError(f"no contact {contact!r}; there are {', '.join(CONTACTS)}")
        (self._cut.add if cut else self._cut.discard)(contact)
        if cut and contact in ("vcc", "clk"):
            self._lose_power()
        if cut and contact == "io":
            self._breaks += 1
        self.changed.notify()

    # --- the terminal's side --------------------------------------------------------------

    @property
    def present(self) -> bool:
        """The card-detect switch."""
        return self._card is not None and self.connected and "detect" not in self._cut

    @property
    def swiped(self) -> bool:
        """Whether a swipe waits to be taken."""
        return bool(self._swipes)

    def reset(self) -> bytes | None:
        """Cold reset; the ATR, or None when none came in time or the card was pulled. Blocks."""
        breaks, chip = self._breaks, self._chip()
        self.parity_wrong, self.work_wait = False, WORK_WAIT
        started = self._clock.now()
        if chip is None or self._cut & {"vcc", "clk", "rst"}:
            self._wait(started + ATR_WAIT)
            return None
        atr, self._powered = chip.reset(), True
        if atr is None or "io" in self._cut:
            self._wait(started + ATR_WAIT)
            return None
        self._wait(started + ATR_BEGINS + len(atr) * BYTE)
        return self._heard(chip, atr) if self._breaks == breaks else None

    def exchange(self, apdu: bytes) -> bytes | None:
        """Send a command and wait for the answer; None when the card is silent or gone. Blocks.

        A silent card costs the work waiting time; a card that is pulled is noticed at once.
        """
        breaks, self.parity_wrong = self._breaks, False
        self._wait(self._clock.now() + len(apdu) * BYTE)
        silent_at = self._clock.now() + self.work_wait
        chip = self._chip() if self._powered and self._breaks == breaks else None
        said = chip.answer(apdu) if chip is not None and "io" not in self._cut else None
        if chip is not None and said is not None:
            answer, work = said
            self._wait(self._clock.now() + work + len(answer) * BYTE)
            if self._breaks == breaks:
                return self._heard(chip, answer)
        self._wait(silent_at)
        return None

    def _chip(self) -> Chip | None:
        """The chip that the contacts touch."""
        touched = self._card is not None and not self._backwards and self.connected
        return self._card.chip if self._card is not None and touched else None

    def _heard(self, chip: Chip, answer: bytes) -> bytes:
        """An answer after the repetitions that its worst byte needs; they take their time."""
        self._wait(self._clock.now() + min(chip.repeats, REPEATS) * REPEAT)
        self.parity_wrong = chip.repeats > REPEATS
        return bytes([answer[0] ^ 1]) + answer[1:] if self.parity_wrong else answer

    def power_off(self) -> None:
        """Deactivate the contacts; the chip forgets where it was."""
        self._powered = False

    def take_swipe(self) -> str | None:
        """The bits of the oldest swipe not taken yet (see ``wire/magstripe.py``)."""
        return self._swipes.popleft() if self._swipes else None

    def _wait(self, until: float) -> None:
        """Until then, or until no card is there."""
        self.changed.wait_for(lambda: not self.present, until)

    def _lose_power(self) -> None:
        self._powered = False
        self._breaks += 1
