"""Reading the chip in the slot: reset, select, records, cryptograms.

Source: EMV 4.4 Book 1 (8 answer to reset, 9.2 T=0, 11.3 SELECT), Book 3 (6.5 commands, 10 flow);
ISO/IEC 7816-3 8.2 (a wrong TS or TCK is no card) and 10.2 (the waiting time that an ATR asks for).
"""

import random

from harness.errors import Garbled
from harness.sim.slot import Slot
from harness.sim.terminal import card_read
from harness.sim.terminal.card_read import Card, CardTrouble, Wrong, cryptogram_kind, found_in
from harness.sim.terminal.personality import Personality
from harness.wire import emv, tlv

SPOKEN = (0, 1)  # EMV Book 1, 8.3: T=0 and T=1
BITS_A_SECOND = 9600


class ChipReader:
    """Reads the chip in a slot; what people are asked is not here."""

    def __init__(self, slot: Slot, personality: Personality, rng: random.Random) -> None:
        self._slot = slot
        self._currency = personality.identity.currency
        self._rng = rng
        self._in_use = False

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

    def _read_chip(self, amount: int) -> Card:
        self._in_use = True
        self.check_atr(self._reset())
        self._command(emv.select(card_read.AID))
        records = self._read_records()
        pan, expiry, track = card_read.track_of(records.get(0x57, b""), "chip")
        values = card_read.terminal_values(amount, self._currency, self._rng.randbytes(4))
        first = emv.fill_dol(records.get(0x8C, b""), values)
        answer = self._command(emv.generate_ac(card_read.ONLINE, first))
        if cryptogram_kind(answer) != card_read.ONLINE:
            raise CardTrouble("card_declined", "the chip declined")
        return Card(
            "chip", pan, expiry, track, mode="052",
            sequence=records.get(0x5F34, b"").hex().zfill(3),
            icc=_icc(answer, values), dol=records.get(0x8D, b""), values=values,
        )  # fmt: skip

    def _reset(self) -> bytes:
        atr = self._slot.reset()
        if not self._slot.present:
            raise self._gone()
        if atr is None:
            raise Wrong("card_mute", "no answer to reset")
        self._check_parity()
        return atr

    def check_atr(self, atr: bytes) -> None:
        """Refuse what is no answer to reset, a wrong TCK included (ISO/IEC 7816-3, 8.2.5)."""
        try:
            said = emv.parse_atr(atr)
        except Garbled as error:
            raise Wrong("card_bad_atr", str(error)) from None
        if not set(said.protocols) & set(SPOKEN):
            raise Wrong("card_bad_atr", f"it speaks T={said.protocols[0]} only")
        self._slot.work_wait = said.waiting_time / BITS_A_SECOND

    def _read_records(self) -> dict[int, bytes]:
        answer = self._command(emv.get_options())
        locator = found_in(answer, 0x80)[2:]
        found: dict[int, bytes] = {}
        try:
            for file, record in emv.read_afl(locator):
                content = self._command(emv.read_record(file, record))
                found |= {row.tag: row.value for row in tlv.walk(content)}
        except Garbled as error:
            raise Wrong("card_unreadable", str(error)) from None
        return found

    def _command(self, apdu: bytes) -> bytes:
        """A command's answer without its 9000; raises CardTrouble."""
        answer = self._slot.exchange(apdu)
        if not self.card_stayed():
            raise self._gone()
        if answer is None:
            raise Wrong("card_mute", "the chip stopped answering")
        self._check_parity()
        if answer[-2:] != b"\x90\x00":
            raise Wrong("card_unreadable", f"the chip answers {answer[-2:].hex().upper()}")
        return answer[:-2]

    def _gone(self) -> CardTrouble:
        """The card, or the reader with it."""
        return CardTrouble("card_removed" if self._slot.connected else "reader_fault")

    def _check_parity(self) -> None:
        """ISO/IEC 7816-3, 7.3: a byte that stays wrong ends the session."""
        if self._slot.parity_wrong:
            raise Wrong("card_unreadable", "parity: repeated three times and still wrong")

    def card_stayed(self) -> bool:
        return self._slot.present


def _icc(answer: bytes, values: dict[int, bytes]) -> str:
    """Field 55 of what a GENERATE AC said (format 1)."""
    said = found_in(answer, 0x80)
    held = {**values, 0x9F27: said[:1], 0x9F36: said[1:3], 0x9F26: said[3:11]}
    held[0x9F10] = said[11:]
    return card_read.field_55(held)
