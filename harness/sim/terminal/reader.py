"""The card reader: a chip or a stripe, read fresh for every sale.

Source: EMV 4.4 Book 1 (8 answer to reset, 11.3 SELECT), Book 3 (6.5 commands, 10 flow);
ISO/IEC 7816-3 8.2 (a wrong TS or TCK is no card); ISO/IEC 7813 (track 2).
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from harness.clock import Clock
from harness.errors import Garbled
from harness.sim.slot import Slot
from harness.sim.terminal.log import Log
from harness.sim.terminal.outcome import Telling
from harness.sim.terminal.personality import Personality
from harness.sim.terminal.screen import Alarms, Screen
from harness.wire import emv, magstripe, tlv
from harness.wire.pan import luhn, mask_pan

AID = bytes.fromhex("F000000001")  # proprietary, partial name: all test cards begin with it
TRACK_2 = re.compile(r"(\d{12,19})[=D](\d{4})(\d{3})")
ICC_TAGS = (0x9F26, 0x9F27, 0x9F10, 0x9F37, 0x9F36, 0x95, 0x9A, 0x9C, 0x9F02, 0x5F2A, 0x9F1A)


class CardTrouble(Exception):
    """The card cannot be used. ``cause`` says why."""

    def __init__(self, cause: str, detail: str = "") -> None:
        super().__init__(detail or cause)
        self.cause = cause


class _Wrong(CardTrouble):
    """Worth another try of the same card."""


@dataclass(frozen=True, slots=True, repr=False)
class Card:
    """What was read of a card; forgotten after the sale.

    Attributes:
        entry: ``chip`` or ``stripe``.
        pan: The whole number; ``masked`` is what may be shown.
        expiry: YYMM.
        track_2: As field 35 wants it.
        mode: Field 22.
        sequence: Field 23, or empty.
        icc: Field 55, hex, or empty.
        dol: What the chip wants for its second cryptogram.
        values: Tag -> value that the terminal has for such lists.
    """

    entry: str
    pan: str
    expiry: str
    track_2: str
    mode: str
    sequence: str = ""
    icc: str = ""
    dol: bytes = b""
    values: dict[int, bytes] = field(default_factory=dict)

    @property
    def masked(self) -> str:
        return mask_pan(self.pan)

    def __repr__(self) -> str:
        return f"<Card {self.entry} {self.masked}>"


class CardReader:
    """Reads cards in a slot."""

    def __init__(
        self, clock: Clock, slot: Slot, *, personality: Personality, screen: Screen, alarms: Alarms,
        log: Log, rng: random.Random,
    ) -> None:  # fmt: skip
        self._clock = clock
        self._slot = slot
        self._times = personality.times
        self._tries = personality.limits.chip_tries
        self._currency = personality.identity.currency
        self._screen = screen
        self._alarms = alarms
        self._log = log
        self._rng = rng
        self._in_use = False

    @property
    def occupied(self) -> bool:
        return self._slot.present

    def read(
        self, amount: int, tell: Callable[[Telling], None], cancelled: Callable[[], bool]
    ) -> Card:
        """Ask for a card and read it; raises CardTrouble."""
        self._forget_swipes()
        self._in_use = False
        self._screen.show("insert_card", amount=f"{amount / 100:.2f}")
        tell("insert_card")
        until = self._clock.now() + self._times.card_wait
        for attempt in range(1, self._tries + 1):
            bits = self._await_card(until, cancelled)
            try:
                self._screen.show("reading_card")
                return self._read_stripe(bits) if bits else self._read_chip(amount)
            except _Wrong as wrong:
                self._log.say_warning("card", f"try {attempt} of {self._tries}: {wrong}")
                tell("card_again")
                if attempt == self._tries:
                    raise CardTrouble(wrong.cause, str(wrong)) from wrong
                self._screen.show("card_again")
                self._clock.sleep(self._times.chip_retry)
        raise CardTrouble("card_unreadable")

    def release(self) -> None:
        """The sale is over: the card may go."""
        self._in_use = False
        self._slot.power_off()

    def watch(self) -> None:
        """Say at once when a chip in use is pulled; a task of its own."""
        while True:
            self._slot.changed.wait_for(lambda: self._in_use and not self._slot.present)
            self._in_use = False
            self._alarms.begin("card_removed", "the card was pulled while in use")

    def complete(self, card: Card, *, approved: bool) -> None:
        """The second GENERATE AC: the chip agrees, or CardTrouble (gone, silent, declined)."""
        if card.entry != "chip":
            return
        self._in_use = False
        wanted = emv.TC if approved else emv.AAC
        values = {**card.values, 0x8A: b"00" if approved else b"05"}
        answer = self._command(emv.generate_ac(wanted, emv.fill_dol(card.dol, values)))
        self._slot.power_off()
        if cryptogram_kind(answer) != wanted:
            raise CardTrouble("card_declined", "the chip declined after the host's approval")

    # --- waiting ----------------------------------------------------------------------------

    def _forget_swipes(self) -> None:
        while self._slot.take_swipe() is not None:
            pass

    def _await_card(self, until: float, cancelled: Callable[[], bool]) -> str | None:
        """The bits of a swipe, None for an inserted chip; raises CardTrouble."""
        swiped: list[str] = []

        def there() -> bool:
            bits = self._slot.take_swipe()
            if bits is not None:
                swiped.append(bits)
            return bool(swiped) or self._slot.present or cancelled()

        if not self._slot.changed.wait_for(there, until):
            raise CardTrouble("timed_out")
        if swiped:
            return swiped[0]
        if not self._slot.present:
            raise CardTrouble("cancelled")
        return None

    # --- stripe -----------------------------------------------------------------------------

    def _read_stripe(self, bits: str) -> Card:
        swipe = magstripe.decode(bits)
        found = TRACK_2.match(swipe.text)
        if swipe.fault or not found or not luhn(found[1]):
            raise _Wrong("card_unreadable", f"stripe: {swipe.fault or 'no card number'}")
        self._clock.sleep(self._times.read_step)
        track = swipe.text.replace("=", "D")
        return Card("stripe", found[1], found[2], track, mode="022")

    # --- chip -------------------------------------------------------------------------------

    def _read_chip(self, amount: int) -> Card:
        self._in_use = True
        self.check_atr(self._reset())
        self._command(emv.select(AID))
        records = self._read_records()
        found = TRACK_2.match(records.get(0x57, b"").hex().upper())
        if not found or not luhn(found[1]):
            raise _Wrong("card_unreadable", "the chip gives no card number")
        values = self._terminal_values(amount)
        first = emv.fill_dol(records.get(0x8C, b""), values)
        answer = self._command(emv.generate_ac(emv.ARQC, first))
        if cryptogram_kind(answer) != emv.ARQC:
            raise CardTrouble("card_declined", "the chip declined")
        return Card(
            "chip", found[1], found[2], records[0x57].hex().upper().rstrip("F"), mode="052",
            sequence=records.get(0x5F34, b"").hex().zfill(3),
            icc=self._icc(answer, values), dol=records.get(0x8D, b""), values=values,
        )  # fmt: skip

    def _reset(self) -> bytes:
        atr = self._slot.reset()
        if not self._slot.present:
            raise CardTrouble("card_removed")
        if atr is None:
            raise _Wrong("card_mute", "no answer to reset")
        return atr

    def check_atr(self, atr: bytes) -> None:
        """Refuse what is no answer to reset, a wrong TCK included (ISO/IEC 7816-3, 8.2.5)."""
        try:
            emv.parse_atr(atr)
        except Garbled as error:
            raise _Wrong("card_bad_atr", str(error)) from None

    def _read_records(self) -> dict[int, bytes]:
        answer = self._command(emv.get_options())
        locator = found_in(answer, 0x80)[2:]
        found: dict[int, bytes] = {}
        try:
            for file, record in emv.read_afl(locator):
                content = self._command(emv.read_record(file, record))
                found |= {row.tag: row.value for row in tlv.walk(content)}
        except Garbled as error:
            raise _Wrong("card_unreadable", str(error)) from None
        return found

    def _command(self, apdu: bytes) -> bytes:
        """A command's answer without its 9000; raises CardTrouble."""
        answer = self._slot.exchange(apdu)
        if not self.card_stayed():
            raise CardTrouble("card_removed")
        if answer is None:
            raise _Wrong("card_mute", "the chip stopped answering")
        if answer[-2:] != b"\x90\x00":
            raise _Wrong("card_unreadable", f"the chip answers {answer[-2:].hex().upper()}")
        return answer[:-2]

    def card_stayed(self) -> bool:
        return self._slot.present

    def _terminal_values(self, amount: int) -> dict[int, bytes]:
        return {
            0x9F02: bytes.fromhex(f"{amount:012d}"), 0x9F03: bytes(6), 0x95: bytes(5),
            0x9F1A: bytes.fromhex(f"0{self._currency}"), 0x9C: b"\x00",
            0x5F2A: bytes.fromhex(f"0{self._currency}"), 0x9F37: self._rng.randbytes(4),
        }  # fmt: skip

    def _icc(self, answer: bytes, values: dict[int, bytes]) -> str:
        """Field 55: the cryptogram and what it was made of."""
        said = found_in(answer, 0x80)
        held = {**values, 0x9F27: said[:1], 0x9F36: said[1:3], 0x9F26: said[3:11]}
        held[0x9F10] = said[11:]
        rows = [(tag, held[tag]) for tag in ICC_TAGS if held.get(tag)]
        return tlv.build(rows).hex().upper()


def found_in(answer: bytes, tag: int) -> bytes:
    """A data object of a card's answer; empty when it has none, or makes no sense."""
    try:
        return tlv.find(answer, tag) or b""
    except Garbled:
        return b""


def cryptogram_kind(answer: bytes) -> int | None:
    """What a GENERATE AC gave: AAC, TC or ARQC (bits 8 and 7 of the CID); None for none."""
    said = found_in(answer, 0x80) or found_in(answer, 0x9F27)
    return said[0] & 0xC0 if said else None
